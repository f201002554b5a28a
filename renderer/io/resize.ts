// Pictures at another size.

import ndarray, { type NdArray } from 'ndarray';
import { linearToSrgb, srgbToLinear } from './colorSpace.ts';

/**
 * Resamples an RGBA picture: every pixel becomes the mean of the area that it covers in the old one, taken in linear light and
 * weighted with coverage, so that edges neither darken nor bleed.
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

/** Of each of `to` pixels along one axis: the old pixels that it covers, and which share of it each makes up. */
function footprints(from: number, to: number): { index: number; weight: number }[][] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    const first = Math.floor(start);
    const last = Math.min(Math.ceil(end), from);
    return Array.from({ length: last - first }, (_, k) => {
      const index = first + k;
      return { index, weight: (Math.min(end, index + 1) - Math.max(start, index)) / scale };
    }).filter(({ weight }) => weight > 0);
  });
}
