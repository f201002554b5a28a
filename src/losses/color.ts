// Colour loss: how far the rendered colours are from the true picture, over the true object's pixels.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { pictureLoss } from './loss.ts';
import { colorOnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const color = pictureLoss({
  name: 'color',
  comparesColors: true,
  description: 'rendered colours should equal the true ones over the true silhouette',
  settings: z.strictObject({
    kind: z.enum(['l1', 'l2']).default('l1').describe('mean absolute difference, or mean squared difference'),
  }),
  evaluate: ({ image, targetImage, targetSilhouette }, { kind }) =>
    colorLoss(image!, targetImage, targetSilhouette, { kind }),
});

export interface ColorOptions {
  /** Sums of absolute or of squared differences. Default l1. */
  kind?: 'l1' | 'l2';
}

/**
 * mean over views of Σ T·‖I − J‖₁ / (3 Σ T), or of Σ T·‖I − J‖² / (3 Σ T), the sums over the pixels of a view. In 0 … 1; 0 for a
 * view with an empty mask. Differentiable in both pictures. The L1 colour term of DIB-R, section 4, and its square, over the object
 * instead of the whole picture.
 *
 * The area of the target divides, never the covered one, and a target pixel that the rendering misses counts with its full
 * difference from the background that `image` shows there. So a mesh gains nothing by shrinking or by leaving the frame; but with
 * a method whose picture has no gradient at uncovered pixels (hard, dibr) only a silhouette loss can draw it back.
 *
 * @param image [N, H, W, 3] the rendering over its background.
 * @param target [N, H, W, 3] the true picture; what lies outside its mask does not matter.
 * @param targetMask [N, H, W] the true silhouette in 0 … 1, a constant: no gradient flows to it.
 * @throws ArgumentError where shapes disagree.
 */
export function colorLoss(
  image: tf.Tensor4D,
  target: tf.Tensor4D,
  targetMask: tf.Tensor3D,
  { kind = 'l1' }: ColorOptions = {},
): tf.Scalar {
  expectShape('image', image, ['N', 'H', 'W', 3]);
  expectShape('target', target, image.shape);
  expectShape('targetMask', targetMask, image.shape.slice(0, 3));
  return hostScalar(
    [image, target, targetMask],
    ([rendered, truth, mask], [imageGradient, targetGradient]) =>
      colorKernel({
        image: rendered,
        target: truth,
        mask,
        viewCount: image.shape[0],
        kind,
        imageGradient,
        targetGradient,
      }),
    () => colorOnDevice(image, target, targetMask, kind),
  );
}

export interface ColorArrays {
  /** [N·H·W·3] */
  image: RealArray;
  target: RealArray;
  /** [N·H·W] */
  mask: RealArray;
  viewCount: number;
  kind: 'l1' | 'l2';
  /** [N·H·W·3], added to. */
  imageGradient: RealArray;
  targetGradient: RealArray;
}

/** The loss on arrays; adds its gradient. */
export function colorKernel(arrays: ColorArrays): number {
  const { image, target, mask, viewCount, kind, imageGradient, targetGradient } = arrays;
  const size = mask.length / viewCount;
  const squared = kind === 'l2';
  let loss = 0;
  for (let start = 0; start < mask.length; start += size) {
    let area = 0;
    for (let k = start; k < start + size; k++) area += mask[k];
    if (area === 0) continue;
    const scale = 1 / (3 * area * viewCount);
    let sum = 0;
    for (let k = start; k < start + size; k++) {
      const weight = mask[k];
      if (weight === 0) continue;
      for (let c = 3 * k; c < 3 * k + 3; c++) {
        const difference = image[c] - target[c];
        sum += weight * (squared ? difference * difference : Math.abs(difference));
        const slope = scale * weight * (squared ? 2 * difference : Math.sign(difference));
        imageGradient[c] += slope;
        targetGradient[c] -= slope;
      }
    }
    loss += scale * sum;
  }
  return loss;
}
