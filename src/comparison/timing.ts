// Time and memory of one forward and backward pass. What differs from run to run is kept apart from the results.

import * as tf from '@tensorflow/tfjs';
import { backward, methodPicture } from './gradients.ts';
import { quantile } from './measures.ts';
import type { ComparedMethod } from './methods.ts';
import type { MeasurementTiming } from './results.ts';
import type { ComparedScene } from './scenes/index.ts';
import type { Layer } from './view.ts';

const WARM_UPS = 2;
const REPETITIONS = 7;

/** One entry for each method and resolution, of the scene's first case. */
export async function timeScene(
  { name, cases: [{ start }] }: ComparedScene,
  {
    methods,
    resolutions,
    layer,
  }: { methods: readonly ComparedMethod[]; resolutions: readonly number[]; layer: Layer },
): Promise<MeasurementTiming[]> {
  const timings: MeasurementTiming[] = [];
  for (const { label, options } of methods) {
    for (const resolution of resolutions) {
      const forward = () => void methodPicture(start, options, resolution, layer);
      const both = () =>
        void backward(start, options, resolution, layer, (_, gradient) => {
          gradient.fill(1 / gradient.length);
          return 0;
        });
      const forwardMs = medianTime(forward);
      timings.push({
        scene: name,
        method: label,
        resolution,
        forwardMs,
        backwardMs: Math.max(0, medianTime(both) - forwardMs),
        peakBytes: await memoryOf(both),
      });
    }
  }
  return timings;
}

function medianTime(work: () => void): number {
  for (let i = 0; i < WARM_UPS; i++) work();
  const times = Array.from({ length: REPETITIONS }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return quantile(times, 0.5)!;
}

/** Most bytes of tensors that there are at once, and those of the arrays that are made on the host beside them. */
async function memoryOf(work: () => void): Promise<number> {
  const { numBytes } = tf.memory();
  const before = process.memoryUsage().arrayBuffers;
  work();
  const host = Math.max(0, process.memoryUsage().arrayBuffers - before);
  const { peakBytes } = await tf.profile(() => {
    work();
    return [];
  });
  return host + Math.max(0, peakBytes - numBytes);
}
