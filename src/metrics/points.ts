// How near two point clouds are to each other: numbers for people, not for gradients.

import type { RealArray } from '../../renderer/backend/index.ts';
import { type CloudMatches, matchClouds } from './matches.ts';

/**
 * mean squared distance from each point to the nearest of the other cloud, both directions summed. In squared units of length.
 * Fan et al., "A Point Set Generation Network", section 4.1, with means for sums.
 *
 * @param predicted [N·3]
 * @param target [M·3]
 * @throws ArgumentError where a cloud is empty.
 */
export function chamferDistance(predicted: RealArray, target: RealArray): number {
  return matchedChamfer(matchClouds(predicted, target));
}

/** `chamferDistance` of clouds that are matched already. */
export const matchedChamfer = ({ toTarget, toPredicted }: CloudMatches): number =>
  mean(toTarget.squared) + mean(toPredicted.squared);

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
  return matchedFScore(matchClouds(predicted, target), threshold * threshold);
}

/** `fScore` of clouds that are matched already. A point counts where its squared distance is at most `squaredThreshold`. */
export function matchedFScore({ toTarget, toPredicted }: CloudMatches, squaredThreshold: number): number {
  const [precision, recall] = [toTarget, toPredicted].map(({ squared }) =>
    mean(squared.map((value) => (value <= squaredThreshold ? 1 : 0))),
  );
  return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
