// How outputs are drawn on TensorFlow.js's webgpu back end: by programs on its own device, with no number read back. The methods "hard" and
// "dibr" are there, without shaders; what is not says where it is to be had.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from './errors.ts';
import {
  type DeviceScene,
  deviceAttributes,
  deviceScene,
  findVisible,
  interpolate,
  softMask,
  type VisibleSurface,
  visibleFaces,
} from './kernels/webgpu/index.ts';
import { backgroundColor, backgroundPicture, before } from './methods/background.ts';
import { type DibrOptions, softMaskOptions } from './methods/dibr.ts';
import { warnNoGradient } from './methods/hard.ts';
import type { GradientMethod } from './methods/index.ts';
import { paintedAttributes } from './methods/paint.ts';
import type { draw } from './rasterize.ts';
import { rowStartsOf } from './visibility/attributes.ts';
import type { CornerAttributes, Frame } from './visibility/index.ts';

/** The same outputs as `draw`. @throws ArgumentError for methods, options and shaders that are not there. */
export const drawOnDevice: typeof draw = {
  image(frame, method) {
    checkMethod(method);
    if (frame.shader) throw notOnDevice('a shader');
    const attributes = paintedAttributes(frame);
    const picture = backgroundPicture(frame);
    const image = at(frame, attributes, backgroundColor(frame, attributes.values.shape.at(-1)!));
    return picture ? before(picture, image, covered(frame).expandDims(3) as tf.Tensor4D) : image;
  },

  silhouette(frame, method, options) {
    checkMethod(method);
    if (method.type === 'hard') return hardSilhouette(frame);
    const settings = options as unknown as DibrOptions;
    if (settings.unbiased) throw notOnDevice('option "unbiased" of method "dibr"');
    const { order, ...mask } = softMaskOptions(settings);
    if (order === 'nearest' && mask.maxFaces < Number.POSITIVE_INFINITY) {
      throw notOnDevice('a soft mask of the nearest faces (order "nearest" of method "dibr")');
    }
    const { scene, visible } = onDevice(frame);
    return softMask(scene, frame.picture, visible, mask);
  },

  depth(frame) {
    const { faces, positions, items, stride } = frame.geometry;
    const rows = positions.size / stride;
    const depths = tf.slice(positions.reshape([rows, stride]), [0, 2], [rows, 1]) as tf.Tensor2D;
    const rowStarts = items.map(({ vertexStart }) => vertexStart);
    return at(frame, { values: depths, indices: faces, rowStarts }).squeeze([3]);
  },

  faceIndex(frame) {
    const { scene, visible } = onDevice(frame);
    return visibleFaces(scene, visible);
  },

  barycentrics(frame) {
    // Weights are what interpolates (1, 0, 0), (0, 1, 0) and (0, 0, 1) at the corners.
    const indices = frame.geometry.faces.map((_, i) => i % 3);
    const rowStarts = frame.geometry.items.map(() => 0);
    return at(frame, { values: tf.eye(3), indices, rowStarts });
  },
};

interface OnDevice {
  scene: DeviceScene;
  visible: VisibleSurface;
}

const found = new WeakMap<Frame, OnDevice>();

/** The scene of a frame and its visible surface, found once. */
function onDevice(frame: Frame): OnDevice {
  let here = found.get(frame);
  if (!here) {
    const scene = deviceScene(frame.geometry);
    here = { scene, visible: findVisible(scene, frame.picture) };
    found.set(frame, here);
  }
  return here;
}

/** Attributes at the visible surface, [B, H, W, C]. */
function at(frame: Frame, attributes: CornerAttributes, background?: readonly number[]): tf.Tensor4D {
  const { scene, visible } = onDevice(frame);
  const { geometry, picture } = frame;
  const rowStarts = rowStartsOf(geometry, attributes);
  const given = deviceAttributes(attributes.values, attributes.indices, rowStarts, geometry.items);
  return interpolate(scene, picture, visible, given, background);
}

/** 1 on covered pixels, 0 elsewhere, [B, H, W], with no gradient. */
const covered = (frame: Frame): tf.Tensor3D =>
  tf.greaterEqual(onDevice(frame).visible.slots, 0).toFloat() as tf.Tensor3D;

/** The same as a function of positions, whose gradient is zero. */
function hardSilhouette(frame: Frame): tf.Tensor3D {
  const { positions } = frame;
  const apply = tf.customGrad(() => ({
    value: covered(frame),
    gradFunc: () => {
      warnNoGradient();
      return tf.zeros(positions.shape);
    },
  }));
  return apply(positions) as tf.Tensor3D;
}

function checkMethod({ type }: GradientMethod): void {
  if (type !== 'hard' && type !== 'dibr') throw notOnDevice(`method "${type}"`);
}

/** For whoever asks for more than there is. */
export const notOnDevice = (what: string): ArgumentError =>
  new ArgumentError(
    `the back end "webgpu" has no ${what.replace(/^an? /, '')} yet, only the methods "hard" and "dibr" on attributes; choose the back end "wasm", "tensorflow" or "cpu"`,
  );
