// Compares a kernel's backward loop with central finite differences of its forward loop, both in double precision.

import type { HostKernel } from '../renderer/backend/index.ts';

/** Numbers in [−1, 1) from a seed: a small linear congruential generator, independent of the library's own random numbers. */
export function testNumbers(length: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/**
 * The largest difference between dL/d(input) from `backward` and from finite differences over all elements of all inputs, relative
 * to the largest derivative, for L = Σ upstream · output with a random upstream gradient.
 */
export function kernelGradientError(
  kernel: HostKernel,
  inputs: Float64Array[],
  outputLength: number,
  step = 1e-6,
): number {
  const upstream = testNumbers(outputLength, 7);
  const loss = () => {
    const output = new Float64Array(outputLength);
    kernel.forward(inputs, output);
    return output.reduce((sum, value, i) => sum + value * upstream[i], 0);
  };
  const state = kernel.forward(inputs, new Float64Array(outputLength));
  const gradients = inputs.map((input) => new Float64Array(input.length));
  kernel.backward(upstream, inputs, gradients, state);

  let largest = 0;
  let worst = 0;
  for (const [k, input] of inputs.entries()) {
    for (let i = 0; i < input.length; i++) {
      const value = input[i];
      input[i] = value + step;
      const above = loss();
      input[i] = value - step;
      const below = loss();
      input[i] = value;
      const difference = (above - below) / (2 * step);
      largest = Math.max(largest, Math.abs(difference));
      worst = Math.max(worst, Math.abs(difference - gradients[k][i]));
    }
  }
  return worst / largest;
}
