// tf.concat on the wasm back end: rows copied where they lie. The stock kernel goes through a typed array a row.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { addressOf, sizeOf, type WasmBackend } from './memory.ts';
import { hasWords } from './slice.ts';

/** The kernel, given the stock one, which keeps other types than float32 and int32, and mixed ones. */
export function concat(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const inputs = Object.values(call.inputs) as tf.TensorInfo[];
      if (!inputs.every((input) => hasWords(input) && input.dtype === inputs[0].dtype))
        return stock.kernelFunc(call);
      const backend = call.backend as WasmBackend;
      const [axis] = tf.util.parseAxisParam((call.attrs as { axis?: number }).axis ?? 0, inputs[0].shape);
      const shapes = inputs.map(({ shape }) => shape);
      tf.backend_util.assertParamsConsistent(shapes, axis);
      const shape = tf.backend_util.computeOutShape(shapes, axis);
      const addresses = inputs.map((input) => addressOf(backend, input));
      const output = backend.makeOutput(shape, inputs[0].dtype);
      const to = addressOf(backend, output);
      const count = sizeOf(shape.slice(0, axis));
      const whole = sizeOf(shape.slice(axis));
      let column = 0;
      for (const [i, own] of shapes.entries()) {
        const width = sizeOf(own.slice(axis));
        simd()!.exports.copyRows(addresses[i], width, to + 4 * column, whole, width, count);
        column += width;
      }
      return output;
    },
  };
}
