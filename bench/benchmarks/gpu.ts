// The kernels on gpu.js beside those in plain TypeScript, stage by stage. On a machine without a GPU, gpu.js compiles its programs to
// WebAssembly.

import * as tf from '@tensorflow/tfjs';
import { kernelsNamed, loadGpuKernels, unloadGpuKernels } from '../../renderer/index.ts';
import { useWasm } from '../backend.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { scalar } from '../kernelChoice.ts';
import { sphereScene, stageNames, stagesOf } from '../stages.ts';

export const benchmark: Benchmark = {
  name: 'gpu',
  title: "kernel: 'gpu', hard picture and soft silhouette of one view, forward and backward",
  baseline: "the same in plain TypeScript, kernel: 'scalar'",
  async *cases({ short }) {
    if (short) return;
    await useWasm();
    const mode = await loadGpuKernels();
    for (const size of [64, 256]) {
      for (const level of [3, 5]) {
        const sphere = sphereScene({ level, size, batch: 1 });
        const gpu = stagesOf(kernelsNamed('gpu'), sphere);
        const plain = stagesOf(scalar.kernels, sphere);
        for (const name of stageNames) {
          yield {
            name: `${size}², ${20 * 4 ** level} faces on ${mode}: ${name}`,
            run: gpu[name],
            baseline: plain[name],
          } satisfies Case;
        }
        tf.dispose([sphere.positions, sphere.colors]);
      }
    }
    await unloadGpuKernels();
  },
};
