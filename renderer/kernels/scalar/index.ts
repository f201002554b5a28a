// The kernels in plain TypeScript on one core. Cost grows with faces plus covered pixels, not with their product.

import type { Kernels } from '../kernels.ts';
import { antialias, antialiasBackward, type BlendedPairs } from './antialias.ts';
import { edgeGradient } from './edgeGradient.ts';
import { findVisible } from './findVisible.ts';
import { interpolate, interpolateBackward } from './interpolate.ts';
import { scanlineGradient } from './scanlineGradient.ts';
import { type SoftPairs, softMask, softMaskBackward } from './softMask.ts';
import { weightsBackward } from './weights.ts';

export const scalarKernels: Kernels = {
  findVisible,
  interpolate,
  interpolateBackward,
  weightsBackward,
  softMask,
  softMaskBackward: (scene, picture, state, upstream, positionGradient) =>
    softMaskBackward(scene, picture, state as SoftPairs, upstream, positionGradient),
  edgeGradient,
  scanlineGradient,
  antialias,
  antialiasBackward: (scene, picture, state, options, colors, upstream, colorGradient, positionGradient) =>
    antialiasBackward(
      scene,
      picture,
      state as BlendedPairs,
      options,
      colors,
      upstream,
      colorGradient,
      positionGradient,
    ),
};
