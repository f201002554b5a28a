// Silhouette losses: how far the rendered coverage of each view is from the true mask.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { hostScalar, type RealArray } from '../../renderer/backend/index.ts';
import { pictureLoss } from './loss.ts';
import { silhouetteIouOnDevice, silhouetteL2OnDevice } from './onDevice.ts';
import { expectShape } from './shapes.ts';

export const silhouette = pictureLoss({
  name: 'silhouette',
  comparesColors: false,
  description: 'rendered coverage should equal the true mask',
  settings: z.strictObject({
    kind: z
      .enum(['iou', 'l2'])
      .default('iou')
      .describe('1 − intersection over union, or mean squared difference'),
  }),
  evaluate: (context, { kind }) =>
    kind === 'iou'
      ? silhouetteIouLoss(context.silhouette, context.targetSilhouette)
      : silhouetteL2Loss(context.silhouette, context.targetSilhouette),
});

/**
 * mean over views of 1 − Σ S·T / Σ (S + T − S·T), the sums over the pixels of a view. In 0 … 1; 0 where both are empty.
 * Differentiable in both arguments. Kato et al., "Neural 3D Mesh Renderer", section 4.1; also DIB-R, section 4.
 *
 * @param predicted [N, H, W] coverage in 0 … 1.
 * @param target [N, H, W] masks in 0 … 1.
 * @throws ArgumentError where shapes disagree.
 */
export function silhouetteIouLoss(predicted: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar {
  expectShape('predicted', predicted, ['N', 'H', 'W']);
  expectShape('target', target, predicted.shape);
  return hostScalar(
    [predicted, target],
    ([coverage, mask], [coverageGradient, maskGradient]) =>
      silhouetteIouKernel(coverage, mask, predicted.shape[0], coverageGradient, maskGradient),
    () => silhouetteIouOnDevice(predicted, target),
  );
}

/**
 * mean over all pixels of (S − T)². In 0 … 1; differentiable in both arguments.
 *
 * @param predicted [N, H, W] coverage in 0 … 1.
 * @param target [N, H, W] masks in 0 … 1.
 * @throws ArgumentError where shapes disagree.
 */
export function silhouetteL2Loss(predicted: tf.Tensor3D, target: tf.Tensor3D): tf.Scalar {
  expectShape('predicted', predicted, ['N', 'H', 'W']);
  expectShape('target', target, predicted.shape);
  return hostScalar(
    [predicted, target],
    ([coverage, mask], [coverageGradient, maskGradient]) =>
      silhouetteL2Kernel(coverage, mask, coverageGradient, maskGradient),
    () => silhouetteL2OnDevice(predicted, target),
  );
}

/** The IoU loss on arrays [N·H·W]; adds to both gradients. */
export function silhouetteIouKernel(
  coverage: RealArray,
  mask: RealArray,
  viewCount: number,
  coverageGradient: RealArray,
  maskGradient: RealArray,
): number {
  const size = coverage.length / viewCount;
  let loss = 0;
  for (let start = 0; start < coverage.length; start += size) {
    let intersection = 0;
    let union = 0;
    for (let k = start; k < start + size; k++) {
      const product = coverage[k] * mask[k];
      intersection += product;
      union += coverage[k] + mask[k] - product;
    }
    if (union === 0) continue;
    loss += (1 - intersection / union) / viewCount;
    // d(−I/U)/dS = −(T·U − I·(1 − T)) / U² = −T/U + (1 − T)·I/U², and the same with S and T exchanged.
    const inside = -1 / (union * viewCount);
    const outside = intersection / (union * union * viewCount);
    for (let k = start; k < start + size; k++) {
      coverageGradient[k] += inside * mask[k] + outside * (1 - mask[k]);
      maskGradient[k] += inside * coverage[k] + outside * (1 - coverage[k]);
    }
  }
  return loss;
}

/** The L2 loss on arrays of one length; adds to both gradients. */
export function silhouetteL2Kernel(
  coverage: RealArray,
  mask: RealArray,
  coverageGradient: RealArray,
  maskGradient: RealArray,
): number {
  const scale = 2 / coverage.length;
  let sum = 0;
  for (let k = 0; k < coverage.length; k++) {
    const difference = coverage[k] - mask[k];
    sum += difference * difference;
    coverageGradient[k] += scale * difference;
    maskGradient[k] -= scale * difference;
  }
  return coverage.length > 0 ? sum / coverage.length : 0;
}
