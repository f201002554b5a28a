// Views of a sphere in a process of their own: the stages of the rasterizer, forward and back, as the benchmark "rasterizer" has them.

import { usual } from '../kernelChoice.ts';
import { sphereScene, stageNames, stagesOf } from '../stages.ts';
import type { Stepper } from './child.ts';

export function views(batch: number, size: number): Stepper {
  const stages = stagesOf(usual.kernels, sphereScene({ size, level: 3, batch }));
  return {
    flops: 0,
    step() {
      for (const name of stageNames) stages[name]();
      return 0;
    },
    forward() {
      throw new Error('drawing is measured forward and back');
    },
  };
}
