// Finer pictures of a frame, and their averages.

import * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import { ArgumentError } from '../errors.ts';
import { largestSide } from '../kernels/index.ts';
import type { Frame } from './frame.ts';

/**
 * The same frame with `times` × `times` pixels for every one.
 *
 * @throws ArgumentError where that is more than a picture may have.
 */
export function finerFrame(frame: Frame, times: number): Frame {
  const { width, height } = frame.picture;
  const [columns, rows] = [times * width, times * height];
  if (Math.max(columns, rows) > largestSide) {
    throw new ArgumentError(
      `a picture may have ${largestSide} pixels a side, but ${times} × ${times} samples a pixel make it ${columns} × ${rows}`,
    );
  }
  const { background } = frame;
  return frame.resized(
    columns,
    rows,
    background instanceof tf.Tensor ? repeated(background, times) : background,
  );
}

/** Every pixel `times` × `times` times: [B, H, W, C] to [B, times·H, times·W, C]. */
function repeated(pictures: tf.Tensor4D, times: number): tf.Tensor4D {
  const [batch, height, width, channels] = pictures.shape;
  const shape: [number, number, number, number] = [batch, times * height, times * width, channels];
  return hostFunction<void>({
    inputs: [pictures],
    shape,
    readsInputs: false,
    forward([values], output) {
      eachPair(shape, times, (fine, coarse) => {
        output[fine] = values[coarse];
      });
    },
    backward(upstream, _, [gradient]) {
      eachPair(shape, times, (fine, coarse) => {
        gradient[coarse] += upstream[fine];
      });
    },
  }) as tf.Tensor4D;
}

/** Calls `pair` with the places of every number of fine pictures and of the one in coarse pictures that it belongs to. */
function eachPair(
  [batch, height, width, channels = 1]: readonly number[],
  times: number,
  pair: (fine: number, coarse: number) => void,
): void {
  const coarseRow = (width / times) * channels;
  for (let row = 0, fine = 0; row < batch * height; row++) {
    const start = Math.floor(row / times) * coarseRow;
    for (let column = 0; column < width; column++) {
      let coarse = start + Math.floor(column / times) * channels;
      for (let c = 0; c < channels; c++) pair(fine++, coarse++);
    }
  }
}

/** Means over squares of `times` × `times` pixels: [B, times·H, times·W, C] to [B, H, W, C], or the same without C. */
export function averaged<Pictures extends tf.Tensor>(pictures: Pictures, times: number): Pictures {
  const [batch, height, width] = pictures.shape;
  const shape = [batch, height / times, width / times, ...pictures.shape.slice(3)];
  const share = 1 / times ** 2;
  return hostFunction<void>({
    inputs: [pictures],
    shape,
    readsInputs: false,
    forward([values], output) {
      // Scaled at the end, so that the mean of equal values is that value.
      eachPair(pictures.shape, times, (fine, coarse) => {
        output[coarse] += values[fine];
      });
      for (let i = 0; i < output.length; i++) output[i] *= share;
    },
    backward(upstream, _, [gradient]) {
      eachPair(pictures.shape, times, (fine, coarse) => {
        gradient[fine] = share * upstream[coarse];
      });
    },
  }) as Pictures;
}
