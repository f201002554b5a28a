// Chamfer distance between the predicted vertices and points of the true surface.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { shapeLoss } from './loss.ts';
import { type NearestPairs, nearestPairs } from './nearest.ts';
import { chamferOnDevice } from './onDevice.ts';
import { evenOffsets, type PointClouds, pointTable } from './pointClouds.ts';
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
 * mean over targets g of min_p ‖p − g‖² + oppositeWeight · mean over predictions p of min_g ‖p − g‖², of each batch item by itself;
 * of these the mean over the batch, in which an item with many points counts no more than one with few. In squared units of
 * length, 0 … ∞; differentiable in predicted vertices and target points. Pixel2Mesh, section 3.4, with the weights of its code
 * (nywang16/Pixel2Mesh, p2m/losses.py).
 *
 * @param predicted [B, V, 3] vertices.
 * @param target [B, P, 3] points, or clouds of any lengths.
 * @throws ArgumentError where shapes disagree or a side has no points.
 */
export function chamferLoss(
  predicted: tf.Tensor3D,
  target: tf.Tensor3D | PointClouds,
  { oppositeWeight = 0.55, pairs = nearestPairs(predicted, target) }: ChamferOptions = {},
): tf.Scalar {
  expectShape('predicted', predicted, ['B', 'V', 3]);
  const { values, offsets } = pointTable('target', target, predicted.shape[0]);
  return hostScalar(
    [predicted, values],
    ([vertices, points], [vertexGradient, pointGradient]) =>
      chamferKernel({ vertices, points, offsets, pairs, oppositeWeight, vertexGradient, pointGradient }),
    () => chamferOnDevice(predicted, { values, offsets }, pairs, oppositeWeight),
  );
}

export interface ChamferArrays {
  /** [B·V·3] */
  vertices: RealArray;
  /** [ΣP·3] */
  points: RealArray;
  /** [B + 1] cloud b has the points offsets[b] … offsets[b + 1] − 1. */
  offsets: Int32Array;
  pairs: NearestPairs;
  oppositeWeight: number;
  /** [B·V·3], added to. */
  vertexGradient: RealArray;
  /** [ΣP·3], added to. */
  pointGradient: RealArray;
}

/** The loss on arrays; adds its gradient. */
export function chamferKernel(arrays: ChamferArrays): number {
  const { pairs, oppositeWeight } = arrays;
  const batch = arrays.offsets.length - 1;
  const points = { positions: arrays.points, offsets: arrays.offsets, gradient: arrays.pointGradient };
  const vertices = {
    positions: arrays.vertices,
    offsets: evenOffsets(batch, pairs.targetOf.length / batch),
    gradient: arrays.vertexGradient,
  };
  return (
    meanSquaredDistance(points, vertices, pairs.predictedOf, 1) +
    meanSquaredDistance(vertices, points, pairs.targetOf, oppositeWeight)
  );
}

/** Either side of the distance. */
interface Side {
  positions: RealArray;
  offsets: Int32Array;
  /** Added to. */
  gradient: RealArray;
}

/**
 * weight · mean over the batch of the mean over the points of an item in `from` of the squared distance to their partners in `to`;
 * `partners` are indices within the item.
 */
function meanSquaredDistance(from: Side, to: Side, partners: Int32Array, weight: number): number {
  const { positions: source, gradient: sourceGradient, offsets } = from;
  const { positions: goal, gradient: goalGradient } = to;
  const batch = offsets.length - 1;
  let mean = 0;
  for (let b = 0; b < batch; b++) {
    const share = weight / (batch * (offsets[b + 1] - offsets[b]));
    const scale = 2 * share;
    const first = to.offsets[b];
    let sum = 0;
    for (let k = offsets[b]; k < offsets[b + 1]; k++) {
      const i = 3 * k;
      const j = 3 * (first + partners[k]);
      const dx = source[i] - goal[j];
      const dy = source[i + 1] - goal[j + 1];
      const dz = source[i + 2] - goal[j + 2];
      sum += dx * dx + dy * dy + dz * dz;
      sourceGradient[i] += scale * dx;
      sourceGradient[i + 1] += scale * dy;
      sourceGradient[i + 2] += scale * dz;
      goalGradient[j] -= scale * dx;
      goalGradient[j + 1] -= scale * dy;
      goalGradient[j + 2] -= scale * dz;
    }
    mean += share * sum;
  }
  return mean;
}
