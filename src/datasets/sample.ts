// What every data set yields: objects with pictures, cameras and surface points in a world frame, and `toSample`, which turns
// an object into one training example in the frame of its input camera.

import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import type { BadSamples } from './badSamples.ts';
import { atSize, type Picture, type Surface } from './decode.ts';
import { allPoints, chosenPoints, type PointChoice } from './pointChoice.ts';

export type { Picture, Surface } from './decode.ts';

export const splitNames = ['train', 'validation', 'test'] as const;

export type SplitName = (typeof splitNames)[number];

/** One picture of an object and the camera that took it. Reading a property may read a file, and throw a FileError. */
export interface View {
  /** [H, W, 4] RGBA in [0, 1]: straight alpha, sRGB values as stored in the file; rows from the top. Contiguous. */
  image: Picture;
  /** The picture at another size, where the data set keeps those ready. */
  imageAt?(size: number): Picture;
  /**
   * 16 numbers, row-major: a rotation and the translation (0, 0, −distance). Absent where it is not known; then the picture cannot be
   * put beside another one.
   */
  worldToCamera?: number[];
  /** Points and normals in the space of this camera, where the view has its own. */
  surface?: Surface;
  /** [H, W] camera-space z at the centres of the stored picture's pixels, 0 in the background; where the data set has depth maps. */
  depth?: NdArray<Float32Array>;
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
  /**
   * [N * 3] in the world frame: y up, bounding sphere of radius 0.5 about the origin. Where views have surfaces of their own, that of
   * the first view in the frame of its sample.
   */
  points: Float32Array;
  /** [N * 3] unit normals, pointing to the side from which the surface is seen; absent where they are not known. */
  normals?: Float32Array;
  /** Where the input camera of a sample stands on the z axis; absent where that is each camera's own distance from the origin. */
  cameraDistance?: number;
  /** Some of `points` and `normals`, where that takes less time than all of them. */
  surfaceAt?(choose: PointChoice): Surface;
  /** Path of its mesh, in a format that `readMesh` reads, where the data set has meshes. In the world frame. */
  meshFile?: string;
  /** Reads the file of its mesh, where there is one. @throws FileError where it is missing or not the one that the data set describes. */
  checkMesh?(): void;
  /** Reads files ahead, so that looking at what `request` names takes no time. A bad file is left to whoever looks at it. */
  prefetch?(request: PrefetchRequest): Promise<void>;
}

/** What of an object is going to be looked at. */
export interface PrefetchRequest {
  /** Pictures, at a size other than the data set's where one is given. */
  pictures: { view: number; size?: number }[];
  /** Views whose surface is needed. */
  surfaces: number[];
}

/** A data set that is open for reading. Objects of a split come in a fixed order. */
export interface Dataset {
  name: string;
  /** Pictures are imageSize × imageSize. */
  imageSize: number;
  /** The same of the files; where it differs, pictures are resized as they are read. */
  storedImageSize: number;
  /** Vertical field of view, and where the input camera of a sample stands on the z axis. */
  camera: { fovDegrees: number; distance: number };
  /** What takes the data set's unit of length to that of Pixel2Mesh's numbers: models of ShapeNet × 0.57. */
  pixel2meshScale: number;
  /** What becomes of samples whose files cannot be read. */
  badSamples: BadSamples;
  split(name: SplitName): DatasetObject[];
  /** Ends the threads that read files ahead. Everything can still be read. */
  close(): Promise<void>;
}

/** A picture and the camera that took it, relative to the frame of a sample's input view. */
export interface SampleView {
  /** [H, W, 4] as in `View`. */
  image: Picture;
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
  /** [N * 3] unit normals in the sample's frame; absent where they are not known. */
  normals?: Float32Array;
}

export interface SampleOptions {
  /** Reflect everything in the sample's plane x = 0. */
  mirror?: boolean;
  /** Width and height of the supervising pictures; the data set's by default. */
  supervisionSize?: number;
  /** Which points of the surface; all by default. */
  choosePoints?: PointChoice;
}

/**
 * Makes the example in which view `inputView` is the input and `supervisingViews` (any of the object's, repeated or not) are
 * there to be matched. With `mirror` everything is reflected in the sample's plane x = 0: points and normals change the sign of
 * x, pictures are flipped left to right, and a camera matrix C becomes M·C·M with M = diag(−1, 1, 1, 1), which is again a rigid
 * motion. It stays true that a point projects to where its picture shows it.
 *
 * @throws ArgumentError for a view that the object does not have, and for a supervising view other than the input where one of the
 * two cameras is not known; FileError where a file is missing or damaged.
 */
export function toSample(
  object: DatasetObject,
  inputView: number,
  supervisingViews: readonly number[],
  { mirror = false, supervisionSize, choosePoints }: SampleOptions = {},
): Sample {
  const sampleView = (index: number, size?: number): SampleView => {
    const image = pictureOf(viewOf(object, index), size);
    const camera = sampleCamera(object, inputView, index);
    return mirror
      ? { image: flipped(image), objectToCamera: reflected(camera) }
      : { image, objectToCamera: camera };
  };
  return {
    id: object.id,
    category: object.category,
    input: sampleView(inputView),
    supervision: supervisingViews.map((index) => sampleView(index, supervisionSize)),
    ...sampleSurface(object, inputView, { mirror, choosePoints }),
  };
}

/** Reads ahead what `toSample` with the same parameters looks at. */
export async function prefetchSample(
  object: DatasetObject,
  inputView: number,
  supervisingViews: readonly number[],
  { supervisionSize }: SampleOptions = {},
): Promise<void> {
  await object.prefetch?.({
    pictures: [{ view: inputView }, ...supervisingViews.map((view) => ({ view, size: supervisionSize }))],
    surfaces: [inputView],
  });
}

/** The points and normals of `toSample`, for who needs no pictures. */
export function sampleSurface(
  object: DatasetObject,
  inputView: number,
  { mirror = false, choosePoints = allPoints }: Pick<SampleOptions, 'mirror' | 'choosePoints'> = {},
): Surface {
  const { surface, worldToCamera } = viewOf(object, inputView);
  const camera = surface ? identity : cameraOf(object, inputView);
  const { points, normals } =
    (surface ? undefined : object.surfaceAt?.(choosePoints)) ?? chosenPoints(surface ?? object, choosePoints);
  const distance = object.cameraDistance ?? -(worldToCamera ?? identity)[11];
  const shift = [camera[3], camera[7], camera[11] + distance];
  return {
    points: moved(points, camera, shift, mirror),
    ...(normals && { normals: moved(normals, camera, [0, 0, 0], mirror) }),
  };
}

const identity: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function viewOf(object: DatasetObject, index: number): View {
  const view = object.views[index];
  if (!view)
    throw new ArgumentError(`view ${index} of ${object.id}: expected 0 to ${object.views.length - 1}`);
  return view;
}

function pictureOf(view: View, size?: number): Picture {
  if (size === undefined) return view.image;
  return view.imageAt?.(size) ?? atSize(view.image, size);
}

function cameraOf(object: DatasetObject, index: number): readonly number[] {
  const camera = viewOf(object, index).worldToCamera;
  if (camera) return camera;
  throw new ArgumentError(
    `view ${index} of ${object.id} has no camera, so that only the input view can supervise (supervision.views: 1)`,
  );
}

/**
 * From the frame of the sample to the camera of view `index`. With cameras p' = Rp + t of this view (Rⱼ, tⱼ) and of the input (Rᵢ, tᵢ),
 * and the sample's frame at s = pᵢ + (0, 0, D): pⱼ = R s + tⱼ − R (tᵢ + (0, 0, D)), where R = Rⱼ Rᵢᵀ.
 */
export function sampleCamera(object: DatasetObject, inputView: number, index: number): number[] {
  const { cameraDistance } = object;
  if (index === inputView && cameraDistance !== undefined && !viewOf(object, index).worldToCamera) {
    return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -cameraDistance, 0, 0, 0, 1];
  }
  const camera = cameraOf(object, index);
  const input = cameraOf(object, inputView);
  const offset = [input[3], input[7], input[11] + (cameraDistance ?? -input[11])];
  const relative = [...camera];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += camera[4 * row + k] * input[4 * column + k];
      relative[4 * row + column] = sum;
      relative[4 * row + 3] -= sum * offset[column];
    }
  }
  return relative;
}

/** M · matrix · M for M = diag(−1, 1, 1, 1): the entries with exactly one index 0 change sign. */
function reflected(matrix: readonly number[]): number[] {
  return matrix.map((value, i) => ((i >> 2 === 0) !== (i % 4 === 0) ? 0 - value : value));
}

/** Vectors rotated as by `camera`, then shifted, then reflected in x = 0 where asked. */
function moved(
  vectors: Float32Array,
  camera: readonly number[],
  shift: readonly number[],
  mirror: boolean,
): Float32Array {
  const result = new Float32Array(vectors.length);
  const sign = mirror ? -1 : 1;
  for (let i = 0; i < vectors.length; i += 3) {
    const x = vectors[i];
    const y = vectors[i + 1];
    const z = vectors[i + 2];
    result[i] = sign * (camera[0] * x + camera[1] * y + camera[2] * z + shift[0]);
    result[i + 1] = camera[4] * x + camera[5] * y + camera[6] * z + shift[1];
    result[i + 2] = camera[8] * x + camera[9] * y + camera[10] * z + shift[2];
  }
  return result;
}

/** A contiguous copy with every row reversed. */
function flipped(image: Picture): Picture {
  const [height, width, channels] = image.shape;
  const { data } = image;
  const copy = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width * channels) {
    let from = start + (width - 1) * channels;
    for (let to = start; to < start + width * channels; to += channels, from -= channels) {
      for (let c = 0; c < channels; c++) copy[to + c] = data[from + c];
    }
  }
  return ndarray(copy, [height, width, channels]);
}
