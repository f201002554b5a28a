// Vectors of three numbers, and small systems of equations.

import type { Vector3 } from '../../renderer/camera/index.ts';

export type { Vector3 };

/** A sphere. */
export interface Bounds {
  center: Vector3;
  radius: number;
}

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const plus = (a: Vector3, b: Vector3, factor = 1): Vector3 => [
  a[0] + factor * b[0],
  a[1] + factor * b[1],
  a[2] + factor * b[2],
];

/** At length 1; undefined for the zero vector. */
export function unit(a: Vector3): Vector3 | undefined {
  const length = Math.hypot(...a);
  return length > 1e-12 ? [a[0] / length, a[1] / length, a[2] / length] : undefined;
}

export const times = (factor: number, a: Vector3): Vector3 => [factor * a[0], factor * a[1], factor * a[2]];

/** x of M x = b for a matrix by its rows, by Cramer's rule; undefined where M is as good as singular. */
export function solve([p, q, r]: readonly [Vector3, Vector3, Vector3], b: Vector3): Vector3 | undefined {
  const determinant = dot(cross(p, q), r);
  const scale = Math.hypot(...p) * Math.hypot(...q) * Math.hypot(...r);
  if (!(Math.abs(determinant) > 1e-9 * scale)) return undefined;
  const sum = plus(plus(times(b[0], cross(q, r)), cross(r, p), b[1]), cross(p, q), b[2]);
  return times(1 / determinant, sum);
}
