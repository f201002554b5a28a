// Which target point is nearest to which predicted vertex, and the other way round: found once a step, used by several losses.

import type * as tf from '@tensorflow/tfjs';
import { hostOp, type RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestPoints } from '../../renderer/mesh/nearest.ts';
import { expectShape } from './shapes.ts';

export interface NearestPairs {
  /** [B·V] for each predicted vertex, the nearest target point of its batch item. */
  targetOf: Int32Array;
  /** [B·P] for each target point, the nearest predicted vertex of its batch item. */
  predictedOf: Int32Array;
}

/**
 * Nearest neighbours between predicted [B, V, 3] and target [B, P, 3], exact, of equal ones the lowest index. Not differentiable:
 * a choice of partners is constant almost everywhere.
 *
 * @throws ArgumentError where shapes disagree or a side has no points.
 */
export function nearestPairs(predicted: tf.Tensor3D, target: tf.Tensor3D): NearestPairs {
  expectShape('predicted', predicted, ['B', 'V', 3]);
  expectShape('target', target, [predicted.shape[0], 'P', 3]);
  for (const [name, { shape }] of Object.entries({ predicted, target })) {
    if (shape[1] === 0)
      throw new ArgumentError(`${name} has shape [${shape.join(', ')}], expected at least one point`);
  }
  let pairs: NearestPairs | undefined;
  hostOp([predicted, target], [], ([vertices, points]) => {
    pairs = findPairs(vertices as Float32Array, points as Float32Array, predicted.shape[0]);
  });
  return pairs!;
}

/** `nearestPairs` on arrays: predicted [B·V·3], target [B·P·3]. */
export function findPairs(predicted: RealArray, target: RealArray, batch: number): NearestPairs {
  const targetOf = new Int32Array(predicted.length / 3);
  const predictedOf = new Int32Array(target.length / 3);
  for (let b = 0; b < batch; b++) {
    const vertices = batchItem(predicted, b, batch);
    const points = batchItem(target, b, batch);
    targetOf.set(nearestPoints(vertices, points), b * (targetOf.length / batch));
    predictedOf.set(nearestPoints(points, vertices), b * (predictedOf.length / batch));
  }
  return { targetOf, predictedOf };
}

function batchItem(array: RealArray, item: number, batch: number): RealArray {
  const size = array.length / batch;
  return array.subarray(item * size, (item + 1) * size);
}
