// The sharp picture of a z-buffer, with DRTK's gradient at its edges: outlines, occlusions and intersections.
// Pidhorskyi et al., Rasterized Edge Gradients: Handling Discontinuities Differentiably, ECCV 2024.

import type * as tf from '@tensorflow/tfjs';
import type { EdgeGradientOptions } from '../kernels/index.ts';
import { coverage, type Frame, withPositionGradient } from '../visibility/index.ts';
import type { GradientMethod } from './method.ts';
import { paintVisible } from './paint.ts';

export const edge: GradientMethod<EdgeGradientOptions> = {
  type: 'edge',
  summary:
    'sharp picture and silhouette; every edge between two neighbouring pixels moves the face that makes it',
  source: 'Pidhorskyi et al. 2024 (arXiv 2405.02508), as DRTK, edge_grad_estimator',
  coverageGradient: true,
  outlineInImage: true,
  options: {
    maxDpDr: {
      default: 1e4,
      range: [0, 1e9],
      useful: [10, 1e4],
      unit: '',
      description:
        'how far the line where two faces intersect moves, at most, for a move of one of them; 0 sets no limit',
    },
  },
  image: (frame, options) => withEdges(frame, paintVisible(frame), options),
  silhouette: (frame, options) => withEdges(frame, coverage(frame), options),
};

function withEdges<Pictures extends tf.Tensor>(
  frame: Frame,
  pictures: Pictures,
  options: EdgeGradientOptions,
): Pictures {
  const { kernels, picture } = frame;
  return withPositionGradient(frame, pictures, (scene, colors, upstream, positionGradient, visible) =>
    kernels.edgeGradient(scene, picture, visible, colors, upstream, options, positionGradient),
  );
}
