// Which target point is nearest to which predicted vertex, and the other way round: found once a step, used by several losses.

import type * as tf from '@tensorflow/tfjs';
import { hostOp, isOnDevice, type RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestBothWays } from '../../renderer/mesh/nearest.ts';
import { nearestOnDevice } from './onDevice.ts';
import { evenOffsets, type PointClouds, pointTable } from './pointClouds.ts';
import { expectShape } from './shapes.ts';

export interface NearestPairs {
  /** [B·V] for each predicted vertex, the nearest target point of its batch item. */
  targetOf: Int32Array;
  /** [ΣP] for each target point, the nearest predicted vertex of its batch item. */
  predictedOf: Int32Array;
}

/**
 * Nearest neighbours between predicted [B, V, 3] and target, [B, P, 3] or clouds of any lengths; exact, of equal ones the lowest
 * index. Indices count within the batch item. Not differentiable: a choice of partners is constant almost everywhere.
 *
 * @throws ArgumentError where shapes disagree or a side has no points.
 */
export function nearestPairs(predicted: tf.Tensor3D, target: tf.Tensor3D | PointClouds): NearestPairs {
  expectShape('predicted', predicted, ['B', 'V', 3]);
  const [batch, vertexCount] = predicted.shape;
  const { values, offsets } = pointTable('target', target, batch);
  expectPoints('predicted', predicted, evenOffsets(batch, vertexCount));
  expectPoints('target', target, offsets);
  if (isOnDevice()) return nearestOnDevice(predicted, { values, offsets });
  let pairs: NearestPairs | undefined;
  hostOp([predicted, values], [], ([vertices, points]) => {
    pairs = findPairs(vertices as Float32Array, points as Float32Array, offsets);
  });
  return pairs!;
}

function expectPoints(name: string, points: tf.Tensor3D | PointClouds, offsets: Int32Array): void {
  const empty = offsets.findIndex((offset, b) => b > 0 && offset === offsets[b - 1]) - 1;
  if (empty < 0) return;
  const what =
    'offsets' in points
      ? `${name}: cloud ${empty} is empty`
      : `${name} has shape [${points.shape.join(', ')}]`;
  throw new ArgumentError(`${what}, expected at least one point`);
}

/** `nearestPairs` on arrays: predicted [B·V·3], target [ΣP·3], offsets [B + 1] of the target's clouds. */
export function findPairs(predicted: RealArray, target: RealArray, offsets: Int32Array): NearestPairs {
  const batch = offsets.length - 1;
  const targetOf = new Int32Array(predicted.length / 3);
  const predictedOf = new Int32Array(target.length / 3);
  const size = predicted.length / batch;
  for (let b = 0; b < batch; b++) {
    const vertices = predicted.subarray(b * size, (b + 1) * size);
    const points = target.subarray(3 * offsets[b], 3 * offsets[b + 1]);
    const [nearestTarget, nearestPredicted] = nearestBothWays(vertices, points);
    targetOf.set(nearestTarget, (b * size) / 3);
    predictedOf.set(nearestPredicted, offsets[b]);
  }
  return { targetOf, predictedOf };
}
