// tf.matMul on the wasm back end. The stock kernel is fast only for a single pair of untransposed matrices; here transposed
// operands are transposed first, batches that share the right operand become one tall product, other batches a loop of products.

import * as tf from '@tensorflow/tfjs';
import { multiply, transpose } from './gemm.ts';
import { addressOf, sizeOf, type WasmBackend, withScratch } from './memory.ts';

/** One operand: a stack of row-major matrices, as multiplied or transposed. */
interface Operand {
  address: number;
  batch: number;
  rows: number;
  columns: number;
  transposed: boolean;
}

function operand(backend: WasmBackend, info: tf.TensorInfo, transposed: boolean): Operand {
  const [rows, columns] = info.shape.slice(-2);
  return {
    address: addressOf(backend, info),
    batch: sizeOf(info.shape.slice(0, -2)),
    rows: transposed ? columns : rows,
    columns: transposed ? rows : columns,
    transposed,
  };
}

/** Writes the operand's matrices, transposed, to `target`, and returns the operand as it then is. */
function transposedTo(backend: WasmBackend, source: Operand, target: number): Operand {
  const { address, batch, rows, columns } = source;
  const bytes = 4 * rows * columns;
  for (let i = 0; i < batch; i++) {
    transpose(backend, address + i * bytes, target + i * bytes, columns, rows);
  }
  return { ...source, address: target, transposed: false };
}

/** For every matrix of the broadcast batch, its place in an operand with these outer dimensions. */
function batchPlaces(outer: readonly number[], broadcast: readonly number[]): number[] {
  let places = [0];
  const padded = [...broadcast.slice(outer.length).map(() => 1), ...outer];
  for (const [axis, extent] of broadcast.entries()) {
    const own = padded[axis];
    places = places.flatMap((place) =>
      Array.from({ length: extent }, (_, i) => place * own + (own === 1 ? 0 : i)),
    );
  }
  return places;
}

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

export const matMul: tf.KernelConfig = {
  kernelName: tf.BatchMatMul,
  backendName: 'wasm',
  kernelFunc({ inputs, backend: anyBackend, attrs }) {
    const backend = anyBackend as WasmBackend;
    const { a: aInfo, b: bInfo } = inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = attrs as unknown as MatMulAttrs;
    if (aInfo.dtype !== 'float32' || bInfo.dtype !== 'float32') {
      throw new Error(`matMul on the wasm back end takes float32, not ${aInfo.dtype} and ${bInfo.dtype}`);
    }
    const outerA = aInfo.shape.slice(0, -2);
    const outerB = bInfo.shape.slice(0, -2);
    const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
    // Moves both operands here before anything else is allocated.
    let a = operand(backend, aInfo, transposeA);
    let b = operand(backend, bInfo, transposeB);
    const [m, k, n] = [a.rows, a.columns, b.columns];
    if (b.rows !== k) {
      throw new Error(
        `matMul: inner sizes ${k} and ${b.rows} of shapes ${aInfo.shape} and ${bInfo.shape} differ`,
      );
    }
    const output = backend.makeOutput([...outer, m, n], 'float32');
    const out = addressOf(backend, output);
    withScratch(
      backend,
      [a.transposed ? a.batch * m * k : 0, b.transposed ? b.batch * k * n : 0],
      (scratchA, scratchB) => {
        if (a.transposed) a = transposedTo(backend, a, scratchA);
        if (b.transposed) b = transposedTo(backend, b, scratchB);
        if (b.batch === 1) {
          multiply(backend, a.address, b.address, out, a.batch * m, k, n);
          return;
        }
        const placesA = batchPlaces(outerA, outer);
        const placesB = batchPlaces(outerB, outer);
        for (let i = 0; i < placesA.length; i++) {
          multiply(
            backend,
            a.address + 4 * m * k * placesA[i],
            b.address + 4 * k * n * placesB[i],
            out + 4 * m * n * i,
            m,
            k,
            n,
          );
        }
      },
    );
    return output;
  },
};
