// Cameras on a sphere around what they look at, upright, straight above and below included.
//
// With azimuth θ and elevation φ, the rows of the rotation are right = (cos θ, 0, −sin θ), up = (−sin φ sin θ, cos φ, −sin φ cos θ)
// and back = (cos φ sin θ, sin φ, cos φ cos θ), the direction in which the camera stands; then the target is `distance` ahead.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { requireFinite, requireNumbers, requirePositive } from './checks.ts';
import { rigidMatrices } from './pose.ts';
import type { Vector3 } from './view.ts';

export interface OrbitOptions {
  /** Where the camera stands, seen from the target: from +z towards +x. */
  azimuthDegrees: number;
  /** Above the horizon; beyond ±90 the camera is upside down. */
  elevationDegrees: number;
  /** From the target, above 0. */
  distance: number;
  /** The point in the middle of the picture. Default: the origin. */
  target?: Vector3;
}

/**
 * The view of an upright camera that looks at `target` from the given direction and distance.
 *
 * @throws ArgumentError where a number is not finite, or the distance not positive.
 */
export function orbit({
  azimuthDegrees,
  elevationDegrees,
  distance,
  target = [0, 0, 0],
}: OrbitOptions): Float64Array {
  requireFinite('azimuthDegrees', azimuthDegrees);
  requireFinite('elevationDegrees', elevationDegrees);
  requirePositive('distance', distance);
  requireNumbers('target', target, 3);
  const [azimuth, elevation] = [azimuthDegrees, elevationDegrees].map((angle) => (angle * Math.PI) / 180);
  const [sine, cosine] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [height, level] = [Math.sin(elevation), Math.cos(elevation)];
  const rows = [
    [cosine, 0, -sine],
    [-height * sine, level, -height * cosine],
    [level * sine, height, level * cosine],
  ];
  return Float64Array.from([
    ...rows.flatMap(([x, y, z], row) => [
      ...[x, y, z],
      -(x * target[0] + y * target[1] + z * target[2]) - (row === 2 ? distance : 0),
    ]),
    ...[0, 0, 0, 1],
  ]);
}

export interface OrbitViewsOptions {
  azimuthDegrees: number | readonly number[];
  elevationDegrees: number | readonly number[];
  distance: number | readonly number[];
  target?: Vector3;
}

/**
 * `orbit` for many views: of each of the three, one number for all views, or a list with one for each.
 *
 * @throws ArgumentError where lists differ in length, besides what `orbit` throws.
 */
export function orbitViews({ target, ...options }: OrbitViewsOptions): Float64Array[] {
  const lists = Object.entries(options).filter(([, value]) => typeof value !== 'number');
  const counts = lists.map(([, list]) => (list as readonly number[]).length);
  const odd = counts.findIndex((count) => count !== counts[0]);
  if (odd >= 0) {
    throw new ArgumentError(
      `${lists[odd][0]} has ${counts[odd]} entries, but ${lists[0][0]} has ${counts[0]}: expected one for each view`,
    );
  }
  const at = (value: number | readonly number[], i: number) => (typeof value === 'number' ? value : value[i]);
  return Array.from({ length: counts[0] ?? 1 }, (_, i) =>
    orbit({
      azimuthDegrees: at(options.azimuthDegrees, i),
      elevationDegrees: at(options.elevationDegrees, i),
      distance: at(options.distance, i),
      target,
    }),
  );
}

/** A number, or a tensor with one for all views, [], or one for each, [N]. */
type OrbitValue = number | tf.Scalar | tf.Tensor1D;

export interface OrbitPoseOptions {
  azimuthDegrees: OrbitValue;
  elevationDegrees: OrbitValue;
  distance: OrbitValue;
  /** [3] or [N, 3]. Default: the origin. */
  target?: Vector3 | tf.Tensor;
}

/**
 * `orbit` with gradients: the views [N, 4, 4] of cameras whose direction, distance and target may be tensors.
 *
 * @throws ArgumentError on shapes that do not fit together.
 */
export function orbitPose({ target = [0, 0, 0], ...values }: OrbitPoseOptions): tf.Tensor3D {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number' && value.rank > 1) {
      throw new ArgumentError(
        `${name} must be a number, a scalar or a tensor [views], but has shape [${value.shape}]`,
      );
    }
  }
  const shape = target instanceof tf.Tensor ? target.shape : [target.length];
  if (shape.length === 0 || shape.length > 2 || shape[shape.length - 1] !== 3) {
    throw new ArgumentError(`target must have shape [3] or [views, 3], but has [${shape}]`);
  }
  const sizes = [
    ...Object.values(values).map((value) => (typeof value === 'number' ? 1 : value.size)),
    shape.length === 2 ? shape[0] : 1,
  ];
  const count = Math.max(...sizes);
  if (!sizes.every((size) => size === 1 || size === count)) {
    throw new ArgumentError(
      `azimuthDegrees, elevationDegrees, distance and target must have one entry, or as many as there are views, but have ${sizes.join(', ')}`,
    );
  }
  return tf.tidy(() => {
    const each = (value: tf.Tensor | number) => tf.zeros([count]).add(value) as tf.Tensor1D;
    const [azimuth, elevation] = [values.azimuthDegrees, values.elevationDegrees].map((degrees) =>
      each(degrees).mul(Math.PI / 180),
    );
    const [sine, cosine, height, level] = [azimuth.sin(), azimuth.cos(), elevation.sin(), elevation.cos()];
    const zero = tf.zeros([count]);
    const rotation = tf
      .stack(
        [
          ...[cosine, zero, sine.neg()],
          ...[height.mul(sine).neg(), level, height.mul(cosine).neg()],
          ...[level.mul(sine), height, level.mul(cosine)],
        ],
        1,
      )
      .reshape([count, 3, 3]);
    const point = target instanceof tf.Tensor ? target : tf.tensor1d([...target]);
    const offset = rotation
      .mul(point.reshape([-1, 1, 3]))
      .sum(2)
      .neg();
    const ahead = tf.stack([zero, zero, each(values.distance).neg()], 1);
    return rigidMatrices(rotation as tf.Tensor3D, offset.add(ahead) as tf.Tensor2D);
  });
}
