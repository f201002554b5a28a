// Seeded random numbers. A stream splits into independent streams by label, so that the parts of a program draw apart: one part
// drawing more numbers never changes what another one gets.

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { ArgumentError } from '../../renderer/errors.ts';

/** Where a stream stands: plain numbers, fit for JSON. */
export interface RandomState {
  /** What the stream splits by: 4 int32. */
  key: number[];
  /** What it draws from: 4 int32. */
  generator: number[];
}

/** A stream of pseudo-random numbers (xoroshiro128+). The same seed and labels give the same numbers on every machine. */
export class Random {
  readonly #key: readonly number[];
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  /** @param origin a seed, or the state from which to go on. */
  constructor(origin: number | string | RandomState) {
    const isSeed = typeof origin !== 'object';
    this.#key = isSeed ? absorb(emptyKey, String(origin)) : [...origin.key];
    this.#generator = xoroshiro128plusFromState(isSeed ? this.#key : origin.generator);
  }

  /** The stream called `label` of this one. It does not depend on how many numbers have been drawn here. */
  split(label: string | number): Random {
    const key = absorb(this.#key, String(label));
    return new Random({ key, generator: key });
  }

  /** A real number in [0, 1), a multiple of 2⁻⁵³. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** A real number of the standard normal distribution (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * An integer in [0, n).
   *
   * @throws ArgumentError unless n is an integer from 1 to 2⁵³ − 1.
   */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) throw new ArgumentError(`n is ${n}, expected a positive integer`);
    return uniformInt(this.#generator, 0, n - 1);
  }

  /** Shuffles an array in place, every order as likely as any other (Fisher and Yates), and returns it. */
  shuffle<Items extends { readonly length: number; [index: number]: unknown }>(items: Items): Items {
    for (let i = items.length - 1; i > 0; i--) {
      const k = this.integer(i + 1);
      [items[i], items[k]] = [items[k], items[i]];
    }
    return items;
  }

  state(): RandomState {
    return { key: [...this.#key], generator: [...this.#generator.getState()] };
  }

  /** A stream that goes on from `state()`. */
  static fromState(state: RandomState): Random {
    return new Random(state);
  }
}

// Keys: 128 bits in four lanes. Every unit of text is multiplied into all lanes, then the lanes are mixed with one another, so
// that labels which differ in one character give unrelated streams.

const emptyKey = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a];
const multipliers = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

function absorb(key: readonly number[], text: string): number[] {
  let lanes = [...key];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i) + 1;
    lanes = lanes.map((lane, k) => Math.imul(rotate(lane ^ unit, 13), multipliers[k]));
  }
  for (let round = 0; round < 4; round++) {
    lanes = lanes.map((lane, k) => finish(lane + lanes[(k + 1) % 4] + text.length));
  }
  return lanes;
}

const rotate = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/** The bit mixer of MurmurHash3 (Appleby, 2011): a change of one input bit flips each output bit with probability one half. */
function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
