// The kernels in AssemblyScript with SIMD, on the memory of TensorFlow.js's wasm back end. Arrays that do not lie there, and engines
// without SIMD, are served by the plain ones (scalar/), whose results are the same up to rounding in float32.

import type { Kernels } from '../kernels.ts';
import { scalarKernels } from '../scalar/index.ts';
import { scanlineGradient } from './scanlineGradient.ts';
import {
  softAggregate,
  softAggregateBackward,
  softFragments,
  softInterpolateBackward,
} from './softFragments.ts';
import { softPicture, softPictureBackward } from './softPicture.ts';

export const simdKernels: Kernels = {
  ...scalarKernels,
  scanlineGradient,
  softFragments,
  softInterpolateBackward,
  softAggregate,
  softAggregateBackward,
  softPicture,
  softPictureBackward,
};
