// The kernels in plain TypeScript on one core. Cost grows with faces plus covered pixels, not with their product.

import type { Kernels } from '../kernels.ts';
import { antialias, antialiasBackward, type BlendedPairs } from './antialias.ts';
import { edgeGradient } from './edgeGradient.ts';
import { findVisible } from './findVisible.ts';
import { interpolate, interpolateBackward } from './interpolate.ts';
import { type OutlinePairs, outlineMask, outlineMaskBackward } from './outlineMask.ts';
import { scanlineGradient } from './scanlineGradient.ts';
import {
  type SoftLayers,
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
} from './softFragments.ts';
import { type SoftPairs, softMask, softMaskBackward } from './softMask.ts';
import { type SoftPixels, softPicture, softPictureBackward } from './softPicture.ts';
import { weightsBackward } from './weights.ts';

export const scalarKernels: Kernels = {
  findVisible,
  interpolate,
  interpolateBackward,
  weightsBackward,
  softMask,
  softMaskBackward: (scene, picture, state, upstream, positionGradient) =>
    softMaskBackward(scene, picture, state as SoftPairs, upstream, positionGradient),
  outlineMask,
  outlineMaskBackward: (scene, picture, state, upstream, positionGradient) =>
    outlineMaskBackward(scene, picture, state as OutlinePairs, upstream, positionGradient),
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
  softFragments,
  softInterpolateBackward,
  softAggregate,
  softAggregateBackward: (scene, picture, options, fragments, colors, state, ...gradients) =>
    softAggregateBackward(scene, picture, options, fragments, colors, state as SoftLayers, ...gradients),
  softPicture,
  softPictureBackward: (scene, picture, options, attributes, background, state, ...gradients) =>
    softPictureBackward(scene, picture, options, attributes, background, state as SoftPixels, ...gradients),
};
