// Finer pictures of a frame, and their averages.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/hostFunction.ts';
import { ArgumentError } from '../errors.ts';
import { largestSide } from '../kernels/index.ts';
import { Frame } from './frame.ts';

/**
 * The same frame with `times` × `times` pixels for every one.
 *
 * @throws ArgumentError where that is more than a picture may have.
 */
export function finerFrame(frame: Frame, times: number): Frame {
  const { positions, topology, picture, kernels, attributes, shader, background } = frame;
  const finer = { ...picture, width: times * picture.width, height: times * picture.height };
  if (Math.max(finer.width, finer.height) > largestSide) {
    throw new ArgumentError(
      `a picture may have ${largestSide} pixels a side, but ${times} × ${times} samples a pixel make it ${finer.width} × ${finer.height}`,
    );
  }
  return new Frame({ positions, topology, picture: finer, kernels, attributes, shader, background });
}

/** Means over squares of `times` × `times` pixels: [B, times·H, times·W, C] to [B, H, W, C], or the same without C. */
export function averaged<Pictures extends tf.Tensor>(pictures: Pictures, times: number): Pictures {
  const [batch, height, width, channels = 1] = pictures.shape;
  const shape = [batch, height / times, width / times, ...pictures.shape.slice(3)];
  const share = 1 / times ** 2;
  const each = (pair: (fine: number, coarse: number) => void) => {
    const coarseRow = (width / times) * channels;
    for (let row = 0, fine = 0; row < batch * height; row++) {
      const start = Math.floor(row / times) * coarseRow;
      for (let column = 0; column < width; column++) {
        let coarse = start + Math.floor(column / times) * channels;
        for (let c = 0; c < channels; c++) pair(fine++, coarse++);
      }
    }
  };
  return hostFunction<void>({
    inputs: [pictures],
    shape,
    readsInputs: false,
    forward([values], output) {
      // Scaled at the end, so that the mean of equal values is that value.
      each((fine, coarse) => {
        output[coarse] += values[fine];
      });
      for (let i = 0; i < output.length; i++) output[i] *= share;
    },
    backward(upstream, _, [gradient]) {
      each((fine, coarse) => {
        gradient[fine] = share * upstream[coarse];
      });
    },
  }) as Pictures;
}
