// nvdiffrast's analytic antialiasing: outlines of the visible picture are blended by where they cross between pixel centres,
// and that crossing has a derivative.
// Laine et al., Modular Primitives for High-Performance Differentiable Rendering, ACM Transactions on Graphics 39(6), 2020.

import type * as tf from '@tensorflow/tfjs';
import type { AntialiasOptions } from '../kernels/index.ts';
import { antialias as blendOutlines, coverage } from '../visibility/index.ts';
import type { GradientMethod } from './method.ts';
import { paintVisible } from './paint.ts';

export const antialias: GradientMethod<AntialiasOptions> = {
  type: 'antialias',
  summary: 'picture and silhouette with smoothed outlines; their crossing between two pixels moves vertices',
  source: 'Laine et al. 2020 (arXiv 2011.03277); rules and defaults as NVIDIA nvdiffrast, antialias',
  coverageGradient: true,
  outlineInImage: true,
  options: {
    gradientBoost: {
      default: 1,
      range: [0, 1e6],
      useful: [1, 10],
      unit: '',
      description: 'factor on the gradient that outlines give to positions; colours keep theirs',
    },
    edgePadding: {
      default: 1e-3,
      range: [0, 1],
      unit: 'pixel',
      description:
        'added to the height of an edge where the gradient divides by it; 0 is the exact derivative',
    },
  },
  image: (frame, options) => blendOutlines(frame, paintVisible(frame), options),
  silhouette: (frame, options) => {
    const mask = coverage(frame).reshape([...frame.shape, 1]) as tf.Tensor4D;
    return blendOutlines(frame, mask, options).reshape(frame.shape);
  },
};
