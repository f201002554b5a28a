// The kernels that rastergrad adds to TensorFlow.js's wasm back end, and those that it replaces by faster ones.

import * as tf from '@tensorflow/tfjs';
import { conv2DBackpropFilter } from './conv2DBackpropFilter.ts';
import { conv2DBackpropInput } from './conv2DBackpropInput.ts';
import { fusedMatMul } from './fusedMatMul.ts';
import { matMul } from './matMul.ts';
import { unsortedSegmentSum } from './unsortedSegmentSum.ts';

let registered = false;

/** Registers the kernels, once a process. The wasm back end must have been loaded. */
export function registerWasmKernels(): void {
  if (registered) return;
  registered = true;
  const stockFusedMatMul = tf.getKernel(tf._FusedMatMul, 'wasm');
  for (const kernel of [
    matMul,
    fusedMatMul(stockFusedMatMul),
    conv2DBackpropFilter,
    conv2DBackpropInput,
    unsortedSegmentSum,
  ]) {
    if (tf.getKernel(kernel.kernelName, 'wasm')) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
