// Nearest neighbours of two point clouds in each other: what chamfer distance, F-score and normal consistency are all made of.

import type { RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestPoints } from '../../renderer/mesh/nearest.ts';

/** The nearest point of the other cloud, for each point of one. */
export interface Matches {
  /** [N] its index. */
  indices: Int32Array;
  /** [N] its squared distance. */
  squared: Float64Array;
}

export interface CloudMatches {
  /** From each predicted point to the target. */
  toTarget: Matches;
  /** From each target point to the prediction. */
  toPredicted: Matches;
}

/**
 * Both directions, found once for all metrics.
 *
 * @param predicted [N·3]
 * @param target [M·3]
 * @throws ArgumentError where a cloud is empty.
 */
export function matchClouds(predicted: RealArray, target: RealArray): CloudMatches {
  expectPoints({ predicted, target });
  return { toTarget: matches(predicted, target), toPredicted: matches(target, predicted) };
}

/** @throws ArgumentError where one of the named clouds is empty, or no list of points. */
export function expectPoints(clouds: Record<string, RealArray>): void {
  for (const [name, points] of Object.entries(clouds)) {
    if (points.length === 0 || points.length % 3 !== 0) {
      throw new ArgumentError(
        `${name} has ${points.length} numbers, expected three for each of at least one point`,
      );
    }
  }
}

function matches(from: RealArray, to: RealArray): Matches {
  const indices = nearestPoints(from, to);
  const squared = Float64Array.from(indices, (j, i) => {
    const dx = from[3 * i] - to[3 * j];
    const dy = from[3 * i + 1] - to[3 * j + 1];
    const dz = from[3 * i + 2] - to[3 * j + 2];
    return dx * dx + dy * dy + dz * dz;
  });
  return { indices, squared };
}
