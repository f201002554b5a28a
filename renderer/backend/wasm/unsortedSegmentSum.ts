// tf.unsortedSegmentSum, the gradient of tf.gather, which the wasm back end lacks. Rows are added in their order, so the result
// does not change from run to run.

import * as tf from '@tensorflow/tfjs';
import { addressOf, floatsAt, integersAt, sizeOf, type WasmBackend } from './memory.ts';

export const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, segmentIds } = inputs as unknown as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as unknown as { numSegments: number };
    const width = sizeOf(x.shape.slice(1));
    const [xAddress, idsAddress] = [addressOf(backend, x), addressOf(backend, segmentIds)];
    const output = backend.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
    const view = x.dtype === 'int32' ? integersAt : floatsAt;
    const sums = view(backend, addressOf(backend, output), numSegments * width).fill(0);
    const rows = view(backend, xAddress, x.shape[0] * width);
    const ids = integersAt(backend, idsAddress, x.shape[0]);
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row];
      // As in TensorFlow, rows with an id outside the range are dropped.
      if (id < 0 || id >= numSegments) continue;
      const to = id * width;
      const from = row * width;
      for (let i = 0; i < width; i++) sums[to + i] += rows[from + i];
    }
    return output;
  },
};
