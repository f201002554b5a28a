// The sharp picture of a z-buffer, with the hand-made gradient of the Neural 3D Mesh Renderer: pixels anywhere on a row or column
// pull the outlines that cross it.
// Kato et al., Neural 3D Mesh Renderer, CVPR 2018.

import type * as tf from '@tensorflow/tfjs';
import { averaged, coverage, type Frame, finerFrame, withPositionGradient } from '../visibility/index.ts';
import type { GradientMethod } from './method.ts';
import { paintVisible } from './paint.ts';

export interface NmrOptions {
  eps: number;
  supersampling: number;
}

export const nmr: GradientMethod<NmrOptions> = {
  type: 'nmr',
  summary:
    'sharp picture and silhouette; every pixel that should change pulls the faces along its row and column',
  source: 'Kato et al. 2018 (arXiv 1711.07566), as neural_renderer, rasterize.py',
  coverageGradient: true,
  outlineInImage: true,
  options: {
    eps: {
      default: 1e-3,
      range: [1e-9, 10],
      useful: [1e-4, 0.1],
      unit: 'image-plane unit',
      description:
        'added to distances from an edge, by which the gradient is divided; limits it near the edge',
    },
    supersampling: {
      default: 1,
      range: [1, 8],
      useful: [1, 2],
      integer: true,
      unit: 'samples a side',
      description:
        'picture and gradient are made at so many times the size and averaged; 2 in neural_renderer',
    },
  },
  image: (frame, options) => withScanlines(frame, paintVisible, options),
  silhouette: (frame, options) => withScanlines(frame, coverage, options),
};

function withScanlines<Pictures extends tf.Tensor>(
  frame: Frame,
  draw: (frame: Frame) => Pictures,
  { eps, supersampling }: NmrOptions,
): Pictures {
  const finer = supersampling === 1 ? frame : finerFrame(frame, supersampling);
  const { kernels, picture } = finer;
  const pictures = withPositionGradient(
    finer,
    draw(finer),
    (scene, colors, upstream, positionGradient, visible) =>
      kernels.scanlineGradient(scene, picture, visible, colors, upstream, { eps }, positionGradient),
  );
  return supersampling === 1 ? pictures : averaged(pictures, supersampling);
}
