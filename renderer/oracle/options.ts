// What the oracle's functions are told besides scene and picture, and its check.

import { ArgumentError } from '../errors.ts';
import type { AttributeRows } from '../kernels/scene.ts';

export interface OracleOptions {
  /** Colours, or any other rows of numbers at the corners of faces. Without them there is a silhouette only. */
  attributes?: AttributeRows;
  /** Value of the picture where nothing is visible, one number a channel. Default: 0. */
  background?: readonly number[];
  /**
   * Gauss points along a side, and in both directions of a triangle, of each piece of what is visible: 2 or more. Two are exact for
   * silhouettes, for divided positions and for `perspectiveCorrect: false`. Otherwise the error falls like δ²ᵒʳᵈᵉʳ, δ being the
   * relative change of w within a pixel. Default: 4.
   */
  order?: number;
}

const defaultOrder = 4;
const largestOrder = 64;

export function checkedOrder({ order = defaultOrder }: OracleOptions): number {
  if (!Number.isInteger(order) || order < 2 || order > largestOrder) {
    throw new ArgumentError(`order must be a whole number from 2 to ${largestOrder}, but is ${order}`);
  }
  return order;
}

/** One number a channel. */
export function checkedBackground({ attributes, background }: OracleOptions): readonly number[] {
  const channels = attributes?.channels ?? 0;
  if (background && background.length !== channels) {
    throw new ArgumentError(
      `background must have one number for each of ${channels} channels, but has ${background.length}`,
    );
  }
  return background ?? new Array<number>(channels).fill(0);
}
