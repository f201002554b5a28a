// Gradients of attribute rows, summed in double precision. Items of a batch may share rows: each then sums for itself, and the sums are
// added in the order of the items, so that it does not matter in which order, or by which threads, items are done.

import type { AttributeRows, RealArray } from '../scene.ts';
import type { Scratch } from './module.ts';
import type { Call, Task } from './threads.ts';

/** More working memory than this is not spent on items that share rows: one thread does all of them then. */
const mostBytes = 2 ** 26;

export class RowGradients {
  /** Of item b, where the doubles of its first row are. */
  readonly addresses: readonly number[];
  readonly #sums: Float64Array[];
  readonly #isSerial: boolean;

  /** @throws ScratchTooSmall */
  constructor(scratch: Scratch, { channels, rowStarts }: AttributeRows, length: number) {
    const places = occurrences(rowStarts);
    const wanted = 1 + Math.max(0, ...places);
    this.#isSerial = 8 * length * wanted > mostBytes && wanted > 1;
    const count = this.#isSerial ? 1 : wanted;
    const first = scratch.take(8 * length * count);
    this.#sums = Array.from({ length: count }, (_, i) =>
      scratch.floats64(first + 8 * length * i, length).fill(0),
    );
    this.addresses = rowStarts.map(
      (row, b) => first + 8 * (channels * row + (this.#isSerial ? 0 : length * places[b])),
    );
  }

  /** The tasks of a job, given those of each item. */
  tasks(items: readonly (readonly Call[])[]): Task[] {
    return this.#isSerial ? [items.flat()] : [...items];
  }

  /** The sums, once the job is done. */
  total(): Float64Array {
    const [total, ...others] = this.#sums;
    for (const other of others) for (let i = 0; i < total.length; i++) total[i] += other[i];
    return total;
  }

  /** Adds the sums to an array, once the job is done. */
  addTo(gradient: RealArray): void {
    const total = this.total();
    for (let i = 0; i < total.length; i++) gradient[i] += total[i];
  }
}

/** Of each number, how often it has been there before. */
function occurrences(numbers: readonly number[]): number[] {
  const seen = new Map<number, number>();
  return numbers.map((number) => {
    const count = seen.get(number) ?? 0;
    seen.set(number, count + 1);
    return count;
  });
}
