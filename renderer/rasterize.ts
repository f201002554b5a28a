// Projected vertices in, pictures out: the renderer without cameras and lights.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from './errors.ts';
import { type KernelName, type Kernels, kernelsNamed, largestSide } from './kernels/index.ts';
import { Topology } from './mesh/topology.ts';
import { type GradientMethod, type MethodOptions, resolveMethod } from './methods/index.ts';
import { shown } from './shown.ts';
import {
  type CornerAttributes,
  Frame,
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
   * take the rows of a, as views do in `camera.project`; so one row of colours serves all views of a mesh.
   */
  attributes?: tf.Tensor3D | CornerAttributes;
  /** How the silhouette is made and differentiated. Default: DIB-R with its default options. */
  method?: MethodOptions;
  /** Interpolate linearly in space (default) or, as DIB-R and Kaolin do, in the image plane. */
  perspectiveCorrect?: boolean;
  /** Leave faces that wind clockwise in the picture out of the visible surface. They stay in soft silhouettes. Default: false. */
  cull?: boolean;
  /** Faces with a vertex at w ≤ near are left out; 0 or more. Default: 1e-6. */
  near?: number;
  /** Colours from interpolated attributes. Default: the attributes themselves. */
  shader?: Shader;
  /** Colour of pixels where nothing is visible, one number a channel. Default: 0. */
  background?: readonly number[];
  /** Which implementation of the inner loops; 'gpu' needs `await loadGpuKernels()` first. Default: 'scalar'. */
  kernel?: KernelName;
  /** Default: image and silhouette. */
  outputs?: readonly Name[];
}

/**
 * Draws a batch of meshes that share a topology.
 *
 * `positions` are [B, V, 4] homogeneous image-plane positions (X, Y, Z, w) as cameras project them, x = X/w and y = Y/w in −1…1
 * over the picture, Z = camera-space depth; or [B, V, 3] already divided (x, y, z), for which interpolation is always linear in
 * the image plane. Pixel (row r, column c) has its centre at x = (2c + 1 − W)/W, y = (H − 2r − 1)/H.
 *
 * A face that is degenerate in the picture, seen edge-on for example, covers nothing; its outline still takes part in a soft
 * silhouette, which would jump otherwise. A face with a vertex at w ≤ near, or one that is not finite, is
 * left out of everything and gets no gradient. There is no clipping: faces are wholly in or out.
 *
 * @throws ArgumentError on wrong shapes, sizes or options, or on a back end without kernels.
 */
export function rasterize<Name extends OutputName = 'image' | 'silhouette'>(
  positions: tf.Tensor3D,
  topology: Topology,
  options: RasterizeOptions<Name>,
): Pick<RasterOutputs, Name> {
  return rasterizeWith(kernelsNamed(options.kernel ?? 'scalar'), positions, topology, options);
}

/** `rasterize` on any implementation of the inner loops; `options.kernel` is left aside. */
export function rasterizeWith<Name extends OutputName>(
  kernels: Kernels,
  positions: tf.Tensor3D,
  topology: Topology,
  options: RasterizeOptions<Name>,
): Pick<RasterOutputs, Name> {
  const names: readonly OutputName[] = options.outputs ?? ['image', 'silhouette'];
  if (typeof names !== 'object') {
    throw new ArgumentError(`outputs must be a list, as in ["silhouette"], but are ${shown(names)}`);
  }
  const { method, options: values } = resolveMethod(options.method ?? { type: 'dibr' });
  checkSize('width', options.width);
  checkSize('height', options.height);
  checkNear(options.near ?? defaultNear);
  checkPositions(positions, topology);

  const draw: { [K in OutputName]: (frame: Frame) => RasterOutputs[K] } = {
    image: (frame) => checkedPicture(method, 'image', frame, 4, method.image(frame, values)),
    silhouette: (frame) => checkedPicture(method, 'silhouette', frame, 3, method.silhouette(frame, values)),
    depth: visibleDepth,
    faceIndex: (frame) => tf.tensor3d(frame.visible.faces, frame.shape, 'int32'),
    barycentrics: visibleWeights,
  };
  return tf.tidy(() => {
    const frame = new Frame({
      positions,
      topology,
      picture: {
        width: options.width,
        height: options.height,
        perspectiveCorrect: options.perspectiveCorrect ?? true,
        cull: options.cull ?? false,
        near: options.near ?? defaultNear,
      },
      kernels,
      attributes: options.attributes && checkedAttributes(options.attributes, positions, topology),
      shader: options.shader,
      background: options.background,
    });
    const drawn: Partial<Record<OutputName, tf.Tensor>> = {};
    for (const name of names) {
      if (!Object.hasOwn(draw, name)) {
        throw new ArgumentError(`outputs may hold ${Object.keys(draw).join(', ')}, but hold ${shown(name)}`);
      }
      drawn[name] = draw[name](frame);
    }
    return drawn;
  }) as Pick<RasterOutputs, Name>;
}

const defaultNear = 1e-6;

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

function checkPositions(positions: tf.Tensor3D, topology: Topology): void {
  if (!(positions instanceof tf.Tensor)) {
    throw new ArgumentError(`positions must be a tensor, but are ${shown(positions)}`);
  }
  if (!(topology instanceof Topology)) {
    throw new ArgumentError('topology must be a Topology, as in new Topology(faces, vertexCount)');
  }
  const { shape, rank, dtype } = positions;
  if (rank !== 3 || (shape[2] !== 3 && shape[2] !== 4) || shape[0] < 1) {
    throw new ArgumentError(
      `positions must have shape [batch, vertices, 4], or 3 when divided, but have [${shape}]`,
    );
  }
  if (dtype !== 'float32') throw new ArgumentError(`positions must be float32, but are ${dtype}`);
  if (shape[1] !== topology.vertexCount) {
    throw new ArgumentError(
      `positions have ${shape[1]} vertices an item, but the topology has ${topology.vertexCount}`,
    );
  }
}

function checkedAttributes(
  attributes: tf.Tensor3D | CornerAttributes,
  positions: tf.Tensor3D,
  topology: Topology,
): CornerAttributes {
  const perVertex = attributes instanceof tf.Tensor;
  const { values, indices } = perVertex ? { values: attributes, indices: topology.faces } : attributes;
  if (!(values instanceof tf.Tensor)) {
    throw new ArgumentError('attributes must be a tensor, or { values, indices } with a tensor of values');
  }
  const [batch, rows] = values.shape;
  if (values.rank !== 3 || positions.shape[0] % batch !== 0) {
    throw new ArgumentError(
      `attributes must have shape [batch, rows, channels] with a batch that divides ${positions.shape[0]}, but have [${values.shape}]`,
    );
  }
  if (perVertex && rows !== topology.vertexCount) {
    throw new ArgumentError(
      `attributes have ${rows} rows, but the topology has ${topology.vertexCount} vertices`,
    );
  }
  if (!(indices instanceof Int32Array)) {
    throw new ArgumentError(
      `attributes.indices must be an Int32Array, but are ${Object.prototype.toString.call(indices)}`,
    );
  }
  if (indices.length !== topology.faces.length) {
    throw new ArgumentError(
      `attributes.indices must have three entries a face (${topology.faces.length}), but have ${indices.length}`,
    );
  }
  if (!perVertex) {
    const wrong = indices.findIndex((row) => row < 0 || row >= rows);
    if (wrong >= 0) {
      throw new ArgumentError(
        `attributes.indices[${wrong}] refers to row ${indices[wrong]}, but there are ${rows} rows`,
      );
    }
  }
  return { values: values.dtype === 'float32' ? values : values.toFloat(), indices };
}
