// Chamfer distance between the predicted vertices and points of the true surface.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { shapeLoss } from './loss.ts';
import { type NearestPairs, nearestPairs } from './nearest.ts';
import { expectShape } from './shapes.ts';

export const chamfer = shapeLoss({
  name: 'chamfer',
  comparesSurface: true,
  description: 'squared distance of predicted vertices and true surface points, both ways',
  settings: z.strictObject({
    oppositeWeight: z.number().min(0).default(0.55).describe('weight of the way from prediction to target'),
  }),
  evaluate: ({ predicted, target, pairs }, { oppositeWeight }) =>
    chamferLoss(predicted, target, { oppositeWeight, pairs: pairs() }),
});

export interface ChamferOptions {
  /** Weight of the way from prediction to target. Default 0.55, as Pixel2Mesh. */
  oppositeWeight?: number;
  /** `nearestPairs(predicted, target)`, where they are known already. */
  pairs?: NearestPairs;
}

/**
 * mean over targets g of min_p ‖p − g‖² + oppositeWeight · mean over predictions p of min_g ‖p − g‖²; a mean over the batch.
 * In squared units of length, 0 … ∞; differentiable in both arguments. Pixel2Mesh, section 3.4, with the weights of its code
 * (nywang16/Pixel2Mesh, p2m/losses.py).
 *
 * @param predicted [B, V, 3] vertices.
 * @param target [B, P, 3] points.
 * @throws ArgumentError where shapes disagree or a side has no points.
 */
export function chamferLoss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D,
  { oppositeWeight = 0.55, pairs = nearestPairs(predicted, target) }: ChamferOptions = {},
): tf.Scalar {
  expectShape('predicted', predicted, ['B', 'V', 3]);
  expectShape('target', target, [predicted.shape[0], 'P', 3]);
  const [batch] = predicted.shape;
  return hostScalar([predicted, target], ([vertices, points], [vertexGradient, pointGradient]) =>
    chamferKernel({ vertices, points, pairs, batch, oppositeWeight, vertexGradient, pointGradient }),
  );
}

export interface ChamferArrays {
  /** [B·V·3] */
  vertices: RealArray;
  /** [B·P·3] */
  points: RealArray;
  pairs: NearestPairs;
  batch: number;
  oppositeWeight: number;
  /** [B·V·3], added to. */
  vertexGradient: RealArray;
  /** [B·P·3], added to. */
  pointGradient: RealArray;
}

/** The loss on arrays; adds its gradient. */
export function chamferKernel(arrays: ChamferArrays): number {
  const { vertices, points, pairs, batch, oppositeWeight, vertexGradient, pointGradient } = arrays;
  const { targetOf, predictedOf } = pairs;
  return (
    meanSquaredDistance(points, vertices, predictedOf, batch, 1, pointGradient, vertexGradient) +
    meanSquaredDistance(vertices, points, targetOf, batch, oppositeWeight, vertexGradient, pointGradient)
  );
}

/** weight · mean over `from` of the squared distance to its partner in `to`; `partners` are indices within a batch item. */
function meanSquaredDistance(
  from: RealArray,
  to: RealArray,
  partners: Int32Array,
  batch: number,
  weight: number,
  fromGradient: RealArray,
  toGradient: RealArray,
): number {
  const fromCount = partners.length / batch;
  const toCount = to.length / 3 / batch;
  const scale = (2 * weight) / partners.length;
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    for (let k = b * fromCount; k < (b + 1) * fromCount; k++) {
      const i = 3 * k;
      const j = 3 * (b * toCount + partners[k]);
      const dx = from[i] - to[j];
      const dy = from[i + 1] - to[j + 1];
      const dz = from[i + 2] - to[j + 2];
      sum += dx * dx + dy * dy + dz * dz;
      fromGradient[i] += scale * dx;
      fromGradient[i + 1] += scale * dy;
      fromGradient[i + 2] += scale * dz;
      toGradient[j] -= scale * dx;
      toGradient[j + 1] -= scale * dy;
      toGradient[j + 2] -= scale * dz;
    }
  }
  return (weight * sum) / partners.length;
}
