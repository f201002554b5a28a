// Runs the same computation on the wasm and on the cpu back end and compares the numbers.

import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { type BackendName, useBackend } from '../../../../renderer/backend/select.ts';

/** Frees memory that is full of numbers, so that a kernel which expects cleared memory is found out. */
function leaveDirtyMemory(): void {
  tf.dispose(
    [1, 10, 100, 1000, 10_000].flatMap((size) => Array.from({ length: 8 }, () => tf.fill([size], 1e6))),
  );
}

async function valuesOn(backend: BackendName, compute: () => tf.Tensor[]) {
  await useBackend(backend);
  leaveDirtyMemory();
  const tensors = tf.tidy(compute);
  const values = tensors.map((tensor) => ({ shape: tensor.shape, data: Array.from(tensor.dataSync()) }));
  tf.dispose(tensors);
  return values;
}

/** Expects both back ends to agree within `tolerance` of the largest element of each result. Leaves wasm selected. */
export async function expectSameAsCpu(compute: () => tf.Tensor[], tolerance = 1e-5): Promise<void> {
  const expected = await valuesOn('cpu', compute);
  const actual = await valuesOn('wasm', compute);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, { data, shape }] of expected.entries()) {
    const scale = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const error = data.reduce((worst, value, k) => Math.max(worst, Math.abs(value - actual[i].data[k])), 0);
    expect(error, `result ${i}, shape [${shape}]`).toBeLessThanOrEqual(tolerance * scale);
  }
}

/** A tensor of reproducible, irregular numbers in [-1, 1]. */
export const numbers = (shape: number[], seed = 1) => tf.randomUniform(shape, -1, 1, 'float32', seed);
