// The cameras of 3D-R2N2's renderings of ShapeNet (Choy et al., 2016): upright, with a fixed lens, looking at the origin. The azimuth
// is counted from +x towards +z, where that of `orbit` is from +z towards +x: one is 90° minus the other.

import { ArgumentError } from '../errors.ts';
import type { Camera } from './camera.ts';
import { requireFinite, requirePositive } from './checks.ts';
import { PerspectiveCamera } from './perspective.ts';

/** Where a camera stands that looks at the origin with y upwards. */
export interface R2n2Camera {
  /** From +x towards +z. */
  azimuthDegrees: number;
  /** Above the horizon, −90 to 90. */
  elevationDegrees: number;
  distance: number;
}

/**
 * Vertical field of view: a focal length of 35 mm on a sensor of 32 mm, 245 pixels at 224. DIB-R's code has 49.13434207…, the same in
 * single precision. The 25 in the files is not it.
 */
export const r2n2FovDegrees = (360 / Math.PI) * Math.atan(32 / 35 / 2);

/**
 * World to camera, 16 numbers, row-major. With θ = azimuth, φ = elevation, d = distance the camera stands at
 * c = (d cos φ cos θ, d sin φ, d cos φ sin θ); the rows of its rotation are X = Y × Z, Z × X and Z, the direction of c, where
 * Y = (0, 1, 0), all of unit length; p' = (p − c) Rᵀ (Pixel2Mesh, data/generate_data.py). Straight above and below it is the limit.
 */
export function r2n2WorldToCamera({ azimuthDegrees, elevationDegrees, distance }: R2n2Camera): number[] {
  const [azimuth, elevation] = [azimuthDegrees, elevationDegrees].map((angle) => (angle * Math.PI) / 180);
  const [cosine, sine] = [Math.cos(azimuth), Math.sin(azimuth)];
  const [level, height] = [Math.cos(elevation), Math.sin(elevation)];
  return [
    ...[sine, 0, -cosine, 0],
    ...[-height * cosine, level, -height * sine, 0],
    ...[level * cosine, height, level * sine, -distance],
    ...[0, 0, 0, 1],
  ];
}

/**
 * The camera of a matrix as `r2n2WorldToCamera` makes them; the azimuth from 0 to 360.
 *
 * @throws ArgumentError where the camera does not look at the origin, or does not hold y upwards.
 */
export function r2n2Camera(worldToCamera: readonly number[]): R2n2Camera {
  const m = worldToCamera;
  const azimuth = (Math.atan2(m[0], -m[2]) * 180) / Math.PI;
  const camera = {
    azimuthDegrees: azimuth < 0 ? azimuth + 360 : azimuth,
    elevationDegrees: (Math.atan2(m[9], m[5]) * 180) / Math.PI,
    distance: -m[11],
  };
  const difference = r2n2WorldToCamera(camera).map((value, i) => Math.abs(value - m[i]));
  if (!(m.length === 16 && Math.max(...difference) < 1e-6 * Math.max(1, camera.distance))) {
    throw new ArgumentError('worldToCamera is not that of an upright camera that looks at the origin');
  }
  return camera;
}

/**
 * A camera of R2N2's, for square pictures unless `aspect` says otherwise. Lengths are in the unit of `distance`: the files' column is
 * in Pixel2Mesh's, a model of ShapeNet × 0.57; × 1.75 it is in ShapeNet's own.
 *
 * @throws ArgumentError where an angle is not finite or the distance not positive.
 */
export function fromR2n2(
  camera: R2n2Camera,
  { aspect = 1, near }: { aspect?: number; near?: number } = {},
): PerspectiveCamera {
  requireFinite('azimuthDegrees', camera.azimuthDegrees);
  requireFinite('elevationDegrees', camera.elevationDegrees);
  requirePositive('distance', camera.distance);
  return new PerspectiveCamera({ fovDegrees: r2n2FovDegrees, aspect, near, view: r2n2WorldToCamera(camera) });
}

/**
 * One view of a camera as R2N2 has it.
 *
 * @throws ArgumentError where the view is not upright and at the origin, or the field of view not R2N2's.
 */
export function toR2n2(camera: Camera, { view = 0 }: { view?: number } = {}): R2n2Camera {
  const [, focal, ...principalPoint] = camera.lensRow(view);
  const fovDegrees = (Math.atan(1 / focal) * 360) / Math.PI;
  const isCentered = principalPoint.every((offset) => Math.abs(offset) < 1e-6);
  if (!camera.lens.perspective || !isCentered || Math.abs(fovDegrees - r2n2FovDegrees) > 1e-3) {
    throw new ArgumentError(
      `the camera must have R2N2's lens, a centred field of view of ${r2n2FovDegrees.toFixed(4)}°, but has another`,
    );
  }
  return r2n2Camera(Array.from(camera.views[view]));
}
