// tf.clone on the wasm back end, which autodiff calls on everything that it keeps for the way back: another reference to the same
// elements. The stock kernel copies them.

import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './memory.ts';

export const identity: tf.KernelConfig = {
  kernelName: tf.Identity,
  backendName: 'wasm',
  kernelFunc({ inputs, backend }) {
    const { x } = inputs as unknown as { x: tf.TensorInfo };
    (backend as WasmBackend).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
