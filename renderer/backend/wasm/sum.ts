// tf.sum over leading axes on the wasm back end, which is how biases get their gradients: rows added up in double precision. The stock
// kernel, which does all else, transposes first.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { addressOf, filled, sizeOf, type WasmBackend } from './memory.ts';

/** The kernel, given the stock one. */
export function sum(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { x } = call.inputs as unknown as { x: tf.TensorInfo };
      const { axis, keepDims } = call.attrs as unknown as { axis: number | number[]; keepDims: boolean };
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      const areLeading = axes.length > 0 && axes.every((each, i) => each === i);
      if (x.dtype !== 'float32' || !areLeading || axes.length === x.shape.length)
        return stock.kernelFunc(call);
      const backend = call.backend as WasmBackend;
      const from = addressOf(backend, x);
      const rest = x.shape.slice(axes.length);
      const { exports, scratch } = simd()!;
      return filled(backend, keepDims ? [...axes.map(() => 1), ...rest] : rest, (to) =>
        scratch.run(() => {
          const width = sizeOf(rest);
          const sums = scratch.take(8 * width);
          exports.sumRows(from, width, sizeOf(x.shape.slice(0, axes.length)), sums, to);
        }),
      );
    },
  };
}
