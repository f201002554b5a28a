// DIB-R: the visible picture of a z-buffer, and a silhouette that fades out around the outline.
// Chen et al., Learning to Predict 3D Objects with an Interpolation-based Differentiable Renderer, NeurIPS 2019.

import type { SoftMaskOptions } from '../kernels/index.ts';
import { outlineMask, softMask } from '../visibility/index.ts';
import type { GradientMethod } from './method.ts';
import { paintVisible } from './paint.ts';

export interface DibrOptions {
  sharpness: number;
  boxSize: number | 'auto';
  maxFaces: number | 'all';
  order: 'index' | 'nearest';
  unbiased: boolean;
}

/** exp(−x) is here below float32's resolution of 1: a falloff cut there has no step. */
const negligible = 24 * Math.LN2;

export const dibr: GradientMethod<DibrOptions> = {
  type: 'dibr',
  summary: 'sharp picture; silhouette 1 inside, fading as exp(−s·d²) outside, so that outlines move vertices',
  source: 'Chen et al. 2019 (arXiv 1908.01210); rules and defaults as NVIDIA Kaolin, dibr_soft_mask',
  coverageGradient: true,
  options: {
    sharpness: {
      default: 7000,
      range: [1e-3, 1e9],
      unit: '1 / image-plane unit²',
      description:
        's in exp(−s·d²): higher is sharper; 7000 fades to half within 0.01, a third of a pixel at 64²',
    },
    boxSize: {
      default: 0.02,
      range: [0, 10],
      unit: 'image-plane unit',
      word: 'auto',
      description:
        'how far outside its bounding box a face reaches; the picture is 2 wide; "auto": as far as exp(−s·d²) can be told from 0',
    },
    maxFaces: {
      default: 30,
      range: [1, 1e6],
      integer: true,
      unit: 'faces',
      word: 'all',
      description: 'a pixel hears only so many of the faces that reach it; "all": every one',
    },
    order: {
      default: 'index',
      choices: ['index', 'nearest'],
      description: 'which of them: the first by index, or the nearest',
    },
    unbiased: {
      default: false,
      description:
        'the covered area filtered with exp(−s·r²) instead: ½ on the outline, so that fits to hard masks come out in true size; the other options but sharpness have no part in it',
    },
  },
  image: paintVisible,
  silhouette: (frame, options) =>
    options.unbiased
      ? outlineMask(frame, { sharpness: options.sharpness })
      : softMask(frame, softMaskOptions(options)),
};

/** What the loops take, without words for numbers. */
export const softMaskOptions = ({
  sharpness,
  boxSize,
  maxFaces,
  order,
}: Readonly<DibrOptions>): SoftMaskOptions => ({
  sharpness,
  boxSize: boxSize === 'auto' ? Math.sqrt(negligible / sharpness) : boxSize,
  maxFaces: maxFaces === 'all' ? Number.POSITIVE_INFINITY : maxFaces,
  order,
});
