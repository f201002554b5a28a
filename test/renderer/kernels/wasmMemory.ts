// Runs kernels on arrays in the memory of the wasm back end, which is the only place where the compiled ones work.

import * as tf from '@tensorflow/tfjs';
import { hostOp } from '../../../renderer/backend/hostOp.ts';

/** Calls `kernel` on float32 copies of `inputs` and on zeroed outputs of the given lengths, and returns those. */
export function inWasmMemory(
  inputs: readonly Float64Array[],
  lengths: readonly number[],
  kernel: (inputs: Float32Array[], outputs: Float32Array[]) => void,
): Float64Array[] {
  const tensors = inputs.map((input) => tf.tensor1d(Float32Array.from(input)));
  const outputs = lengths.map((length) => ({ shape: [length], dtype: 'float32' as const }));
  const results = hostOp(tensors, outputs, (from, to) =>
    kernel(from as Float32Array[], to as Float32Array[]),
  );
  const arrays = results.map((result) => Float64Array.from(result.dataSync()));
  tf.dispose([tensors, results]);
  return arrays;
}
