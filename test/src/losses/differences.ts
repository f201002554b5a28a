// Compares the gradient that a loss adds up beside its value with central finite differences, both in double precision.

import { kernelGradientError, testNumbers } from '../../gradient.ts';

/** [count·3] points in [−1, 1). */
export const testPoints = (count: number, seed: number) => testNumbers(3 * count, seed);

/** The largest error over all elements of all inputs, relative to the largest derivative. */
export function lossGradientError(
  loss: (inputs: Float64Array[], gradients: Float64Array[]) => number,
  inputs: Float64Array[],
): number {
  const kernel = {
    forward(values: Float64Array[], output: Float64Array) {
      const gradients = values.map((value) => new Float64Array(value.length));
      output[0] = loss(values, gradients);
      return gradients;
    },
    backward([scale]: Float64Array, _: Float64Array[], outputs: Float64Array[], gradients: Float64Array[]) {
      for (const [i, gradient] of gradients.entries()) outputs[i].set(gradient.map((slope) => scale * slope));
    },
  };
  return kernelGradientError(kernel, inputs, 1);
}
