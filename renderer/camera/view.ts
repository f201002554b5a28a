// Where a camera stands: rigid transforms from world space to camera space. Both are right-handed with y up; a camera looks
// down its own −z axis.

import { ArgumentError } from '../errors.ts';
import { requireNumbers } from './checks.ts';

/** World to camera: 4×4, row-major, sixteen numbers, applied to column vectors. The last row is 0 0 0 1. */
export type ViewMatrix = Float64Array | readonly number[];

export type Vector3 = readonly [number, number, number];

export interface LookAtOptions {
  /** Position of the camera. */
  eye: Vector3;
  /** The point in the middle of the picture. Default: the origin. */
  target?: Vector3;
  /** A direction that points up in the picture. Default: +y. */
  up?: Vector3;
}

/** The view that leaves world coordinates as they are: a camera at the origin, looking down −z. */
export const identityView: ViewMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * The view of a camera at `eye` that looks at `target`.
 *
 * @throws ArgumentError when a number is not finite, `eye` and `target` coincide, or `up` is parallel to the line of sight.
 */
export function lookAt({ eye, target = [0, 0, 0], up = [0, 1, 0] }: LookAtOptions): Float64Array {
  for (const [name, point] of Object.entries({ eye, target, up })) {
    if (!point.every(Number.isFinite)) {
      throw new ArgumentError(`${name} must be three finite numbers, but is (${point.join(', ')})`);
    }
  }
  const back = normalized(subtract(eye, target));
  if (!back) throw new ArgumentError(`eye and target must differ, but both are (${eye.join(', ')})`);
  const right = normalized(cross(up, back));
  if (!right) {
    throw new ArgumentError(`up (${up.join(', ')}) must not be parallel to the line from eye to target`);
  }
  const above = cross(back, right);
  return Float64Array.from([
    ...[...right, -dot(right, eye)],
    ...[...above, -dot(above, eye)],
    ...[...back, -dot(back, eye)],
    ...[0, 0, 0, 1],
  ]);
}

/**
 * The view of a rotation (9 numbers, row-major) and a translation (3): p ↦ R p + t.
 *
 * @param names of the two in errors.
 * @throws ArgumentError where numbers are missing or not finite, or the matrix is not a rotation.
 */
export function rigidView(
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  names: readonly [string, string] = ['rotation', 'translation'],
): Float64Array {
  requireRotation(names[0], rotation);
  requireNumbers(names[1], translation, 3);
  return Float64Array.from([
    ...[0, 1, 2].flatMap((row) => [
      ...[rotation[3 * row], rotation[3 * row + 1], rotation[3 * row + 2]],
      translation[row],
    ]),
    ...[0, 0, 0, 1],
  ]);
}

/** The rotation of a view, 9 numbers, and its translation, 3. @throws ArgumentError where the view is not rigid. */
export function rigidParts(view: ViewMatrix, name = 'view'): { rotation: number[]; translation: number[] } {
  const m = checkedView(name, view);
  return {
    rotation: [0, 1, 2].flatMap((row) => [m[4 * row], m[4 * row + 1], m[4 * row + 2]]),
    translation: [m[3], m[7], m[11]],
  };
}

/** @throws ArgumentError where `view` is not sixteen numbers of a rotation and a translation. */
export function checkedView(name: string, view: ViewMatrix): ViewMatrix {
  requireNumbers(name, view, 16);
  if ([0, 0, 0, 1].some((value, k) => Math.abs(view[12 + k] - value) > 1e-6)) {
    throw new ArgumentError(
      `${name} must have the last row 0 0 0 1, but has ${Array.from(view.slice(12)).join(' ')}: is it column-major?`,
    );
  }
  requireRotation(
    name,
    [0, 1, 2].flatMap((row) => Array.from(view.slice(4 * row, 4 * row + 3))),
  );
  return view;
}

/** How far R Rᵀ may be from the identity: files hold six digits, sometimes fewer. */
const rotationTolerance = 1e-3;

function requireRotation(name: string, m: ArrayLike<number>): void {
  requireNumbers(name, m, 9);
  const [a, b, c] = [0, 3, 6].map((i): Vector3 => [m[i], m[i + 1], m[i + 2]]);
  const errors = [dot(a, a) - 1, dot(b, b) - 1, dot(c, c) - 1, dot(a, b), dot(a, c), dot(b, c)];
  const largest = Math.max(...errors.map(Math.abs));
  if (largest > rotationTolerance) {
    throw new ArgumentError(
      `${name} must be a rotation, but its rows are not orthonormal (off by ${largest.toPrecision(2)})`,
    );
  }
  if (dot(cross(a, b), c) < 0) {
    throw new ArgumentError(`${name} must be a rotation, but is a reflection (its determinant is −1)`);
  }
}

const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function normalized(a: Vector3): Vector3 | undefined {
  const length = Math.hypot(...a);
  return length > 1e-9 ? [a[0] / length, a[1] / length, a[2] / length] : undefined;
}
