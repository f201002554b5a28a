// Cameras that are not quite where they are said to be.

import type { Random } from '../tensor/random.ts';

export interface PoseNoise {
  /** Standard deviation, in degrees, of the turn about each of the camera's axes. */
  degrees: number;
  /** Standard deviation of the shift along each of them, in the data set's unit. */
  shift: number;
}

/** A turn about the object's centre, axis times angle in radians, and a shift, both along a camera's axes. */
export type PoseChange = readonly [number, number, number, number, number, number];

/** What a change becomes when everything is reflected in x = 0: M R(r) M = R(−M r) and M t, with M = diag(−1, 1, 1). */
export const mirrorSigns: PoseChange = [1, -1, -1, -1, 1, 1];

export function drawPoseChange({ degrees, shift }: PoseNoise, random: Random): PoseChange {
  const normal = () => random.normal();
  const turn = (degrees * Math.PI) / 180;
  return [
    turn * normal(),
    turn * normal(),
    turn * normal(),
    shift * normal(),
    shift * normal(),
    shift * normal(),
  ];
}

/**
 * The camera p ↦ R p + t, changed to p ↦ Q R p + t + s, with the rotation Q of `change` and its shift s: the object turns about the origin
 * of its own frame, as the camera sees it.
 *
 * @param camera 16 numbers, row-major
 */
export function changedPose(camera: readonly number[], change: PoseChange): number[] {
  const turn = rotationOf(change);
  const result = [...camera];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      result[4 * row + column] =
        turn[3 * row] * camera[column] +
        turn[3 * row + 1] * camera[4 + column] +
        turn[3 * row + 2] * camera[8 + column];
    }
    result[4 * row + 3] += change[3 + row];
  }
  return result;
}

/** Rodrigues' formula: cos θ I + sin θ K + (1 − cos θ) k kᵀ, row-major. */
function rotationOf([rx, ry, rz]: PoseChange): number[] {
  const angle = Math.hypot(rx, ry, rz);
  const [x, y, z] = angle > 0 ? [rx / angle, ry / angle, rz / angle] : [0, 0, 1];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const k = 1 - c;
  return [
    ...[c + k * x * x, k * x * y - s * z, k * x * z + s * y],
    ...[k * y * x + s * z, c + k * y * y, k * y * z - s * x],
    ...[k * z * x - s * y, k * z * y + s * x, c + k * z * z],
  ];
}
