// How far two pictures of one mesh are apart, inside of its faces.

import ndarray, { type NdArray } from 'ndarray';
import type { ByteImage } from '../../renderer/index.ts';

export interface Difference {
  /** Mean over inner pixels and channels of |a − b|, 0 to 1, of what files hold (sRGB). */
  mean: number;
  /** Of inner pixels, those that differ by more than a tenth in some channel. */
  outliers: number;
  /** Pixels whose neighbours all show the same face; part of the covered ones. */
  inner: number;
  innerShare: number;
  /** Covered in one picture alone, as part of those covered in either. */
  coverage: number;
  /** [H, W, 4]: eight times the difference, 0 to 1, opaque where one of the pictures is covered. */
  picture: NdArray<Float32Array>;
}

const OUTLIER = 0.1;
const GAIN = 8;

/** @param faceIndex [H·W] of the first picture; −1 on the background */
export function differenceOf(ours: ByteImage, theirs: ByteImage, faceIndex: ArrayLike<number>): Difference {
  const [height, width] = ours.shape;
  const picture = ndarray(new Float32Array(height * width * 4), [height, width, 4]);
  let sum = 0;
  let inner = 0;
  let outliers = 0;
  let covered = 0;
  let either = 0;
  let one = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const shows = [faceIndex[row * width + column] >= 0, theirs.get(row, column, 3) > 127];
      if (shows[0]) covered++;
      if (shows[0] || shows[1]) either++;
      if (shows[0] !== shows[1]) one++;
      const apart = [0, 1, 2].map(
        (c) => Math.abs(ours.get(row, column, c) - theirs.get(row, column, c)) / 255,
      );
      if (shows[0] || shows[1]) {
        for (const c of [0, 1, 2]) picture.set(row, column, c, Math.min(1, GAIN * apart[c]));
        picture.set(row, column, 3, 1);
      }
      if (!isInner(faceIndex, row, column, height, width)) continue;
      inner++;
      sum += apart[0] + apart[1] + apart[2];
      if (Math.max(...apart) > OUTLIER) outliers++;
    }
  }
  return {
    mean: sum / (3 * inner),
    outliers: outliers / inner,
    inner,
    innerShare: inner / covered,
    coverage: one / either,
    picture,
  };
}

function isInner(
  faceIndex: ArrayLike<number>,
  row: number,
  column: number,
  height: number,
  width: number,
): boolean {
  const face = faceIndex[row * width + column];
  if (face < 0 || row === 0 || column === 0 || row === height - 1 || column === width - 1) return false;
  for (let r = row - 1; r <= row + 1; r++) {
    for (let c = column - 1; c <= column + 1; c++) if (faceIndex[r * width + c] !== face) return false;
  }
  return true;
}
