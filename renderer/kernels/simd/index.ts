// The kernels in AssemblyScript with SIMD, on the memory of TensorFlow.js's wasm back end. Arrays that do not lie there, and kernels that
// have no compiled form, are served by the plain ones (scalar/), whose results are the same up to rounding in float32.

import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import { antialias, antialiasBackward } from './antialias.ts';
import { edgeGradient } from './edgeGradient.ts';
import { findVisible } from './findVisible.ts';
import { interpolate, interpolateBackward, weightsBackward } from './interpolate.ts';
import { outlineMask, outlineMaskBackward } from './outlineMask.ts';
import { scanlineGradient } from './scanlineGradient.ts';
import {
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
} from './softFragments.ts';
import { softMask, softMaskBackward } from './softMask.ts';
import { softPicture, softPictureBackward } from './softPicture.ts';

export const simdKernels: Kernels = {
  ...scalarKernels,
  findVisible,
  interpolate,
  interpolateBackward,
  weightsBackward,
  softMask,
  softMaskBackward,
  antialias,
  antialiasBackward,
  outlineMask,
  outlineMaskBackward,
  edgeGradient,
  scanlineGradient,
  softFragments,
  softInterpolateBackward,
  softAggregate,
  softAggregateBackward,
  softPicture,
  softPictureBackward,
};
