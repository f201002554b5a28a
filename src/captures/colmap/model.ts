// A sparse reconstruction of COLMAP's, from text or binary files: cameras by number, images by name, points.

import { FileError } from '../../../renderer/errors.ts';

/** A calibration; the principal point counts from the picture's corner. */
export interface ColmapCamera {
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
}

/** OpenCV's conventions: x right, y down, z forwards. */
export interface ColmapImage {
  name: string;
  /** w, x, y, z: world to camera. */
  quaternion: readonly number[];
  translation: readonly number[];
  cameraId: number;
  /** Where the file has it, for errors. */
  place: string;
}

export interface ColmapModel {
  cameras: ReadonlyMap<number, ColmapCamera>;
  images: readonly ColmapImage[];
  /** [P·3] */
  points: Float64Array;
}

interface CameraModel {
  id: number;
  name: string;
  /** Names of its parameters; those after the calibration are distortions. */
  parameters: number;
  /** Whether fx and fy are one. */
  isSimple: boolean;
  isFisheye: boolean;
}

const model = (id: number, name: string, parameters: number, isSimple: boolean): CameraModel => ({
  id,
  name,
  parameters,
  isSimple,
  isFisheye: /FISHEYE|^FOV$/.test(name),
});

/** By COLMAP's numbers. */
const models = [
  model(0, 'SIMPLE_PINHOLE', 3, true),
  model(1, 'PINHOLE', 4, false),
  model(2, 'SIMPLE_RADIAL', 4, true),
  model(3, 'RADIAL', 5, true),
  model(4, 'OPENCV', 8, false),
  model(5, 'OPENCV_FISHEYE', 8, false),
  model(6, 'FULL_OPENCV', 12, false),
  model(7, 'FOV', 5, false),
  model(8, 'SIMPLE_RADIAL_FISHEYE', 4, true),
  model(9, 'RADIAL_FISHEYE', 5, true),
  model(10, 'THIN_PRISM_FISHEYE', 12, false),
];

/** @throws FileError for a model that COLMAP does not have. */
export function cameraModel(nameOrId: string | number, place: string): CameraModel {
  const found = models.find(({ id, name }) => id === nameOrId || name === nameOrId);
  if (!found) {
    throw new FileError(
      place,
      `has the camera model ${nameOrId}, expected one of ${models.map(({ name }) => name).join(', ')}`,
    );
  }
  return found;
}

/** @throws FileError where the model is not a pinhole's, or distorts. */
export function pinholeOf(
  { name, isSimple, isFisheye, parameters: count }: CameraModel,
  width: number,
  height: number,
  parameters: readonly number[],
  place: string,
): ColmapCamera {
  if (parameters.length !== count) {
    throw new FileError(place, `has ${parameters.length} parameters, but ${name} has ${count}`);
  }
  const [fx, fy, cx, cy] = isSimple ? [parameters[0], ...parameters] : parameters;
  const distortion = parameters.slice(isSimple ? 3 : 4);
  if (isFisheye || distortion.some((value) => value !== 0)) {
    throw new FileError(
      place,
      `is a ${name} camera that distorts (${distortion.join(', ')}); undistort the pictures first: colmap image_undistorter`,
    );
  }
  return { width, height, fx, fy, cx, cy };
}
