// The kernels that rastergrad adds to TensorFlow.js's wasm back end, and those that it replaces because they
// are slow or wrong there.

import * as tf from '@tensorflow/tfjs';
import { attachSimd, detachSimd } from '../../kernels/simd/module.ts';
import { concat } from './concat.ts';
import { conv2D } from './conv2D.ts';
import { conv2DBackpropFilter } from './conv2DBackpropFilter.ts';
import { conv2DBackpropInput } from './conv2DBackpropInput.ts';
import { fusedMatMul } from './fusedMatMul.ts';
import { identity } from './identity.ts';
import { matMul } from './matMul.ts';
import { maxPoolGrad } from './maxPoolGrad.ts';
import type { WasmBackend } from './memory.ts';
import { resizeBilinearGrad } from './resizeBilinearGrad.ts';
import { withSamePadding } from './samePadding.ts';
import { slice, split } from './slice.ts';
import { sum } from './sum.ts';
import { unsortedSegmentSum } from './unsortedSegmentSum.ts';

let registered = false;

const attached = new WeakSet<WasmBackend>();

/**
 * Registers the kernels, once a process, and puts the compiled loops to work in the memory of the back end, which is the current one, for
 * as long as it is there.
 */
export async function registerWasmKernels(backend: WasmBackend): Promise<void> {
  const { wasm } = backend;
  const { memory } = wasm.asm;
  await attachSimd({
    memory,
    malloc: (bytes) => wasm._malloc(bytes),
    free: (address) => wasm._free(address),
  });
  if (!attached.has(backend)) {
    attached.add(backend);
    const dispose = backend.dispose.bind(backend);
    backend.dispose = () => {
      detachSimd(memory);
      dispose();
    };
  }
  if (registered) return;
  registered = true;
  const stock = (kernelName: string) => tf.getKernel(kernelName, 'wasm');
  for (const kernel of [
    matMul,
    fusedMatMul,
    conv2D(withSamePadding(stock(tf.Conv2D))),
    conv2D(withSamePadding(stock(tf.FusedConv2D))),
    concat(stock(tf.Concat)),
    identity,
    slice(stock(tf.Slice)),
    split(stock(tf.SplitV)),
    sum(stock(tf.Sum)),
    conv2DBackpropFilter,
    conv2DBackpropInput,
    maxPoolGrad,
    resizeBilinearGrad,
    unsortedSegmentSum,
  ]) {
    if (stock(kernel.kernelName)) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
