// Colour loss: how far the rendered colours are from the true picture, over the true object's pixels.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { pictureLoss } from './loss.ts';
import { expectShape } from './shapes.ts';

export const color = pictureLoss({
  name: 'color',
  comparesColors: true,
  description: 'rendered colours should equal the true ones over the true silhouette',
  settings: z.strictObject({}),
  evaluate: ({ image, targetImage, targetSilhouette }) => colorLoss(image!, targetImage, targetSilhouette),
});

/**
 * mean over views of Σ T·‖I − J‖₁ / (3 Σ T), the sums over the pixels of a view. In 0 … 1; 0 for a view with an empty mask.
 * Differentiable in both pictures. The L1 colour term of DIB-R, section 4, over the object instead of the whole picture.
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
export function colorLoss(image: tf.Tensor4D, target: tf.Tensor4D, targetMask: tf.Tensor3D): tf.Scalar {
  expectShape('image', image, ['N', 'H', 'W', 3]);
  expectShape('target', target, image.shape);
  expectShape('targetMask', targetMask, image.shape.slice(0, 3));
  return hostScalar(
    [image, target, targetMask],
    ([rendered, truth, mask], [renderedGradient, truthGradient]) =>
      colorKernel(rendered, truth, mask, image.shape[0], renderedGradient, truthGradient),
  );
}

/** The loss on arrays: pictures [N·H·W·3], mask [N·H·W]; adds to the pictures' gradients. */
export function colorKernel(
  image: RealArray,
  target: RealArray,
  mask: RealArray,
  viewCount: number,
  imageGradient: RealArray,
  targetGradient: RealArray,
): number {
  const size = mask.length / viewCount;
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
        sum += weight * Math.abs(difference);
        const slope = scale * weight * Math.sign(difference);
        imageGradient[c] += slope;
        targetGradient[c] -= slope;
      }
    }
    loss += scale * sum;
  }
  return loss;
}
