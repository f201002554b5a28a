// Where a camera stands: rigid transforms from world space to camera space. Both are right-handed with y up; a camera looks
// down its own −z axis.

import { ArgumentError } from '../errors.ts';

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
