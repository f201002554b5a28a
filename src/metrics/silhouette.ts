// How alike two silhouettes are, and colours within one: numbers for people, not for gradients.

import { ArgumentError } from '../../renderer/errors.ts';
import { maskIou, maskOf } from './mask.ts';

/**
 * Pixels covered in both over pixels covered in either, a pixel being covered from one half on. In 0 … 1; 1 where both are empty.
 *
 * @param predicted coverage in 0 … 1, a number a pixel.
 * @param target the same, of the same length.
 * @throws ArgumentError where lengths differ.
 */
export function silhouetteIou(predicted: ArrayLike<number>, target: ArrayLike<number>): number {
  if (predicted.length !== target.length) {
    throw new ArgumentError(`predicted has ${predicted.length} pixels, but target has ${target.length}`);
  }
  return maskIou(maskOf(predicted), maskOf(target));
}

/**
 * Mean absolute difference of colours over the true object's pixels, each counting by its coverage; 0 where the mask is empty.
 *
 * @param colors [pixels · 3]
 * @param truth [pixels · 3]
 * @param mask [pixels] the true coverage in 0 … 1.
 */
export function colorDifference(
  colors: ArrayLike<number>,
  truth: ArrayLike<number>,
  mask: ArrayLike<number>,
): number {
  let [sum, area] = [0, 0];
  for (let p = 0; p < mask.length; p++) {
    area += mask[p];
    for (let c = 0; c < 3; c++) sum += mask[p] * Math.abs(colors[3 * p + c] - truth[3 * p + c]);
  }
  return area > 0 ? sum / (3 * area) : 0;
}
