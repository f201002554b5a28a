// Checks of tensor shapes that losses share: a wrong shape is named before a loop reads past an array's end.

import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../../renderer/errors.ts';

/** @throws ArgumentError unless `tensor` has the extents of `expected`; a letter stands for any extent. */
export function expectShape(name: string, tensor: tf.Tensor, expected: readonly (number | string)[]): void {
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((extent, i) => typeof extent === 'string' || extent === shape[i]);
  if (!fits) {
    throw new ArgumentError(`${name} has shape [${shape.join(', ')}], expected [${expected.join(', ')}]`);
  }
}
