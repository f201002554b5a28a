// The kernels as definitions: double precision throughout, every face at every pixel, no cleverness. They take Float64Arrays as
// well as the float32 of tensors, so finite differences can be taken of them. Slow: for tests and small pictures.

import type { Kernels } from '../kernels.ts';
import type { OutlineMaskOptions } from '../outlineMask.ts';
import { antialias, antialiasBackward, type Crossing } from './antialias.ts';
import { edgeGradient } from './edgeGradient.ts';
import { findVisible, interpolate, interpolateBackward, weightsBackward } from './fragments.ts';
import { outlineMask, outlineMaskBackward } from './outlineMask.ts';
import { scanlineGradient } from './scanlineGradient.ts';
import {
  type ReferencePicture,
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
  softPicture,
  softPictureBackward,
} from './softAggregate.ts';
import { type ReferenceMask, softMask, softMaskBackward } from './softMask.ts';

export const referenceKernels: Kernels = {
  findVisible,
  interpolate,
  interpolateBackward,
  weightsBackward,
  softMask,
  softMaskBackward: (scene, picture, state, upstream, positionGradient) =>
    softMaskBackward(scene, picture, state as ReferenceMask, upstream, positionGradient),
  outlineMask,
  outlineMaskBackward: (scene, picture, state, upstream, positionGradient) =>
    outlineMaskBackward(scene, picture, state as OutlineMaskOptions, upstream, positionGradient),
  edgeGradient,
  scanlineGradient,
  antialias,
  antialiasBackward: (scene, picture, state, options, colors, upstream, colorGradient, positionGradient) =>
    antialiasBackward(
      scene,
      picture,
      state as Crossing[],
      options,
      colors,
      upstream,
      colorGradient,
      positionGradient,
    ),
  softFragments,
  softInterpolateBackward,
  softAggregate,
  softAggregateBackward,
  softPicture,
  softPictureBackward: (scene, picture, options, attributes, background, state, ...gradients) =>
    softPictureBackward(
      scene,
      picture,
      options,
      attributes,
      background,
      state as ReferencePicture,
      ...gradients,
    ),
};
