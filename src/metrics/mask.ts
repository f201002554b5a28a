// Silhouettes as bits, for comparing one with thousands.

import { ArgumentError } from '../../renderer/errors.ts';

/** Which pixels are covered, a bit each, and how many of them. */
export interface Mask {
  words: Uint32Array;
  pixels: number;
  area: number;
}

/** @param coverage in 0 … 1, a number a pixel; covered from one half on */
export function maskOf(coverage: ArrayLike<number>): Mask {
  const words = new Uint32Array(Math.ceil(coverage.length / 32));
  let area = 0;
  for (let p = 0; p < coverage.length; p++) {
    if (!(coverage[p] >= 0.5)) continue;
    words[p >> 5] |= 1 << (p & 31);
    area++;
  }
  return { words, pixels: coverage.length, area };
}

/** Pixels covered in both over pixels covered in either, in 0 … 1; 1 where both are empty. @throws ArgumentError where sizes differ */
export function maskIou(a: Mask, b: Mask): number {
  if (a.pixels !== b.pixels) throw new ArgumentError(`a has ${a.pixels} pixels, but b has ${b.pixels}`);
  let intersection = 0;
  for (let i = 0; i < a.words.length; i++) intersection += bitCount(a.words[i] & b.words[i]);
  const union = a.area + b.area - intersection;
  return union > 0 ? intersection / union : 1;
}

/** Bits that are set, summed within pairs, fours and bytes at a time (H. S. Warren, Hacker's Delight, section 5-1). */
function bitCount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
