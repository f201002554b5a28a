// Every gradient method through tensors, as a training step calls it: picture and silhouette, and the gradients of both.

import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../backend.ts';
import { methods, nameOf, sphere, step } from '../drawing.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { compiled } from '../kernelChoice.ts';

const level = 3;

export const benchmark: Benchmark = {
  name: 'methods',
  title: 'gradient methods through tensors, forward and backward, a sphere of 1,280 faces',
  ...(compiled && { baseline: "the same with kernel: 'scalar', in plain TypeScript" }),
  async *cases({ short }) {
    await useWasm();
    for (const size of short ? [64] : [64, 256]) {
      for (const batch of short ? [1] : [1, 8]) {
        const inputs = sphere(level, batch);
        for (const method of methods) {
          yield {
            name: `${nameOf(method)}, ${size}², ${batch === 1 ? '1 view' : `${batch} views`}`,
            run: () => step(inputs, size, method),
            baseline: compiled && (() => step(inputs, size, method, 'scalar')),
            // Calls of TensorFlow.js are the larger part at this size: no method may lose by its compiled kernels, noise aside.
            floor: compiled && 0.75,
          } satisfies Case;
        }
        tf.dispose([inputs.positions, inputs.colors]);
      }
    }
  },
};
