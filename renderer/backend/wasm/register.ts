// The kernels that rastergrad adds to TensorFlow.js's wasm back end, and those that it replaces by faster ones.

import * as tf from '@tensorflow/tfjs';

const kernels: readonly tf.KernelConfig[] = [];

let registered = false;

/** Registers the kernels, once a process. The wasm back end must have been loaded. */
export function registerWasmKernels(): void {
  if (registered) return;
  registered = true;
  for (const kernel of kernels) {
    if (tf.getKernel(kernel.kernelName, 'wasm')) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
