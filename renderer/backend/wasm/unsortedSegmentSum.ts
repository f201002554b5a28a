// tf.unsortedSegmentSum, the gradient of tf.gather, which the wasm back end lacks. Rows are added in their order, so the result
// does not change from run to run.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { addressOf, floatsAt, integersAt, sizeOf, type WasmBackend } from './memory.ts';

export const unsortedSegmentSum: tf.KernelConfig = {
  kernelName: tf.UnsortedSegmentSum,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { x, segmentIds } = inputs as unknown as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as unknown as { numSegments: number };
    const width = sizeOf(x.shape.slice(1));
    const [rows, ids] = [addressOf(backend, x), addressOf(backend, segmentIds)];
    const output = backend.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
    const sums = addressOf(backend, output);
    if (x.dtype === 'int32') {
      addIntegers(
        integersAt(backend, rows, sizeOf(x.shape)),
        integersAt(backend, ids, x.shape[0]),
        integersAt(backend, sums, numSegments * width).fill(0),
        width,
      );
    } else {
      floatsAt(backend, sums, numSegments * width).fill(0);
      simd()!.exports.addRows(rows, ids, x.shape[0], width, sums, numSegments);
    }
    return output;
  },
};

function addIntegers(rows: Int32Array, ids: Int32Array, sums: Int32Array, width: number): void {
  for (const [row, id] of ids.entries()) {
    // As in TensorFlow, rows with an id outside the range are dropped.
    if (id < 0 || id * width >= sums.length) continue;
    for (let i = 0; i < width; i++) sums[id * width + i] += rows[row * width + i];
  }
}
