// Move loss: keeps a deformation from carrying vertices farther than it must.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { shapeLoss } from './loss.ts';
import { moveOnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const move = shapeLoss({
  name: 'move',
  comparesSurface: false,
  description: 'mean squared distance that vertices move',
  settings: z.strictObject({
    firstBlock: z
      .number()
      .min(0)
      .default(0)
      .describe('factor on the first block, which deforms the template'),
  }),
  evaluate({ before, predicted, block }, { firstBlock }) {
    const loss = moveLoss(before, predicted);
    return block === 0 ? loss.mul(firstBlock) : loss;
  },
});

/**
 * mean over batch and vertices of ‖before − after‖². In squared units of length; differentiable in both arguments. Of the code of
 * Pixel2Mesh (nywang16/Pixel2Mesh, p2m/losses.py), where the first block's is left out.
 *
 * @param before [B, V, 3] vertices before a deformation, or [1, V, 3] for all items alike.
 * @param after [B, V, 3] vertices after it.
 * @throws ArgumentError where shapes do not fit each other.
 */
export function moveLoss(before: tf.Tensor3D, after: tf.Tensor3D): tf.Scalar {
  expectShape('after', after, ['B', 'V', 3]);
  expectShape('before', before, [before.shape[0] === 1 ? 1 : after.shape[0], after.shape[1], 3]);
  return hostScalar(
    [before, after],
    ([from, to], [fromGradient, toGradient]) => moveKernel(from, to, fromGradient, toGradient),
    () => moveOnDevice(before, after),
  );
}

/** The loss on arrays: before [B·V·3] or [V·3], after [B·V·3]; adds to both gradients. */
export function moveKernel(
  before: RealArray,
  after: RealArray,
  beforeGradient: RealArray,
  afterGradient: RealArray,
): number {
  const scale = 6 / after.length;
  let sum = 0;
  for (let k = 0; k < after.length; k++) {
    const j = k % before.length;
    const difference = after[k] - before[j];
    sum += difference * difference;
    afterGradient[k] += scale * difference;
    beforeGradient[j] -= scale * difference;
  }
  return after.length > 0 ? (3 * sum) / after.length : 0;
}
