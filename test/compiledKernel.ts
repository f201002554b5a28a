// Compares a kernel in the wasm back end's memory, where its compiled form does the work, with its plain loops in double precision.

import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { type HostKernel, hostFunction } from '../renderer/backend/index.ts';
import { countCompiledCalls } from './compiledCalls.ts';
import { testNumbers } from './gradient.ts';

/** Value and gradients agree to `tolerance`, relative to the largest number. The back end must be wasm. */
export function expectSameCompiled(
  kernel: HostKernel,
  inputs: readonly Float64Array[],
  outputLength: number,
  tolerance = 1e-5,
): void {
  expect(tf.getBackend()).toBe('wasm');
  const rounded = inputs.map((input) => Float64Array.from(new Float32Array(input)));
  const upstream = Float64Array.from(new Float32Array(testNumbers(outputLength, 11)));
  const output = new Float64Array(outputLength);
  const state = kernel.forward(rounded, output);
  const gradients = rounded.map((input) => new Float64Array(input.length));
  kernel.backward(upstream, rounded, gradients, state);

  let results: ArrayLike<number>[] = [];
  const calls = countCompiledCalls(() => {
    results = tf.tidy(() => {
      const tensors = rounded.map((input) => tf.tensor1d(new Float32Array(input)));
      const apply = (...given: tf.Tensor[]) =>
        hostFunction({ inputs: given, shape: [outputLength], ...kernel });
      const { value, grads } = tf.valueAndGrads(apply)(tensors, tf.tensor1d(new Float32Array(upstream)));
      return [value, ...grads].map((tensor) => tensor.dataSync());
    });
  });
  expect(calls).toBeGreaterThan(1);
  const [value, ...compiled] = results;
  expectClose(value, output, tolerance, 'value');
  for (const [i, gradient] of gradients.entries())
    expectClose(compiled[i], gradient, tolerance, `input ${i}`);
}

function expectClose(
  actual: ArrayLike<number>,
  expected: Float64Array,
  tolerance: number,
  what: string,
): void {
  const largest = expected.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const worst = expected.reduce((most, number, i) => Math.max(most, Math.abs(number - actual[i])), 0);
  expect(worst, what).toBeLessThanOrEqual(tolerance * Math.max(largest, 1e-30));
}
