// SoftRas as tensors: colours and α in one picture, [B, H, W, C + 1], made once and shared by the outputs that show its parts.

import * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import { hostOp } from '../backend/hostOp.ts';
import type { Fragments, RealArray, SoftOptions, SoftState } from '../kernels/index.ts';
import { simdFor } from '../kernels/simd/module.ts';
import { attributeRows, type CornerAttributes } from './attributes.ts';
import { oneEmptyFragment } from './fragments.ts';
import type { Frame } from './frame.ts';

/** Every fragment within reach, with clipped weights. One empty fragment where there is none, so that shaders never see zero rows. */
export function softFragments(frame: Frame, options: SoftOptions): Fragments {
  let found: Fragments | undefined;
  hostOp([frame.positions], [], ([positions]) => {
    found = frame.kernels.softFragments(frame.scene(positions as Float32Array), frame.picture, options);
  });
  return found!.faces.length > 0 ? found! : oneEmptyFragment(frame.batch);
}

/** Attributes at soft fragments, [N, C]. Gradients reach attributes and, through the clipped weights, positions. */
export function softInterpolate(
  frame: Frame,
  options: SoftOptions,
  fragments: Fragments,
  attributes: CornerAttributes,
): tf.Tensor2D {
  const { kernels, picture } = frame;
  const rowsOf = attributeRows(frame.geometry, attributes);
  return hostFunction<void>({
    inputs: [frame.positions, attributes.values],
    shape: [fragments.faces.length, attributes.values.shape.at(-1)!],
    forward: ([positions, values], output) =>
      kernels.interpolate(frame.scene(positions), fragments, rowsOf(values), output),
    backward: (upstream, [positions, values], [positionGradient, attributeGradient]) =>
      kernels.softInterpolateBackward(
        frame.scene(positions),
        picture,
        options,
        fragments,
        rowsOf(values),
        upstream,
        attributeGradient,
        positionGradient,
      ),
  }) as tf.Tensor2D;
}

/** Colours [N, C] of fragments blended by distance and depth, and α: [B, H, W, C + 1]. */
export function softAggregate(
  frame: Frame,
  options: SoftOptions,
  fragments: Fragments,
  colors: tf.Tensor2D,
  background: RealArray,
): tf.Tensor4D {
  const { kernels, picture } = frame;
  const channels = colors.shape[1];
  return hostFunction<SoftState>({
    inputs: [frame.positions, colors],
    shape: [...frame.shape, channels + 1],
    forward: ([positions, values], output) =>
      kernels.softAggregate(
        frame.scene(positions),
        picture,
        options,
        fragments,
        { values, channels, background },
        output,
      ),
    backward: (upstream, [positions, values], [positionGradient, colorGradient], state) =>
      kernels.softAggregateBackward(
        frame.scene(positions),
        picture,
        options,
        fragments,
        { values, channels, background },
        state,
        upstream,
        colorGradient,
        positionGradient,
      ),
  }) as tf.Tensor4D;
}

/** The same for attributes that are colours already, with no list of fragments: [B, H, W, C + 1]. */
export function softPicture(
  frame: Frame,
  options: SoftOptions,
  attributes: CornerAttributes,
  background: RealArray,
): tf.Tensor4D {
  const { kernels, picture } = frame;
  const rowsOf = attributeRows(frame.geometry, attributes);
  return hostFunction<SoftState>({
    inputs: [frame.positions, attributes.values],
    shape: [...frame.shape, attributes.values.shape.at(-1)! + 1],
    forward: ([positions, values], output) =>
      kernels.softPicture(frame.scene(positions), picture, options, rowsOf(values), background, output),
    backward: (upstream, [positions, values], [positionGradient, attributeGradient], state) =>
      kernels.softPictureBackward(
        frame.scene(positions),
        picture,
        options,
        rowsOf(values),
        background,
        state,
        upstream,
        attributeGradient,
        positionGradient,
      ),
  }) as tf.Tensor4D;
}

/** α alone, [B, H, W]. */
export function softSilhouette(frame: Frame, options: SoftOptions): tf.Tensor3D {
  const { positions, stride, faces, items } = frame.geometry;
  const nothing = {
    values: tf.zeros([positions.size / stride, 0]) as tf.Tensor2D,
    indices: faces,
    rowStarts: items.map(({ vertexStart }) => vertexStart),
  };
  return softPicture(frame, options, nothing, new Float32Array(0)).reshape(frame.shape);
}

/** Channels `first` up to `end` of a picture. */
export function channelsOf(pictures: tf.Tensor4D, first: number, end: number): tf.Tensor4D {
  const [batch, height, width, channels] = pictures.shape;
  const count = end - first;
  return hostFunction<void>({
    inputs: [pictures],
    shape: [batch, height, width, count],
    readsInputs: false,
    forward: ([values], output) => copyChannels(values, first, channels, output, 0, count, count),
    backward: (upstream, _, [gradient]) => copyChannels(upstream, 0, count, gradient, first, channels, count),
  }) as tf.Tensor4D;
}

/** Copies `count` numbers a pixel, from number `from` of the pixel's `fromStep` to number `to` of its `toStep`. */
function copyChannels(
  source: RealArray,
  from: number,
  fromStep: number,
  target: RealArray,
  to: number,
  toStep: number,
  count: number,
): void {
  const pixels = target.length / toStep;
  const compiled = simdFor(source, target);
  if (compiled) {
    const [fromAddress, toAddress] = [source.byteOffset + 4 * from, target.byteOffset + 4 * to];
    compiled.exports.copyChannels(fromAddress, fromStep, toAddress, toStep, count, pixels);
    return;
  }
  for (let p = 0, i = from, o = to; p < pixels; p++, i += fromStep, o += toStep) {
    for (let c = 0; c < count; c++) target[o + c] = source[i + c];
  }
}
