// Mipmaps: a picture at half its size, and half that, down to one texel, each texel the mean of the area that it covers (a box filter,
// exact also where a side is odd; L. Williams, "Pyramidal parametrics", SIGGRAPH 1983). All levels lie in one array, the finest first.

import type { RealArray } from './scene.ts';

export interface Level {
  /** Index of its first number. */
  start: number;
  width: number;
  height: number;
}

/** The levels of a picture: its own size, then half of each side, rounded down, until one texel is left. */
export function levelsOf(width: number, height: number, channels: number, mipmaps: boolean): Level[] {
  const levels: Level[] = [];
  let start = 0;
  for (let [w, h] = [width, height]; ; [w, h] = [Math.max(1, w >> 1), Math.max(1, h >> 1)]) {
    levels.push({ start, width: w, height: h });
    start += w * h * channels;
    if (!mipmaps || (w === 1 && h === 1)) return levels;
  }
}

/** How many numbers all levels have. */
export function pyramidSize(levels: readonly Level[], channels: number): number {
  const { start, width, height } = levels[levels.length - 1];
  return start + width * height * channels;
}

/** Fills all levels after the first, which arrive zeroed, from the one before. */
export function buildPyramid(pyramid: RealArray, levels: readonly Level[], channels: number): void {
  for (let l = 1; l < levels.length; l++) share(pyramid, levels[l - 1], levels[l], channels, 'build');
}

/** Adds the gradients of coarser levels to those of finer ones, down to the first: the transpose. */
export function foldPyramid(gradient: RealArray, levels: readonly Level[], channels: number): void {
  for (let l = levels.length - 1; l > 0; l--) share(gradient, levels[l - 1], levels[l], channels, 'fold');
}

/**
 * Shares of texels 2j, 2j + 1 and 2j + 2 in texel j, [3·m] for a side of n texels made into m = ⌊n/2⌋. Texel j covers n/m old ones, from
 * j·n/m on: two halves where n is even; where it is odd, (m − j)/n, m/n and (j + 1)/n.
 */
function sharesAlong(n: number): Float64Array {
  if (n === 1) return Float64Array.of(1, 0, 0);
  const m = n >> 1;
  const shares = new Float64Array(3 * m);
  for (let j = 0; j < m; j++) {
    shares[3 * j] = (n % 2 === 1 ? m - j : m) / n;
    shares[3 * j + 1] = m / n;
    shares[3 * j + 2] = n % 2 === 1 ? (j + 1) / n : 0;
  }
  return shares;
}

/** Adds to each coarse texel its shares of fine ones, or to those the same shares of it: one axis, then the other. */
function share(values: RealArray, fine: Level, coarse: Level, channels: number, way: 'build' | 'fold'): void {
  const stride = fine.width * channels;
  const across = sharesAlong(fine.width);
  const down = sharesAlong(fine.height);
  /** A coarse row before it is narrowed. */
  const line = new Float64Array(stride);
  for (let row = 0; row < coarse.height; row++) {
    const at = coarse.start + row * coarse.width * channels;
    line.fill(0);
    if (way === 'fold') widen(values, at, channels, across, line);
    for (let k = 0; k < 3; k++) {
      const weight = down[3 * row + k];
      if (weight === 0) continue;
      const from = fine.start + (2 * row + k) * stride;
      if (way === 'build') for (let i = 0; i < stride; i++) line[i] += weight * values[from + i];
      else for (let i = 0; i < stride; i++) values[from + i] += weight * line[i];
    }
    if (way === 'build') narrow(line, channels, across, values, at);
  }
}

/** Adds a fine line, narrowed, to the coarse row from `at` on. */
function narrow(
  line: Float64Array,
  channels: number,
  across: Float64Array,
  values: RealArray,
  at: number,
): void {
  for (let j = 0, from = 0, to = at; j < across.length; j += 3, from += 2 * channels) {
    for (let k = from; k < from + channels; k++, to++) {
      let sum = across[j] * line[k];
      if (across[j + 1] > 0) sum += across[j + 1] * line[k + channels];
      if (across[j + 2] > 0) sum += across[j + 2] * line[k + 2 * channels];
      values[to] += sum;
    }
  }
}

/** Its transpose. */
function widen(
  values: RealArray,
  at: number,
  channels: number,
  across: Float64Array,
  line: Float64Array,
): void {
  for (let j = 0, to = 0, from = at; j < across.length; j += 3, to += 2 * channels) {
    for (let k = to; k < to + channels; k++, from++) {
      const value = values[from];
      line[k] += across[j] * value;
      if (across[j + 1] > 0) line[k + channels] += across[j + 1] * value;
      if (across[j + 2] > 0) line[k + 2 * channels] += across[j + 2] * value;
    }
  }
}
