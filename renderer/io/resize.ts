// Pictures at another size.

import ndarray, { type NdArray } from 'ndarray';
import { linearToSrgb, srgbToLinear } from './colorSpace.ts';

/**
 * Resamples an RGBA picture, in linear light and weighted with coverage, so that edges neither darken nor bleed. Along an axis that
 * shrinks, every pixel becomes the mean of what it covers in the old picture; along one that grows, it lies on the straight line between
 * the centres of two old pixels.
 *
 * @param image [H, W, 4] in 0..1, sRGB and straight alpha
 * @returns [height, width, 4], likewise
 */
export function resizeImage(
  image: NdArray<Float32Array>,
  height: number,
  width: number,
): NdArray<Float32Array> {
  const [oldHeight, oldWidth] = image.shape;
  const rows = footprints(oldHeight, height);
  const columns = footprints(oldWidth, width);
  const result = ndarray(new Float32Array(height * width * 4), [height, width, 4]);
  for (const [row, vertical] of rows.entries()) {
    for (const [column, horizontal] of columns.entries()) {
      const sum = [0, 0, 0, 0];
      for (const { index: y, weight: wy } of vertical) {
        for (const { index: x, weight: wx } of horizontal) {
          const alpha = wy * wx * image.get(y, x, 3);
          for (let c = 0; c < 3; c++) sum[c] += alpha * srgbToLinear(image.get(y, x, c));
          sum[3] += alpha;
        }
      }
      const coverage = sum[3];
      for (let c = 0; c < 3; c++) {
        result.set(row, column, c, coverage > 0 ? linearToSrgb(sum[c] / coverage) : 0);
      }
      result.set(row, column, 3, Math.min(coverage, 1));
    }
  }
  return result;
}

interface Share {
  /** An old pixel, and its weight. */
  index: number;
  weight: number;
}

/** Of each of `to` pixels along one axis: the old pixels that it is made of. */
function footprints(from: number, to: number): Share[][] {
  const footprint = to > from ? between : covered;
  return Array.from({ length: to }, (_, i) =>
    footprint(i, from, from / to).filter(({ weight }) => weight > 0),
  );
}

/** The old pixels that pixel i covers, by how much of it each makes up. */
function covered(i: number, from: number, scale: number): Share[] {
  const [start, end] = [i * scale, (i + 1) * scale];
  const first = Math.floor(start);
  const last = Math.min(Math.ceil(end), from);
  return Array.from({ length: last - first }, (_, k) => {
    const index = first + k;
    return { index, weight: (Math.min(end, index + 1) - Math.max(start, index)) / scale };
  });
}

/** The old pixels between whose centres that of pixel i lies; beyond the outermost centres, the outermost pixel. */
function between(i: number, from: number, scale: number): Share[] {
  const position = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), from - 1);
  const index = Math.floor(position);
  const weight = position - index;
  return [
    { index, weight: 1 - weight },
    { index: index + 1, weight },
  ];
}
