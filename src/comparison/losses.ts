// The losses of a comparison on plain arrays, for one picture. Methods and oracle are compared through the same loops.

import type { RealArray } from '../../renderer/realArray.ts';
import { silhouetteIouKernel, silhouetteL2Kernel } from '../losses/silhouette.ts';
import type { LossName } from './results.ts';
import type { Layer } from './view.ts';

export interface ComparedLoss {
  layer: Layer;
  /** The loss; adds dL/d(picture) to `gradient`, which arrives zeroed. */
  evaluate(picture: RealArray, target: RealArray, gradient: RealArray): number;
}

/** Means over pixels (and channels); IoU over the sums of the picture, as in training. */
export const comparedLosses: Record<LossName, ComparedLoss> = {
  'silhouette-l2': {
    layer: 'silhouette',
    evaluate: (picture, target, gradient) =>
      silhouetteL2Kernel(picture, target, gradient, new Float64Array(target.length)),
  },
  iou: {
    layer: 'silhouette',
    evaluate: (picture, target, gradient) =>
      silhouetteIouKernel(picture, target, 1, gradient, new Float64Array(target.length)),
  },
  'color-l1': {
    layer: 'image',
    evaluate: (picture, target, gradient) => mean(picture, target, gradient, Math.abs, Math.sign),
  },
  'color-l2': {
    layer: 'image',
    evaluate: (picture, target, gradient) =>
      mean(
        picture,
        target,
        gradient,
        (d) => d * d,
        (d) => 2 * d,
      ),
  },
};

function mean(
  picture: RealArray,
  target: RealArray,
  gradient: RealArray,
  penalty: (difference: number) => number,
  slope: (difference: number) => number,
): number {
  let sum = 0;
  for (let k = 0; k < picture.length; k++) {
    const difference = picture[k] - target[k];
    sum += penalty(difference);
    gradient[k] += slope(difference) / picture.length;
  }
  return sum / picture.length;
}
