// Vectors of three numbers.

import type { Vector3 } from '../../../renderer/camera/index.ts';

export type { Vector3 };

export function subtract(a: Vector3, b: Vector3): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: Vector3): number {
  return Math.sqrt(dot(a, a));
}

/** `a` at length 1; the zero vector stays zero. */
export function unit(a: Vector3): Vector3 {
  const scale = 1 / (length(a) || 1);
  return [a[0] * scale, a[1] * scale, a[2] * scale];
}

/** The i-th of packed vectors. */
export function vectorAt(packed: ArrayLike<number>, i: number): Vector3 {
  return [packed[3 * i], packed[3 * i + 1], packed[3 * i + 2]];
}
