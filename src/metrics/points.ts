// How alike two point clouds are: numbers for people, not for gradients.

import type { RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestPoints } from '../../renderer/mesh/nearest.ts';

/**
 * mean squared distance from each point to the nearest of the other cloud, both directions summed. In squared units of length.
 * Fan et al., "A Point Set Generation Network", section 4.1, with means for sums.
 *
 * @param predicted [N·3]
 * @param target [M·3]
 * @throws ArgumentError where a cloud is empty.
 */
export function chamferDistance(predicted: RealArray, target: RealArray): number {
  const [toTarget, toPredicted] = squaredDistances(predicted, target);
  return mean(toTarget) + mean(toPredicted);
}

/**
 * Harmonic mean of precision (share of predicted points within `threshold` of the target) and recall (share of target points
 * within it of the prediction). In 0 … 1. Knapitsch et al., "Tanks and Temples", section 3.
 *
 * @param predicted [N·3]
 * @param target [M·3]
 * @param threshold a distance, not a squared one.
 * @throws ArgumentError where a cloud is empty.
 */
export function fScore(predicted: RealArray, target: RealArray, threshold: number): number {
  const [precision, recall] = squaredDistances(predicted, target).map((squared) =>
    mean(squared.map((value) => (value <= threshold * threshold ? 1 : 0))),
  );
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** From each predicted point to the target, and from each target point to the prediction. */
function squaredDistances(predicted: RealArray, target: RealArray): [Float64Array, Float64Array] {
  for (const [name, points] of Object.entries({ predicted, target })) {
    if (points.length === 0 || points.length % 3 !== 0) {
      throw new ArgumentError(
        `${name} has ${points.length} numbers, expected three for each of at least one point`,
      );
    }
  }
  return [squaredDistancesTo(predicted, target), squaredDistancesTo(target, predicted)];
}

function squaredDistancesTo(from: RealArray, to: RealArray): Float64Array {
  return Float64Array.from(nearestPoints(from, to), (j, i) => {
    const dx = from[3 * i] - to[3 * j];
    const dy = from[3 * i + 1] - to[3 * j + 1];
    const dz = from[3 * i + 2] - to[3 * j + 2];
    return dx * dx + dy * dy + dz * dz;
  });
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
