// Time and memory of one forward and backward pass. What differs from run to run is kept apart from the results.

import { backward, methodPicture } from './gradients.ts';
import { quantile } from './measures.ts';
import type { ComparedMethod } from './methods.ts';
import type { MeasurementTiming } from './results.ts';
import type { ComparedScene } from './scenes/index.ts';
import type { Layer } from './view.ts';

const WARM_UPS = 2;
const REPETITIONS = 7;

/** One entry for each method and resolution, of the scene's first case. */
export function timeScene(
  { name, cases: [{ start }] }: ComparedScene,
  {
    methods,
    resolutions,
    layer,
  }: { methods: readonly ComparedMethod[]; resolutions: readonly number[]; layer: Layer },
): MeasurementTiming[] {
  return methods.flatMap(({ label, options }) =>
    resolutions.map((resolution) => {
      const forward = () => void methodPicture(start, options, resolution, layer);
      const both = () =>
        void backward(start, options, resolution, layer, (_, gradient) => {
          gradient.fill(1 / gradient.length);
          return 0;
        });
      const forwardMs = medianTime(forward);
      return {
        scene: name,
        method: label,
        resolution,
        forwardMs,
        backwardMs: Math.max(0, medianTime(both) - forwardMs),
        peakBytes: allocation(both),
      };
    }),
  );
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

/** Bytes of typed arrays that the work makes on the host, and of tensors beyond those that there are: the least of some runs. */
function allocation(work: () => void): number {
  const runs = Array.from({ length: 3 }, () => {
    const before = process.memoryUsage().arrayBuffers;
    work();
    return process.memoryUsage().arrayBuffers - before;
  }).filter((bytes) => bytes >= 0);
  return runs.length > 0 ? Math.min(...runs) : 0;
}
