// Silhouettes with the errors of a segmentation: outlines that wander in and out, and holes.

import type { Random } from '../tensor/random.ts';

export interface MaskNoise {
  /** Most pixels by which the outline errs. */
  boundary: number;
  /** Probability of a hole in each of 8 × 8 tiles of the picture. */
  holes: number;
}

/** Tiles of a picture along either side: what varies between them varies smoothly within. */
const tiles = 8;

/**
 * A mask with errors, as wide and high as the one given. At each pixel the outline is moved outwards by `boundary` · n pixels, where n is
 * noise in −1 … 1 that varies smoothly over the picture, bilinear between (tiles + 1)² random numbers: dilation in some places, erosion in
 * others, with the antialiasing of a straight edge. Holes are discs, centred anywhere in their tile, of a diameter up to the tile's width.
 *
 * @param mask [H·W] coverage in 0 … 1, rows from the top
 * @param mirrored whether the picture is flipped left to right: so are the errors then
 */
export function noisyMask(
  mask: Float32Array,
  [height, width]: readonly [number, number],
  { boundary, holes }: MaskNoise,
  { random, mirrored }: { random: Random; mirrored: boolean },
): Float32Array {
  const result = mask.slice();
  const column = (x: number) => (mirrored ? width - 1 - x : x);
  if (boundary > 0) {
    const noise = smoothNoise(random.split('boundary'));
    const distances = signedDistances(mask, height, width);
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let x = 0; x < width; x++, pixel++) {
        const shift = boundary * noise((column(x) + 0.5) / width, (y + 0.5) / height);
        result[pixel] = Math.min(1, Math.max(0, 0.5 + shift - distances[pixel]));
      }
    }
  }
  if (holes > 0) {
    for (const { x, y, radius } of drawHoles(random.split('holes'), holes)) {
      const first = Math.max(0, Math.floor((y - radius) * height));
      const last = Math.min(height - 1, Math.ceil((y + radius) * height));
      for (let row = first; row <= last; row++) {
        for (let at = 0; at < width; at++) {
          const [dx, dy] = [(column(at) + 0.5) / width - x, (row + 0.5) / height - y];
          if (dx * dx + dy * dy < radius * radius) result[row * width + at] = 0;
        }
      }
    }
  }
  return result;
}

/** A function of 0 … 1 × 0 … 1 with values in −1 … 1. */
function smoothNoise(random: Random): (u: number, v: number) => number {
  const side = tiles + 1;
  const knots = Float64Array.from({ length: side * side }, () => 2 * random.uniform() - 1);
  return (u, v) => {
    const [x, y] = [u * tiles, v * tiles];
    const [i, j] = [Math.min(Math.floor(x), tiles - 1), Math.min(Math.floor(y), tiles - 1)];
    const at = j * side + i;
    const above = knots[at] + (x - i) * (knots[at + 1] - knots[at]);
    const below = knots[at + side] + (x - i) * (knots[at + side + 1] - knots[at + side]);
    return above + (y - j) * (below - above);
  };
}

/** Discs, in widths of the picture. Every tile draws as much, whether it has a hole or not. */
function drawHoles(random: Random, probability: number): { x: number; y: number; radius: number }[] {
  const drawn = Array.from({ length: tiles * tiles }, (_, tile) => ({
    exists: random.uniform() < probability,
    x: ((tile % tiles) + random.uniform()) / tiles,
    y: (Math.floor(tile / tiles) + random.uniform()) / tiles,
    radius: random.uniform() / (2 * tiles),
  }));
  return drawn.filter(({ exists }) => exists);
}

/**
 * Of each pixel, the distance of its centre to the outline in pixels, negative inside, of the mask cut at 0.5. To half a pixel: the
 * outline runs in the middle between the pixel and the nearest one on the other side. Where there is none, ±∞.
 */
function signedDistances(mask: Float32Array, height: number, width: number): Float64Array {
  const toInside = squaredDistances(mask, height, width, true);
  const toOutside = squaredDistances(mask, height, width, false);
  return Float64Array.from(mask, (_, pixel) =>
    toInside[pixel] > 0 ? Math.sqrt(toInside[pixel]) - 0.5 : 0.5 - Math.sqrt(toOutside[pixel]),
  );
}

/** Squared distances to the nearest pixel inside, or outside, of the mask cut at 0.5: rows, then columns. */
function squaredDistances(mask: Float32Array, height: number, width: number, inside: boolean): Float64Array {
  const along = new Float64Array(mask.length).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < mask.length; row += width) {
    for (const backwards of [false, true]) {
      let distance = Number.POSITIVE_INFINITY;
      for (let k = 0; k < width; k++) {
        const pixel = row + (backwards ? width - 1 - k : k);
        distance = mask[pixel] >= 0.5 === inside ? 0 : distance + 1;
        along[pixel] = Math.min(along[pixel], distance * distance);
      }
    }
  }
  const result = along.slice();
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const pixel = y * width + x;
      // No row farther away than the best so far can be nearer.
      for (let dy = 1; dy < height && dy * dy < result[pixel]; dy++) {
        const above = y >= dy ? along[pixel - dy * width] : Number.POSITIVE_INFINITY;
        const below = y + dy < height ? along[pixel + dy * width] : Number.POSITIVE_INFINITY;
        result[pixel] = Math.min(result[pixel], dy * dy + Math.min(above, below));
      }
    }
  }
  return result;
}
