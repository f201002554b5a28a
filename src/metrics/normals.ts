// How alike the directions of two surfaces are: a number for people, not for gradients.

import type { RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { type CloudMatches, matchClouds } from './matches.ts';

/** Points of a surface with its normals there. */
export interface OrientedPoints {
  /** [N·3] */
  points: RealArray;
  /** [N·3] of any length but zero. */
  normals: RealArray;
}

/**
 * mean |cos| of the angle between the normal of each point and that of the nearest point of the other cloud, averaged over both
 * directions. In 0 … 1; it does not ask which side is outside. Mescheder et al., "Occupancy Networks", 2019, section 4; the same as
 * Mesh R-CNN's "absolute normal consistency" (Gkioxari et al. 2019). A normal of length zero counts as perpendicular.
 *
 * @throws ArgumentError where a cloud is empty or has another number of normals than points.
 */
export function normalConsistency(predicted: OrientedPoints, target: OrientedPoints): number {
  return matchedNormals(matchClouds(predicted.points, target.points), predicted.normals, target.normals);
}

/** `normalConsistency` of clouds that are matched already. */
export function matchedNormals(
  { toTarget, toPredicted }: CloudMatches,
  predicted: RealArray,
  target: RealArray,
): number {
  for (const [name, normals, { indices }] of [
    ['predicted', predicted, toTarget],
    ['target', target, toPredicted],
  ] as const) {
    if (normals.length !== 3 * indices.length) {
      throw new ArgumentError(
        `${name} has ${normals.length} numbers of normals, expected 3 for each of ${indices.length} points`,
      );
    }
  }
  return (
    (meanCosine(predicted, target, toTarget.indices) + meanCosine(target, predicted, toPredicted.indices)) / 2
  );
}

function meanCosine(from: RealArray, to: RealArray, nearest: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < nearest.length; i++) {
    const j = 3 * nearest[i];
    const [x, y, z] = [from[3 * i], from[3 * i + 1], from[3 * i + 2]];
    const product = x * to[j] + y * to[j + 1] + z * to[j + 2];
    const lengths = Math.hypot(x, y, z) * Math.hypot(to[j], to[j + 1], to[j + 2]);
    if (lengths > 0) sum += Math.abs(product) / lengths;
  }
  return sum / nearest.length;
}
