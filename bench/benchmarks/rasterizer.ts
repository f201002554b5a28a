// The stages of the rasterizer on raw arrays, over picture sizes and numbers of faces and views.

import * as tf from '@tensorflow/tfjs';
import { useWasm } from '../backend.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { compiled, scalar, usual } from '../kernelChoice.ts';
import { sphereScene, stageNames, stagesOf } from '../stages.ts';

const scenes = [
  { size: 64, level: 3, batch: 1 },
  { size: 64, level: 3, batch: 8 },
  { size: 256, level: 3, batch: 1 },
  { size: 256, level: 3, batch: 8 },
  { size: 64, level: 5, batch: 1 },
  { size: 256, level: 5, batch: 1 },
  { size: 1024, level: 3, batch: 1 },
  { size: 1024, level: 6, batch: 1 },
];

export const benchmark: Benchmark = {
  name: 'rasterizer',
  title: 'hard picture and soft silhouette of a sphere, forward and backward, stage by stage',
  ...(compiled && { baseline: "the same in plain TypeScript, kernel: 'scalar'" }),
  async *cases({ short }) {
    await useWasm();
    for (const options of short ? [scenes[2]] : scenes) {
      const sphere = sphereScene(options);
      const own = stagesOf(usual.kernels, sphere);
      const plain = compiled && stagesOf(scalar.kernels, sphere);
      const { size, batch } = options;
      const faces = 20 * 4 ** options.level;
      const label = `${size}², ${faces} faces, ${batch === 1 ? '1 view' : `${batch} views`}`;
      const all = (stages: typeof own) => () => {
        for (const name of stageNames) stages[name]();
      };
      if (!short) {
        for (const name of stageNames) {
          yield { name: `${label}: ${name}`, run: own[name], baseline: plain?.[name] } satisfies Case;
        }
      }
      yield {
        name: `${label}: all`,
        run: all(own),
        baseline: plain && all(plain),
        // Compiled kernels that are no faster than the plain ones are not in use.
        floor: plain && 1.1,
      } satisfies Case;
      tf.dispose([sphere.positions, sphere.colors]);
    }
  },
};
