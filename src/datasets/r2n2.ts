// The files of 3D-R2N2's renderings of ShapeNet (Choy et al., 2016), as Pixel2Mesh uses them: a row of rendering_metadata.txt is
// azimuth and elevation in degrees, in-plane rotation (always 0), distance and a constant 25. Lengths here are those of Pixel2Mesh: a
// model of ShapeNet × 0.57, which is 1 / 1.75, R2N2's greatest distance; so the fourth number of a row is the distance.

import type { R2n2Camera } from '../../renderer/camera/index.ts';
import { FileError } from '../../renderer/errors.ts';

export {
  type R2n2Camera,
  r2n2Camera,
  r2n2FovDegrees,
  r2n2WorldToCamera,
} from '../../renderer/camera/index.ts';

const constantColumn = 25;

/** R2N2's greatest distance, in ShapeNet's own unit, in which a model's box has a diagonal of 1. Files give the others as shares of it. */
export const r2n2FarthestDistance = 1.75;

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

/** The number of a picture as names of files have it: 07. */
export const pictureNumber = (number: number) => String(number).padStart(2, '0');

/** The camera of picture `number` in the rows of the file at `path`. @throws FileError where it has none */
export function cameraOfPicture(cameras: readonly R2n2Camera[], number: number, path: string): R2n2Camera {
  const camera = cameras[number];
  if (camera) return camera;
  throw new FileError(path, `has ${cameras.length} rows, and no camera of picture ${pictureNumber(number)}`);
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
