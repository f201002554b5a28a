// What every data set yields: objects with pictures, cameras and surface points in a world frame, and `toSample`, which turns
// an object into one training example in the frame of its input camera.

import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';

export const splitNames = ['train', 'validation', 'test'] as const;

export type SplitName = (typeof splitNames)[number];

/** One picture of an object and the camera that took it. */
export interface View {
  /** [H, W, 4] RGBA in [0, 1]: straight alpha, sRGB values as stored in the file; rows from the top. Contiguous. */
  image: NdArray<Float32Array>;
  /** 16 numbers, row-major: a rotation and the translation (0, 0, −distance). */
  worldToCamera: number[];
}

/** One object: pictures, points on its visible surface, and who made it. */
export interface DatasetObject {
  id: string;
  name: string;
  category: string;
  /** Short name of the licence, such as "CC0-1.0". */
  license: string;
  creator: string;
  views: View[];
  /** [N * 3] in the world frame: y up, bounding sphere of radius 0.5 about the origin. */
  points: Float32Array;
  /** [N * 3] unit normals, pointing to the side from which the surface is seen. */
  normals: Float32Array;
}

/** A data set that is open for reading. Objects of a split come in a fixed order. */
export interface Dataset {
  name: string;
  /** Pictures are imageSize × imageSize. */
  imageSize: number;
  /** Vertical field of view, and distance of every camera from the origin, at which it looks. */
  camera: { fovDegrees: number; distance: number };
  /** What takes the data set's unit of length to that of Pixel2Mesh's numbers: models of ShapeNet × 0.57. */
  pixel2meshScale: number;
  split(name: SplitName): DatasetObject[];
}

/** A picture and the camera that took it, relative to the frame of a sample's input view. */
export interface SampleView {
  /** [H, W, 4] as in `View`. */
  image: NdArray<Float32Array>;
  /** 16 numbers, row-major: from the sample's frame to this camera. For the input view: identity and (0, 0, −distance). */
  objectToCamera: number[];
}

/**
 * One training example. Its frame is centred at the object and aligned with the input camera, which sits at (0, 0, distance) and
 * looks down −z, so that a network that sees the input picture never needs to know the world.
 */
export interface Sample {
  id: string;
  category: string;
  input: SampleView;
  supervision: SampleView[];
  /** [N * 3] in the sample's frame. */
  points: Float32Array;
  /** [N * 3] unit normals in the sample's frame. */
  normals: Float32Array;
}

/**
 * Makes the example in which view `inputView` is the input and `supervisingViews` (any of the object's, repeated or not) are
 * there to be matched. With `mirror` everything is reflected in the sample's plane x = 0: points and normals change the sign of
 * x, pictures are flipped left to right, and a camera matrix C becomes M·C·M with M = diag(−1, 1, 1, 1), which is again a rigid
 * motion. It stays true that a point projects to where its picture shows it.
 *
 * @throws ArgumentError for a view that the object does not have.
 */
export function toSample(
  object: DatasetObject,
  inputView: number,
  supervisingViews: readonly number[],
  { mirror = false }: { mirror?: boolean } = {},
): Sample {
  const inputCamera = viewOf(object, inputView).worldToCamera;
  const surface = sampleSurface(object, inputView, { mirror });
  const sampleView = (index: number): SampleView => {
    const { image, worldToCamera } = viewOf(object, index);
    const relative = relativeCamera(worldToCamera, inputCamera);
    return mirror
      ? { image: flipped(image), objectToCamera: reflected(relative) }
      : { image, objectToCamera: relative };
  };
  return {
    id: object.id,
    category: object.category,
    input: sampleView(inputView),
    supervision: supervisingViews.map(sampleView),
    ...surface,
  };
}

/** The points and normals of `toSample`, for who needs no pictures. */
export function sampleSurface(
  object: DatasetObject,
  inputView: number,
  { mirror = false }: { mirror?: boolean } = {},
): Pick<Sample, 'points' | 'normals'> {
  const { worldToCamera } = viewOf(object, inputView);
  return {
    points: rotated(object.points, worldToCamera, mirror),
    normals: rotated(object.normals, worldToCamera, mirror),
  };
}

function viewOf(object: DatasetObject, index: number): View {
  const view = object.views[index];
  if (!view)
    throw new ArgumentError(`view ${index} of ${object.id}: expected 0 to ${object.views.length - 1}`);
  return view;
}

/** worldToCamera · (rotation of the input camera)ᵀ: rotations multiply, the translation stays. */
function relativeCamera(worldToCamera: readonly number[], inputCamera: readonly number[]): number[] {
  const relative = [...worldToCamera];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += worldToCamera[4 * row + k] * inputCamera[4 * column + k];
      relative[4 * row + column] = sum;
    }
  }
  return relative;
}

/** M · matrix · M for M = diag(−1, 1, 1, 1): the entries with exactly one index 0 change sign. */
function reflected(matrix: readonly number[]): number[] {
  return matrix.map((value, i) => ((i >> 2 === 0) !== (i % 4 === 0) ? 0 - value : value));
}

function rotated(vectors: Float32Array, camera: readonly number[], mirror: boolean): Float32Array {
  const result = new Float32Array(vectors.length);
  const sign = mirror ? -1 : 1;
  for (let i = 0; i < vectors.length; i += 3) {
    const x = vectors[i];
    const y = vectors[i + 1];
    const z = vectors[i + 2];
    result[i] = sign * (camera[0] * x + camera[1] * y + camera[2] * z);
    result[i + 1] = camera[4] * x + camera[5] * y + camera[6] * z;
    result[i + 2] = camera[8] * x + camera[9] * y + camera[10] * z;
  }
  return result;
}

/** A contiguous copy with every row reversed. */
function flipped(image: NdArray<Float32Array>): NdArray<Float32Array> {
  const [height, width, channels] = image.shape;
  const { data } = image;
  const copy = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width * channels) {
    for (let column = 0; column < width; column++) {
      const to = start + column * channels;
      const from = start + (width - 1 - column) * channels;
      for (let c = 0; c < channels; c++) copy[to + c] = data[from + c];
    }
  }
  return ndarray(copy, [height, width, channels]);
}
