// tf.slice and tf.split on the wasm back end: rows copied where they lie. The stock kernels take a copy of the whole tensor first.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { addressOf, sizeOf, type WasmBackend } from './memory.ts';

/** The kernel of tf.slice, given the stock one, which keeps other types than float32 and int32. */
export function slice(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { x } = call.inputs as unknown as { x: tf.TensorInfo };
      if (!hasWords(x)) return stock.kernelFunc(call);
      const { begin, size } = call.attrs as unknown as { begin: number | number[]; size: number | number[] };
      const [starts, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
      tf.slice_util.assertParamsValid(x as tf.Tensor, starts, sizes);
      return cut(call.backend as WasmBackend, x, starts, sizes);
    },
  };
}

/** The kernel of tf.split, given the stock one. */
export function split(stock: tf.KernelConfig): tf.KernelConfig {
  return {
    ...stock,
    kernelFunc(call) {
      const { x } = call.inputs as unknown as { x: tf.TensorInfo };
      if (!hasWords(x)) return stock.kernelFunc(call);
      const { numOrSizeSplits, axis } = call.attrs as unknown as {
        numOrSizeSplits: number | number[];
        axis: number;
      };
      const [along] = tf.util.parseAxisParam(axis, x.shape);
      let begin = 0;
      return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along).map((extent) => {
        const starts = x.shape.map((_, i) => (i === along ? begin : 0));
        const sizes = x.shape.map((whole, i) => (i === along ? extent : whole));
        begin += extent;
        return cut(call.backend as WasmBackend, x, starts, sizes);
      });
    },
  };
}

/** Whether an element takes four bytes. */
export const hasWords = ({ dtype }: tf.TensorInfo) => dtype === 'float32' || dtype === 'int32';

function cut(backend: WasmBackend, x: tf.TensorInfo, starts: number[], sizes: number[]): tf.TensorInfo {
  const from = addressOf(backend, x);
  const output = backend.makeOutput(sizes, x.dtype);
  if (sizeOf(sizes) > 0) copyBox(from, x.shape, addressOf(backend, output), starts, sizes);
  return output;
}

/** Copies a box of an array: by rows from the first axis on after which at most one is cut. */
function copyBox(from: number, shape: number[], to: number, starts: number[], sizes: number[]): void {
  const isCut = (axis: number) => sizes[axis] < shape[axis];
  const last = Math.max(
    0,
    shape.findLastIndex((_, axis) => isCut(axis)),
  );
  const earlier = shape.slice(0, last).findLastIndex((_, axis) => isCut(axis));
  if (earlier >= 0) {
    const step = sizeOf(shape.slice(1));
    const toStep = sizeOf(sizes.slice(1));
    for (let i = 0; i < sizes[0]; i++) {
      copyBox(
        from + 4 * (starts[0] + i) * step,
        shape.slice(1),
        to + 4 * i * toStep,
        starts.slice(1),
        sizes.slice(1),
      );
    }
    return;
  }
  const inner = sizeOf(shape.slice(last + 1));
  const width = sizes[last] * inner;
  simd()!.exports.copyRows(
    from + 4 * starts[last] * inner,
    shape[last] * inner,
    to,
    width,
    width,
    sizeOf(sizes.slice(0, last)),
  );
}
