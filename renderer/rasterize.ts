// Projected vertices in, pictures out: the renderer without cameras and lights.

import * as tf from '@tensorflow/tfjs';
import { isOnDevice } from './backend/onDevice.ts';
import { drawOnDevice } from './drawOnDevice.ts';
import { ArgumentError } from './errors.ts';
import { type KernelName, type Kernels, kernelsNamed, largestSide } from './kernels/index.ts';
import { Topology } from './mesh/topology.ts';
import { type GradientMethod, type MethodOptions, type OptionValue, resolveMethod } from './methods/index.ts';
import { shown } from './shown.ts';
import {
  type Background,
  type CornerAttributes,
  clipNear,
  Frame,
  Geometry,
  type Shader,
  visibleDepth,
  visibleWeights,
} from './visibility/index.ts';

/** Everything that can be drawn. Only what is asked for is computed. All but `faceIndex` are differentiable. */
export interface RasterOutputs {
  /** [B, H, W, C]: interpolated (and shaded) attributes; `background`, or 0, where nothing is visible. */
  image: tf.Tensor4D;
  /** [B, H, W], 0 to 1, by the rules of the method; `antialias` may go beyond by little. */
  silhouette: tf.Tensor3D;
  /** [B, H, W]: camera-space z, negative in front of the camera; 0 on the background. */
  depth: tf.Tensor3D;
  /** [B, H, W] int32: the visible face; −1 on the background. */
  faceIndex: tf.Tensor3D;
  /** [B, H, W, 3]: weights of the visible face's corners; 0 on the background. */
  barycentrics: tf.Tensor4D;
}

export type OutputName = keyof RasterOutputs;

export interface RasterizeOptions<Name extends OutputName = 'image' | 'silhouette'> {
  /** Size of the pictures in pixels. */
  width: number;
  height: number;
  /**
   * One row of numbers a vertex, [A, V, C], or rows with face corners of their own. Of B = K·A items, items K·a … K·a + K − 1
   * take the rows of a, as views do in `camera.project`; so one row of colours serves all views of a mesh. In a ragged batch, one
   * row a row of positions, [ΣV, C].
   */
  attributes?: tf.Tensor<tf.Rank.R2 | tf.Rank.R3> | CornerAttributes;
  /** How the silhouette is made and differentiated. Default: DIB-R with its default options. */
  method?: MethodOptions;
  /** Interpolate linearly in space (default) or, as DIB-R and Kaolin do, in the image plane. */
  perspectiveCorrect?: boolean;
  /** Leave faces that wind clockwise in the picture out of the visible surface. They stay in soft silhouettes. Default: false. */
  cull?: boolean;
  /** Faces are cut at w = near, and left out behind it; 0 or more. On the webgpu back end, what would be cut is left out. Default: 1e-6. */
  near?: number;
  /** Colours from interpolated attributes. Default: the attributes themselves. */
  shader?: Shader;
  /** Colour of pixels where nothing is visible, one number a channel, or a picture [1 or B, H, W, C]. Default: 0. */
  background?: Background;
  /**
   * Which implementation of the inner loops: 'simd' (default; compiled, on the wasm back end, elsewhere the same as 'scalar'), 'scalar'
   * (plain TypeScript), 'reference' (slow, in double precision), or 'gpu', which needs `await loadGpuKernels()` first. The
   * webgpu back end has its own, whatever this says.
   */
  kernel?: KernelName;
  /** Default: image and silhouette. */
  outputs?: readonly Name[];
}

/**
 * Draws a batch of meshes that share a topology; or, given a list of topologies, one an item, a ragged batch, whose vertices lie one
 * mesh after another without padding. Which other meshes are in the batch changes nothing.
 *
 * `positions` are [B, V, 4] homogeneous image-plane positions (X, Y, Z, w) as cameras project them, x = X/w and y = Y/w in −1…1
 * over the picture, Z = camera-space depth; or [B, V, 3] already divided (x, y, z), for which interpolation is always linear in
 * the image plane. In a ragged batch they are [ΣV, 4] or [ΣV, 3]. Pixel (row r, column c) has its centre at x = (2c + 1 − W)/W, y = (H − 2r − 1)/H.
 *
 * A face that is degenerate in the picture, seen edge-on for example, covers nothing; its outline still takes part in a soft
 * silhouette, which would jump otherwise. Homogeneous faces that cross the plane w = near are cut there, differentiably; what is
 * left of a face is a face like any other. A face with a vertex that is not finite is left out of everything and gets no gradient.
 *
 * @throws ArgumentError on wrong shapes, sizes or options, or on a back end without kernels.
 */
export function rasterize<Name extends OutputName = 'image' | 'silhouette'>(
  positions: tf.Tensor<tf.Rank.R2 | tf.Rank.R3>,
  topology: Topology | readonly Topology[],
  options: RasterizeOptions<Name>,
): Pick<RasterOutputs, Name> {
  return rasterizeWith(kernelsNamed(options.kernel ?? 'simd'), positions, topology, options);
}

/** `rasterize` on any implementation of the inner loops; `options.kernel` is left aside. */
export function rasterizeWith<Name extends OutputName>(
  kernels: Kernels,
  positions: tf.Tensor<tf.Rank.R2 | tf.Rank.R3>,
  topology: Topology | readonly Topology[],
  options: RasterizeOptions<Name>,
): Pick<RasterOutputs, Name> {
  const names = outputNames(options.outputs, Object.keys(draw));
  const { method, options: values } = resolveMethod(options.method ?? { type: 'dibr' });
  return tf.tidy(() => {
    const frame = frameOf(kernels, checkedGeometry(positions, topology), options);
    const drawing = isOnDevice() ? drawOnDevice : draw;
    return Object.fromEntries(
      names.map((name) => [name, drawing[name as OutputName](frame, method, values)]),
    ) as tf.TensorContainer;
  }) as Pick<RasterOutputs, Name>;
}

type Options = Readonly<Record<string, OptionValue>>;

/** How each output is made of a frame. */
export const draw: {
  [K in OutputName]: (frame: Frame, method: GradientMethod, options: Options) => RasterOutputs[K];
} = {
  image: (frame, method, options) => checkedPicture(method, 'image', frame, 4, method.image(frame, options)),
  silhouette: (frame, method, options) =>
    checkedPicture(method, 'silhouette', frame, 3, method.silhouette(frame, options)),
  depth: visibleDepth,
  faceIndex: (frame) =>
    frame.clipping
      ? tf.tensor3d(frame.sourceFacesOf(frame.visible), frame.shape, 'int32')
      : frame.visibleFaces.clone(),
  barycentrics: visibleWeights,
};

/** @throws ArgumentError unless all are among the known ones. */
export function outputNames(
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  const names = given ?? ['image', 'silhouette'];
  if (typeof names !== 'object') {
    throw new ArgumentError(`outputs must be a list, as in ["silhouette"], but are ${shown(names)}`);
  }
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw new ArgumentError(`outputs may hold ${known.join(', ')}, but hold ${shown(wrong)}`);
  }
  return names;
}

/**
 * What one call draws from; to be made and drawn in one tidy.
 *
 * @throws ArgumentError on wrong shapes, sizes or options.
 */
export function frameOf(
  kernels: Kernels,
  whole: Geometry,
  options: Omit<RasterizeOptions<OutputName>, 'outputs' | 'method' | 'kernel'>,
): Frame {
  const { width, height, perspectiveCorrect = true, cull = false, near = defaultNear } = options;
  checkSize('width', width);
  checkSize('height', height);
  checkNear(near);
  if (options.background instanceof tf.Tensor)
    checkBackground(options.background, whole.items.length, height, width);
  const plane = Math.max(near, leastNear);
  const clipping = isOnDevice() ? undefined : clipNear(whole, plane);
  const attributes = options.attributes && checkedAttributes(options.attributes, whole);
  return new Frame({
    geometry: clipping?.geometry ?? whole,
    clipping,
    // Cut edges lie on the plane, up to rounding, and count.
    picture: { width, height, perspectiveCorrect, cull, near: clipping ? plane * (1 - 1e-6) : near },
    kernels,
    attributes: attributes && (clipping?.attributes(attributes) ?? attributes),
    shader: options.shader,
    background: options.background,
  });
}

const defaultNear = 1e-6;

/** Where faces are cut that would reach w = 0. */
const leastNear = 1e-6;

function checkSize(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > largestSide) {
    throw new ArgumentError(`${name} must be a whole number from 1 to ${largestSide}, but is ${value}`);
  }
}

function checkNear(near: number): void {
  if (!(typeof near === 'number' && near >= 0 && near < Infinity)) {
    throw new ArgumentError(`near must be a number of 0 or more, but is ${shown(near)}`);
  }
}

/** What a method drew. @throws ArgumentError where it is not a picture of the frame. */
function checkedPicture<Picture extends tf.Tensor>(
  { type }: GradientMethod,
  output: 'image' | 'silhouette',
  { shape }: Frame,
  rank: 3 | 4,
  picture: Picture,
): Picture {
  const given = picture instanceof tf.Tensor ? picture.shape : undefined;
  if (given?.length !== rank || shape.some((size, i) => size !== given[i])) {
    const expected = [...shape, ...(rank === 4 ? ['channels'] : [])];
    throw new ArgumentError(
      `${output} of method "${type}" must return a tensor [${expected}], but returned ${given ? `[${given}]` : shown(picture)}`,
    );
  }
  return picture;
}

function checkedGeometry(
  positions: tf.Tensor<tf.Rank.R2 | tf.Rank.R3>,
  topology: Topology | readonly Topology[],
): Geometry {
  if (!(positions instanceof tf.Tensor)) {
    throw new ArgumentError(`positions must be a tensor, but are ${shown(positions)}`);
  }
  const isRagged = Array.isArray(topology) && topology.length > 0;
  const topologies = (isRagged ? topology : [topology]) as readonly Topology[];
  if (!topologies.every((each) => each instanceof Topology)) {
    throw new ArgumentError(
      'topology must be a Topology, as in new Topology(faces, vertexCount), or a list of one an item',
    );
  }
  const { shape, rank, dtype } = positions;
  const width = shape.at(-1);
  if (rank !== (isRagged ? 2 : 3) || (width !== 3 && width !== 4) || shape[0] < 1) {
    const expected = isRagged ? 'vertices of all meshes' : 'batch, vertices';
    throw new ArgumentError(
      `positions must have shape [${expected}, 4], or 3 when divided, but have [${shape}]`,
    );
  }
  if (dtype !== 'float32') throw new ArgumentError(`positions must be float32, but are ${dtype}`);
  if (isRagged) {
    const total = topologies.reduce((sum, { vertexCount }) => sum + vertexCount, 0);
    if (shape[0] !== total) {
      throw new ArgumentError(
        `positions have ${shape[0]} vertices, but the topologies of the batch have ${total}`,
      );
    }
    return new Geometry(positions, topologies);
  }
  const { vertexCount } = topologies[0];
  if (shape[1] !== vertexCount) {
    throw new ArgumentError(
      `positions have ${shape[1]} vertices an item, but the topology has ${vertexCount}`,
    );
  }
  return new Geometry(positions, new Array(shape[0]).fill(topologies[0]));
}

function checkedAttributes(
  attributes: tf.Tensor<tf.Rank.R2 | tf.Rank.R3> | CornerAttributes,
  geometry: Geometry,
): CornerAttributes {
  const { items, faces, positions } = geometry;
  const isRagged = positions.rank === 2;
  const perVertex = attributes instanceof tf.Tensor;
  const given: CornerAttributes = perVertex
    ? {
        values: attributes,
        indices: faces,
        ...(isRagged && { rowStarts: items.map(({ vertexStart }) => vertexStart) }),
      }
    : attributes;
  const { values, indices, rowStarts } = given;
  if (!(values instanceof tf.Tensor)) {
    throw new ArgumentError('attributes must be a tensor, or { values, indices } with a tensor of values');
  }
  if (rowStarts) checkRowStarts(values, rowStarts, items.length);
  else checkRows(values, items.length);
  const vertexCount = isRagged ? positions.shape[0] : positions.shape[1]!;
  const rows = values.shape.at(-2)!;
  if (perVertex && rows !== vertexCount) {
    throw new ArgumentError(`attributes have ${rows} rows, but the topology has ${vertexCount} vertices`);
  }
  if (!(indices instanceof Int32Array)) {
    throw new ArgumentError(
      `attributes.indices must be an Int32Array, but are ${Object.prototype.toString.call(indices)}`,
    );
  }
  if (indices.length !== faces.length) {
    throw new ArgumentError(
      `attributes.indices must have three entries a face (${faces.length}), but have ${indices.length}`,
    );
  }
  if (!perVertex) {
    checkIndices(geometry, given, rows);
  }
  return { ...given, values: values.dtype === 'float32' ? values : values.toFloat() };
}

function checkBackground({ shape }: tf.Tensor, batch: number, height: number, width: number): void {
  const fits = shape.length === 4 && (shape[0] === 1 || shape[0] === batch);
  if (!fits || shape[1] !== height || shape[2] !== width) {
    throw new ArgumentError(
      `background must be a picture [1 or ${batch}, ${height}, ${width}, channels], but has shape [${shape}]`,
    );
  }
}

/** @throws ArgumentError where an item refers to a row that is not there. */
function checkIndices({ items }: Geometry, { indices, rowStarts }: CornerAttributes, rows: number): void {
  items.forEach(({ faceStart, faceCount }, b) => {
    const available = rows - (rowStarts ? rowStarts[b] : 0);
    const again = items.findIndex(
      (item, other) => item.faceStart === faceStart && sameStart(rowStarts, b, other),
    );
    if (again < b) return;
    for (let i = 3 * faceStart; i < 3 * (faceStart + faceCount); i++) {
      if (indices[i] < 0 || indices[i] >= available) {
        throw new ArgumentError(
          `attributes.indices[${i}] refers to row ${indices[i]}, but there are ${available} rows`,
        );
      }
    }
  });
}

const sameStart = (rowStarts: readonly number[] | undefined, a: number, b: number): boolean =>
  !rowStarts || rowStarts[a] === rowStarts[b];

function checkRows(values: tf.Tensor, batch: number): void {
  if (values.rank !== 3 || batch % values.shape[0] !== 0) {
    throw new ArgumentError(
      `attributes must have shape [batch, rows, channels] with a batch that divides ${batch}, but have [${values.shape}]`,
    );
  }
}

function checkRowStarts(values: tf.Tensor, rowStarts: readonly number[], batch: number): void {
  if (values.rank !== 2) {
    throw new ArgumentError(
      `attributes of a ragged batch must have shape [rows of all meshes, channels], but have [${values.shape}]`,
    );
  }
  const wrong = rowStarts.find((row) => !Number.isInteger(row) || row < 0 || row > values.shape[0]);
  if (rowStarts.length !== batch || wrong !== undefined) {
    throw new ArgumentError(
      `attributes.rowStarts must have a row of 0 to ${values.shape[0]} for each of ${batch} items, but are ${shown(rowStarts)}`,
    );
  }
}
