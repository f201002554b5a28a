// Numbers at the corners of faces, as callers give them and as kernels take them.

import type * as tf from '@tensorflow/tfjs';
import type { AttributeRows, RealArray } from '../kernels/index.ts';
import type { Geometry } from './geometry.ts';

/** Attributes at the corners of faces. */
export interface CornerAttributes {
  /** [A, R, C] for a batch of K·A: K items after another share their rows. With `rowStarts`, [R, C] for all items. */
  values: tf.Tensor<tf.Rank.R2 | tf.Rank.R3>;
  /** Three rows a face, aligned with the faces of the batch, each counted from the first row of the item. */
  indices: Int32Array;
  /** The first row of each item. */
  rowStarts?: readonly number[];
}

/** The first row of each item. */
export function rowStartsOf({ items }: Geometry, { values, rowStarts }: CornerAttributes): readonly number[] {
  if (rowStarts) return rowStarts;
  const [batch, rows] = values.shape;
  return items.map((_, b) => Math.floor((b * batch) / items.length) * rows);
}

/** Attributes as kernels take them, given their elements. */
export function attributeRows(
  geometry: Geometry,
  attributes: CornerAttributes,
): (values: RealArray) => AttributeRows {
  const channels = attributes.values.shape.at(-1)!;
  const rowStarts = rowStartsOf(geometry, attributes);
  return (values) => ({ values, channels, indices: attributes.indices, rowStarts });
}
