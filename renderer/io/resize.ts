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
  // One axis after the other: a weight is the product of one along each.
  const rows = resampled(premultiplied(image), 4 * oldWidth, footprints(oldHeight, height));
  const pixels = resampled(rows, 4, footprints(oldWidth, width));
  for (let i = 0; i < pixels.length; i += 4) {
    const coverage = pixels[i + 3];
    for (let c = i; c < i + 3; c++) pixels[c] = coverage > 0 ? srgbOf(pixels[c] / coverage) : 0;
    pixels[i + 3] = Math.min(coverage, 1);
  }
  return ndarray(pixels, [height, width, 4]);
}

/** [H * W * 4]: linear colours times alpha, and alpha. */
function premultiplied({ data, shape, stride, offset }: NdArray<Float32Array>): Float32Array {
  const [height, width] = shape;
  const result = new Float32Array(height * width * 4);
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 4) {
      const from = offset + row * stride[0] + column * stride[1];
      const alpha = data[from + 3 * stride[2]];
      if (alpha > 0) for (let c = 0; c < 3; c++) result[to + c] = alpha * lightOf(data[from + c * stride[2]]);
      result[to + 3] = alpha;
    }
  }
  return result;
}

/** Of each new pixel along one axis: the old pixels that it is made of, `first` and those after it, and their weights. */
interface Footprint {
  first: number;
  weights: Float64Array;
}

interface Axis {
  /** Old pixels along it. */
  from: number;
  footprints: Footprint[];
}

/** An axis along which records of `size` numbers lie, made as long as there are footprints. */
function resampled(values: Float32Array, size: number, { from, footprints }: Axis): Float32Array {
  if (footprints.length === from) return values;
  const lines = values.length / (size * from);
  const result = new Float32Array(lines * footprints.length * size);
  for (let i = 0; i < footprints.length; i++) {
    const { first, weights } = footprints[i];
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k];
      for (let line = 0; line < lines; line++) {
        const to = (line * footprints.length + i) * size;
        const start = (line * from + first + k) * size;
        for (let c = 0; c < size; c++) result[to + c] += weight * values[start + c];
      }
    }
  }
  return result;
}

function footprints(from: number, to: number): Axis {
  const footprint = to > from ? between : covered;
  return { from, footprints: Array.from({ length: to }, (_, i) => footprint(i, from, from / to)) };
}

/** The old pixels that pixel i covers, by how much of it each makes up. */
function covered(i: number, from: number, scale: number): Footprint {
  const [start, end] = [i * scale, (i + 1) * scale];
  const first = Math.floor(start);
  const last = Math.min(Math.ceil(end), from);
  const weights = Float64Array.from({ length: last - first }, (_, k) => {
    const overlap = Math.min(end, first + k + 1) - Math.max(start, first + k);
    return Math.max(overlap, 0) / scale;
  });
  return { first, weights };
}

/** The old pixels between whose centres that of pixel i lies; beyond the outermost centres, the outermost pixel. */
function between(i: number, from: number, scale: number): Footprint {
  const position = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), from - 1);
  const first = Math.floor(position);
  const weight = position - first;
  return { first, weights: weight > 0 ? Float64Array.of(1 - weight, weight) : Float64Array.of(1) };
}

// Both curves as tables with straight lines between: off by less than 1e-7, and many times faster than a power a channel. That to
// sRGB is tabulated over the root of light, since it is steep where light is low.

const cells = 8192;
const lightTable = Float64Array.from({ length: cells + 2 }, (_, i) => srgbToLinear(i / cells));
const srgbTable = Float64Array.from({ length: cells + 2 }, (_, i) => linearToSrgb((i / cells) ** 2));

const lightOf = (srgb: number) => interpolated(lightTable, srgb);
const srgbOf = (light: number) => interpolated(srgbTable, Math.sqrt(light));

function interpolated(table: Float64Array, value: number): number {
  const position = Math.min(Math.max(value, 0), 1) * cells;
  const index = Math.trunc(position);
  return table[index] + (position - index) * (table[index + 1] - table[index]);
}
