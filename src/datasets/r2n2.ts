// The cameras of 3D-R2N2's renderings of ShapeNet (Choy et al., 2016), as Pixel2Mesh uses them: a row of rendering_metadata.txt is
// azimuth and elevation in degrees, in-plane rotation (always 0), distance and a constant 25. Lengths here are those of Pixel2Mesh: a
// model of ShapeNet × 0.57, which is 1 / 1.75, R2N2's greatest distance; so the third number of a row is the distance.

import { ArgumentError, FileError } from '../../renderer/errors.ts';

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

const constantColumn = 25;

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

/** The rows of rendering_metadata.txt, one a rendering. @throws FileError with the line that is none. */
export function parseRenderingMetadata(text: string, path: string): R2n2Camera[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line, i) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    const [azimuthDegrees, elevationDegrees, inPlane, distance] = numbers;
    const fail = (problem: string): never => {
      throw new FileError(`${path}:${i + 1}`, problem);
    };
    if (numbers.length !== 5 || !numbers.every(Number.isFinite)) {
      fail(
        `is ${JSON.stringify(line.slice(0, 60))}, expected azimuth, elevation, in-plane rotation, distance, 25`,
      );
    }
    if (Math.abs(elevationDegrees) > 90) fail(`has an elevation of ${elevationDegrees}°, expected −90 to 90`);
    if (inPlane !== 0) fail(`has an in-plane rotation of ${inPlane}°, expected 0`);
    if (distance <= 0) fail(`has a distance of ${distance}, expected one above 0`);
    return { azimuthDegrees, elevationDegrees, distance };
  });
}

/** The content of a rendering_metadata.txt, one row a camera. */
export function formatRenderingMetadata(cameras: readonly R2n2Camera[]): string {
  return cameras
    .map((camera) => {
      const { azimuthDegrees, elevationDegrees, distance } = camera;
      return `${azimuthDegrees} ${elevationDegrees} 0 ${distance} ${constantColumn}\n`;
    })
    .join('');
}
