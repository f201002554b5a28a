// The compiled kernels, as the choice of a back end decides on them.

import * as tf from '@tensorflow/tfjs';
import { type Simd, simd } from '../kernels/simd/module.ts';

/**
 * The compiled kernels while the wasm back end is in use, for what is computed beside tensors: on another back end it must not depend on
 * whether that one was in use before.
 */
export const simdInUse = (): Simd | undefined => (tf.getBackend() === 'wasm' ? simd() : undefined);
