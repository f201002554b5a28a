// Lists that compiled kernels make, one an item of the batch, of a length that shows only once they are there.

import type { Scratch } from './module.ts';

/** The lists of all items, one after the other. */
export interface JoinedLists {
  bytes: Uint8Array<ArrayBuffer>;
  /** Entries of item b are itemStarts[b] up to itemStarts[b + 1]. */
  itemStarts: number[];
}

/** A copy of lists that lie at `address`, with room for `capacity` entries of `size` bytes each, of which `counts` are in use. */
export function joined(
  scratch: Scratch,
  address: number,
  size: number,
  capacity: number,
  counts: readonly number[],
): JoinedLists {
  const itemStarts = [0];
  for (const count of counts) itemStarts.push(itemStarts.at(-1)! + count);
  const bytes = new Uint8Array(size * itemStarts.at(-1)!);
  for (const [b, count] of counts.entries()) {
    bytes.set(scratch.bytes(address + size * capacity * b, size * count), size * itemStarts[b]);
  }
  return { bytes, itemStarts };
}
