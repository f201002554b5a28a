// tf.matMul on the wasm back end. The stock kernel is fast only for a single pair of untransposed matrices. Batches that share the
// right operand become one tall product, other batches a loop of products.

import * as tf from '@tensorflow/tfjs';
import { simd } from '../../kernels/simd/module.ts';
import { multiply, takeProductWork } from './gemm.ts';
import { addressOf, filled, sizeOf, type WasmBackend } from './memory.ts';

/** One operand: a stack of matrices, with their sizes as they are multiplied. */
interface Operand {
  address: number;
  batch: number;
  rows: number;
  columns: number;
}

function operand(backend: WasmBackend, info: tf.TensorInfo, transposed: boolean): Operand {
  const [rows, columns] = info.shape.slice(-2);
  return {
    address: addressOf(backend, info),
    batch: sizeOf(info.shape.slice(0, -2)),
    rows: transposed ? columns : rows,
    columns: transposed ? rows : columns,
  };
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

type KernelCall = Parameters<tf.KernelFunc>[0];

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

export const matMul: tf.KernelConfig = {
  kernelName: tf.BatchMatMul,
  backendName: 'wasm',
  kernelFunc: (call) => matMulWith(call, {}),
};

/** The product of inputs a and b, plus a bias [n], rectified. */
export function matMulWith(
  { inputs, backend: anyBackend, attrs }: KernelCall,
  { bias, rectify }: { bias?: tf.TensorInfo; rectify?: boolean },
): tf.TensorInfo {
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
  const a = operand(backend, aInfo, transposeA);
  const b = operand(backend, bInfo, transposeB);
  const [m, k, n] = [a.rows, a.columns, b.columns];
  if (b.rows !== k) {
    throw new Error(
      `matMul: inner sizes ${k} and ${b.rows} of shapes ${aInfo.shape} and ${bInfo.shape} differ`,
    );
  }
  if (bias && bias.shape[0] !== n)
    throw new Error(`matMul: the bias has shape [${bias.shape}], expected [${n}]`);
  const biasAddress = bias && addressOf(backend, bias);
  const shared = { n, k, transposeA, transposeB, bias: biasAddress, rectify };
  const { scratch } = simd()!;
  return filled(backend, [...outer, m, n], (out) =>
    scratch.run(() => {
      const work = takeProductWork();
      if (b.batch === 1 && !transposeA) {
        multiply({ ...shared, m: a.batch * m, a: a.address, b: b.address, c: out }, work);
        return;
      }
      const placesA = batchPlaces(outerA, outer);
      const placesB = batchPlaces(outerB, outer);
      for (let i = 0; i < placesA.length; i++) {
        const product = {
          ...shared,
          m,
          a: a.address + 4 * m * k * placesA[i],
          b: b.address + 4 * k * n * placesB[i],
          c: out + 4 * m * n * i,
        };
        multiply(product, work);
      }
    }),
  );
}
