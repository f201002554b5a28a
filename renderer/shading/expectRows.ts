// The check that all functions of rows of fragments share.

import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';

/** @throws ArgumentError unless it has a row of so many numbers for each fragment. */
export function expectRows(name: string, { shape }: tf.Tensor, count: number, width: number): void {
  if (shape.length === 2 && shape[0] === count && shape[1] === width) return;
  throw new ArgumentError(`${name} must have shape [${count}, ${width}], but has [${shape}]`);
}
