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

/** Fills all levels after the first from the one before. */
export function buildPyramid(pyramid: RealArray, levels: readonly Level[], channels: number): void {
  for (let l = 1; l < levels.length; l++) {
    eachShare(levels[l - 1], levels[l], channels, (fine, coarse, share) => {
      for (let c = 0; c < channels; c++) pyramid[coarse + c] += share * pyramid[fine + c];
    });
  }
}

/** Adds the gradients of coarser levels to those of finer ones, down to the first. */
export function foldPyramid(gradient: RealArray, levels: readonly Level[], channels: number): void {
  for (let l = levels.length - 1; l > 0; l--) {
    eachShare(levels[l - 1], levels[l], channels, (fine, coarse, share) => {
      for (let c = 0; c < channels; c++) gradient[fine + c] += share * gradient[coarse + c];
    });
  }
}

/** Calls `visit` for each fine texel that a coarse one covers, wholly or in part, with its share of the mean. */
function eachShare(
  fine: Level,
  coarse: Level,
  channels: number,
  visit: (fine: number, coarse: number, share: number) => void,
): void {
  const rows = sharesAlong(fine.height, coarse.height);
  const columns = sharesAlong(fine.width, coarse.width);
  for (const { from: row, to: coarseRow, share: rowShare } of rows) {
    for (let k = 0; k < columns.length; k++) {
      const { from, to, share } = columns[k];
      visit(
        fine.start + (row * fine.width + from) * channels,
        coarse.start + (coarseRow * coarse.width + to) * channels,
        rowShare * share,
      );
    }
  }
}

interface Share {
  from: number;
  to: number;
  share: number;
}

/** Along one side: which old texels lie in which new ones, and how much of those they are. */
function sharesAlong(from: number, to: number): Share[] {
  const scale = from / to;
  const shares: Share[] = [];
  for (let i = 0; i < to; i++) {
    for (let k = Math.floor(i * scale); k < (i + 1) * scale; k++) {
      const overlap = Math.min(k + 1, (i + 1) * scale) - Math.max(k, i * scale);
      if (overlap > 1e-9) shares.push({ from: k, to: i, share: overlap / scale });
    }
  }
  return shares;
}
