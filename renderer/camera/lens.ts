// What a camera's glass does to camera space: a scale and an offset along each axis of the image plane, and whether what is far
// looks small.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';

/**
 * X = scaleX · x + offsetX · w and Y = scaleY · y + offsetY · w, with w = −z in perspective and 1 without it. So the offset is where
 * the optical axis meets the image plane: the principal point.
 */
export type LensRow = readonly [scaleX: number, scaleY: number, offsetX: number, offsetY: number];

export interface Lens {
  perspective: boolean;
  /** One row for all views, or one for each: numbers, or a function that makes a tensor [count, 4] of them afresh. */
  rows: readonly LensRow[] | (() => tf.Tensor2D);
  count: number;
}

/** A number, or a tensor with one number for all views, [], or one for each, [N], through which gradients pass. */
export type LensValue = number | tf.Scalar | tf.Tensor1D;

/**
 * A lens by its parameters: computed now from numbers; from tensors whenever it is used, so that it follows variables and passes gradients.
 *
 * @throws ArgumentError where a tensor has another rank, or lengths disagree.
 */
export function lensOf<Name extends string>(
  perspective: boolean,
  values: Record<Name, LensValue>,
  numbers: (values: Record<Name, number>) => LensRow,
  tensors: (values: Record<Name, tf.Tensor>) => readonly (tf.Tensor | number)[],
): Lens {
  const given = Object.entries(values) as [Name, LensValue][];
  if (given.every(([, value]) => typeof value === 'number')) {
    return { perspective, rows: [numbers(values as Record<Name, number>)], count: 1 };
  }
  let count = 1;
  for (const [name, value] of given) {
    if (typeof value === 'number') continue;
    const { rank, size, shape } = value;
    if (rank > 1 || size === 0) {
      throw new ArgumentError(
        `${name} must be a number, a scalar or a tensor [views], but has shape [${shape}]`,
      );
    }
    if (size > 1 && count > 1 && size !== count) {
      throw new ArgumentError(`${name} has ${size} entries, but another parameter of the lens has ${count}`);
    }
    count = Math.max(count, size);
  }
  const rows = () =>
    tf.tidy(() => {
      const column = (value: LensValue | tf.Tensor) => tf.zeros([count]).add(value);
      const columns = given.map(([name, value]) => [name, column(value)]);
      return tf.stack(tensors(Object.fromEntries(columns)).map(column), 1) as tf.Tensor2D;
    });
  return { perspective, rows, count };
}
