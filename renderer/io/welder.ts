// Gives equal rows of numbers the same index: what formats that repeat every corner (STL) or split vertices (glTF) need so that faces
// share vertices again.

import { Doubles } from './growing.ts';

export class Welder {
  readonly #width: number;
  /** The distinct rows, one after the other. */
  readonly #rows = new Doubles();
  /** Open addressing: index of a row + 1, 0 = free. At most half full. */
  #table = new Int32Array(2048);

  constructor(width: number) {
    this.#width = width;
  }

  /** Distinct rows so far. */
  get count(): number {
    return this.#rows.length / this.#width;
  }

  /** Index of the row that `values` hold from `from` on; a new one where there was none. −0 equals 0. */
  add(values: ArrayLike<number>, from = 0): number {
    if (2 * this.count >= this.#table.length) this.#grow();
    const slot = this.#slotOf(values, from);
    if (this.#table[slot] > 0) return this.#table[slot] - 1;
    for (let k = 0; k < this.#width; k++) this.#rows.push(values[from + k] + 0);
    this.#table[slot] = this.count;
    return this.count - 1;
  }

  /** [count·width] */
  finish(): Float64Array {
    return this.#rows.finish();
  }

  /** That of the row, or the free one where it belongs. */
  #slotOf(values: ArrayLike<number>, from: number): number {
    const mask = this.#table.length - 1;
    let slot = hashOf(values, from, this.#width) & mask;
    while (this.#table[slot] > 0 && !this.#isRow(this.#table[slot] - 1, values, from))
      slot = (slot + 1) & mask;
    return slot;
  }

  #isRow(index: number, values: ArrayLike<number>, from: number): boolean {
    for (let k = 0; k < this.#width; k++) {
      if (this.#rows.get(this.#width * index + k) !== values[from + k]) return false;
    }
    return true;
  }

  #grow(): void {
    const { count } = this;
    const rows = this.#rows.finish();
    this.#table = new Int32Array(2 * this.#table.length);
    for (let index = 0; index < count; index++) {
      this.#table[this.#slotOf(rows, this.#width * index)] = index + 1;
    }
  }
}

const double = new Float64Array(1);
const bits = new Int32Array(double.buffer);

/** FNV-1a over words of 32 bits, with a last mix so that the low bits depend on all. */
function hashOf(values: ArrayLike<number>, from: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < width; k++) {
    double[0] = values[from + k] + 0;
    hash = Math.imul(hash ^ bits[0], 0x01000193);
    hash = Math.imul(hash ^ bits[1], 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
