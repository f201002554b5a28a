// Differentiable tensors from fragments: their weights, attributes and depth as functions of positions; rows back to pixels.

import * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import type { AttributeRows, Fragments, RealArray } from '../kernels/index.ts';
import { attributeRows, type CornerAttributes } from './attributes.ts';
import type { Frame, KeptFragments } from './frame.ts';

/**
 * The visible fragments without the empty ones, as a list with pixels. A picture in which nothing is visible keeps one empty
 * fragment, so that shaders never see zero rows.
 */
export function compact({ faces, weights, itemStarts }: Fragments): Fragments {
  const starts = new Int32Array(itemStarts.length);
  let count = 0;
  for (let b = 0; b + 1 < itemStarts.length; b++) {
    for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) if (faces[i] >= 0) count++;
    starts[b + 1] = count;
  }
  if (count === 0) return oneEmptyFragment(itemStarts.length - 1);
  const list = {
    faces: new Int32Array(count),
    weights: new Float32Array(3 * count),
    pixels: new Int32Array(count),
    itemStarts: starts,
  };
  for (let i = 0, k = 0; i < faces.length; i++) {
    if (faces[i] < 0) continue;
    list.faces[k] = faces[i];
    list.pixels[k] = i;
    for (let corner = 0; corner < 3; corner++) list.weights[3 * k + corner] = weights[3 * i + corner];
    k++;
  }
  return list;
}

/** The list for a batch in which nothing is visible. */
export const oneEmptyFragment = (batch: number): Fragments => ({
  faces: Int32Array.of(-1),
  weights: new Float32Array(3),
  pixels: Int32Array.of(0),
  itemStarts: new Int32Array(batch + 1).fill(1, 1),
});

/** Fragments in arrays of their own, as if they were kept in tensors. */
const held = (fragments: Fragments): KeptFragments => ({ tensors: [], of: () => fragments });

/**
 * Attributes at fragments, in a tensor of the given shape (fragments × channels). Gradients reach the attributes through the
 * weights, and the positions through the derivative of the weights (DIB-R, equations 2 to 5).
 */
export function interpolateAt(
  frame: Frame,
  fragments: Fragments | KeptFragments,
  attributes: CornerAttributes,
  shape: number[],
  background?: readonly number[],
): tf.Tensor {
  const { kernels, picture } = frame;
  const rowsOf = attributeRows(frame.geometry, attributes);
  const { tensors, of } = 'tensors' in fragments ? fragments : held(fragments);
  return hostFunction<void>({
    inputs: [frame.positions, attributes.values],
    constants: tensors,
    shape,
    forward([positions, values], output, constants) {
      const fragments = of(constants);
      if (background) fillEmpty(fragments, background, output);
      kernels.interpolate(frame.scene(positions), fragments, rowsOf(values), output);
    },
    backward(upstream, [positions, values], [positionGradient, attributeGradient], _, constants) {
      kernels.interpolateBackward(
        frame.scene(positions),
        picture,
        of(constants),
        rowsOf(values),
        upstream,
        attributeGradient,
        positionGradient,
      );
    },
  });
}

/** Barycentric weights of the visible faces as they were before clipping, [B, H, W, 3]; 0 on the background. */
export function visibleWeights(frame: Frame): tf.Tensor4D {
  const { keptVisible: visible, kernels, picture, clipping, geometry } = frame;
  if (clipping) {
    // Weights are what interpolates (1, 0, 0), (0, 1, 0) and (0, 0, 1) at the corners.
    const indices = clipping.source.faces.map((_, i) => i % 3);
    const corners = { values: tf.eye(3).expandDims(0) as tf.Tensor3D, indices };
    return interpolateAt(frame, visible, clipping.attributes(corners), [...frame.shape, 3]) as tf.Tensor4D;
  }
  return hostFunction<void>({
    inputs: [geometry.positions],
    constants: visible.tensors,
    shape: [...frame.shape, 3],
    forward: (_inputs, output, constants) => output.set(visible.of(constants).weights),
    backward: (upstream, [positions], [gradient], _state, constants) =>
      kernels.weightsBackward(frame.scene(positions), picture, visible.of(constants), upstream, gradient),
  }) as tf.Tensor4D;
}

/** Camera-space depth z of the visible fragments, [B, H, W]; 0 on the background. */
export function visibleDepth(frame: Frame): tf.Tensor3D {
  const { keptVisible: visible, kernels, picture, geometry } = frame;
  const { faces, items, stride } = geometry;
  const depthRows = (positions: RealArray): AttributeRows => {
    const values = new Float32Array(positions.length / stride);
    for (let v = 0; v < values.length; v++) values[v] = positions[stride * v + 2];
    return { values, channels: 1, indices: faces, rowStarts: items.map(({ vertexStart }) => vertexStart) };
  };
  return hostFunction<void>({
    inputs: [frame.positions],
    constants: visible.tensors,
    shape: frame.shape,
    forward: ([positions], output, constants) =>
      kernels.interpolate(frame.scene(positions), visible.of(constants), depthRows(positions), output),
    backward(upstream, [positions], [gradient], _, constants) {
      const rows = depthRows(positions);
      const depthGradient = new Float32Array(rows.values.length);
      const scene = frame.scene(positions);
      const fragments = visible.of(constants);
      kernels.interpolateBackward(scene, picture, fragments, rows, upstream, depthGradient, gradient);
      for (let v = 0; v < depthGradient.length; v++) gradient[stride * v + 2] += depthGradient[v];
    },
  }) as tf.Tensor3D;
}

/** Puts rows [N, C] of listed fragments, at most one a pixel, into a picture [B, H, W, C]; the other pixels get the background. */
export function scatterRows(
  frame: Frame,
  { faces, pixels }: Fragments,
  rows: tf.Tensor2D,
  background?: readonly number[],
): tf.Tensor4D {
  const channels = rows.shape[1];
  const each = (copy: (row: number, pixel: number) => void) => {
    for (let i = 0; i < faces.length; i++) {
      if (faces[i] >= 0) copy(i * channels, pixels![i] * channels);
    }
  };
  return hostFunction<void>({
    inputs: [rows],
    shape: [...frame.shape, channels],
    forward([values], output) {
      if (background) for (let i = 0; i < output.length; i++) output[i] = background[i % channels];
      each((row, pixel) => {
        for (let c = 0; c < channels; c++) output[pixel + c] = values[row + c];
      });
    },
    backward(upstream, _, [gradient]) {
      each((row, pixel) => {
        for (let c = 0; c < channels; c++) gradient[row + c] = upstream[pixel + c];
      });
    },
  }) as tf.Tensor4D;
}

function fillEmpty({ faces }: Fragments, color: readonly number[], output: RealArray): void {
  const channels = color.length;
  for (let i = 0; i < faces.length; i++) {
    if (faces[i] >= 0) continue;
    for (let c = 0; c < channels; c++) output[i * channels + c] = color[c];
  }
}
