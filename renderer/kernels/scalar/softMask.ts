// DIB-R's silhouette (Chen et al. 2019, equations 6 and 7): 1 on covered pixels, α = 1 − Π_j (1 − p_j) elsewhere, with
// p_j = exp(−s·d_j²) and d_j the distance to face j in the image plane. Rules as in Kaolin's dibr_soft_mask: a face reaches
// the pixels whose centre lies in its grown bounding box, lower bounds included, upper ones not; a pixel takes the first K such
// faces by index; back faces take part. The nearest K instead are found among all pairs afterwards.
//
// With c the point of the face nearest to p, at a + t·(b − a) on one edge, ∂d²/∂a = 2(1 − t)(c − p) and ∂d²/∂b = 2t(c − p)
// (t itself is optimal, so it adds nothing), and ∂α/∂d_j² = −s·p_j/(1 − p_j)·Π_i (1 − p_i).

import { type Fragments, type Picture, type RealArray, type Scene, tie } from '../scene.ts';
import { scratch } from '../scratch.ts';
import type { SoftMaskOptions } from '../softMask.ts';
import { fineDecay } from './decay.ts';
import { addPlanarGradient, projectVertices } from './vertices.ts';

/** The (pixel, face) pairs of a soft mask that count, ready for the backward pass. */
export class SoftPairs {
  /** Π(1 − p) of every pixel; 1 where nothing reaches it, meaningless where covered. */
  readonly survival: Float32Array;
  /** Pairs of item b are itemStarts[b] up to itemStarts[b + 1]. */
  readonly itemStarts: Int32Array;
  length = 0;
  /** Three a pair: the pixel, and the two vertices of the nearest edge, counted within the mesh. */
  places: Int32Array;
  /** Three a pair: t, and −2s·p/(1 − p)·(c − p). */
  slopes: Float32Array;
  /** s·d² of every pair while the nearest ones are being chosen; empty otherwise. */
  exponents: Float64Array;

  /** `capacity`: pairs to have room for at first. */
  constructor(pixels: number, items: number, capacity: number, order: SoftMaskOptions['order']) {
    this.survival = new Float32Array(pixels).fill(1);
    this.itemStarts = new Int32Array(items + 1);
    this.places = new Int32Array(3 * capacity);
    this.slopes = new Float32Array(3 * capacity);
    this.exponents = new Float64Array(order === 'nearest' ? capacity : 0);
  }

  grow(): void {
    const places = new Int32Array(2 * this.places.length);
    const slopes = new Float32Array(2 * this.slopes.length);
    places.set(this.places);
    slopes.set(this.slopes);
    this.places = places;
    this.slopes = slopes;
    if (this.exponents.length > 0) {
      const exponents = new Float64Array(2 * this.exponents.length);
      exponents.set(this.exponents);
      this.exponents = exponents;
    }
  }

  /** Pair `to` becomes what pair `from` is. */
  move(from: number, to: number): void {
    this.places.copyWithin(3 * to, 3 * from, 3 * from + 3);
    this.slopes.copyWithin(3 * to, 3 * from, 3 * from + 3);
    this.exponents[to] = this.exponents[from];
  }
}

/** From here on exp(−x) is left out: far below float32's resolution of 1, because gradients are up to 2√(s·x) times as large. */
const negligible = 32 * Math.LN2;

/** Keeps p/(1 − p) finite for a centre exactly on a face that does not cover it; its gradient is 0, as c = p. */
const smallestMiss = 1e-12;

/** Pictures of one run resemble each other, so what was enough for the last one saves growing step by step. */
let usualPairs = 1024;

/** More faces than a mesh can have. */
const unlimited = 2 ** 31 - 1;

const listEnds = scratch(Int32Array);
const pairLists = scratch(Int32Array);
const drops = scratch(Uint8Array);

const nextOpenColumns = scratch(Int32Array);
const faceCounts = scratch(Int32Array);

export function softMask(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  options: SoftMaskOptions,
  output: RealArray,
): SoftPairs {
  const width = picture.width | 0;
  const height = picture.height | 0;
  const pixels = (width * height) | 0;
  const { sharpness, boxSize } = options;
  const chooseLater = options.order === 'nearest';
  const maxFaces = Math.min(chooseLater ? Number.POSITIVE_INFINITY : options.maxFaces, unlimited) | 0;
  const { faces } = scene;
  const pairs = new SoftPairs(pixels * scene.items.length, scene.items.length, usualPairs, options.order);
  const { survival } = pairs;
  // Farther than this p is negligible: such a pair takes one of the pixel's K places and nothing else.
  const reach = Math.min(boxSize, Math.sqrt(negligible / sharpness));

  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const base = b * pixels;
    const { x, y, w } = projectVertices(scene, item, picture);
    const nextOpen = findOpenColumns(visible.faces, base, width, height);
    const counts = faceCounts(pixels).fill(0, 0, pixels);
    const faceEnd = 3 * (item.faceStart + item.faceCount);
    for (let at = 3 * item.faceStart; at < faceEnd; at += 3) {
      const i0 = faces[at] | 0;
      const i1 = faces[at + 1] | 0;
      const i2 = faces[at + 2] | 0;
      if (w[i0] === 0 || w[i1] === 0 || w[i2] === 0) continue;
      const x0 = x[i0];
      const y0 = y[i0];
      const x1 = x[i1];
      const y1 = y[i1];
      const x2 = x[i2];
      const y2 = y[i2];
      const left = Math.min(x0, x1, x2);
      const right = Math.max(x0, x1, x2);
      const bottom = Math.min(y0, y1, y2);
      const top = Math.max(y0, y1, y2);
      const boxLeft = left - boxSize;
      const boxRight = right + boxSize;
      const boxBottom = bottom - boxSize;
      const boxTop = top + boxSize;
      if (!(boxLeft < 1 && boxRight > -1 && boxBottom < 1 && boxTop > -1)) continue;

      let firstColumn = Math.max(0, Math.ceil((width * (boxLeft + 1) - 1) / 2 - 1)) | 0;
      while (firstColumn < width && (2 * firstColumn + 1 - width) / width < boxLeft) firstColumn++;
      let lastColumn = Math.min(width - 1, Math.floor((width * (boxRight + 1) - 1) / 2 + 1)) | 0;
      while (lastColumn >= 0 && (2 * lastColumn + 1 - width) / width >= boxRight) lastColumn--;
      let firstRow = Math.max(0, Math.ceil((height * (1 - boxTop) - 1) / 2 - 1)) | 0;
      while (firstRow < height && (height - 2 * firstRow - 1) / height >= boxTop) firstRow++;
      let lastRow = Math.min(height - 1, Math.floor((height * (1 - boxBottom) - 1) / 2 + 1)) | 0;
      while (lastRow >= 0 && (height - 2 * lastRow - 1) / height < boxBottom) lastRow--;

      const e0x = x1 - x0;
      const e0y = y1 - y0;
      const e1x = x2 - x1;
      const e1y = y2 - y1;
      const e2x = x0 - x2;
      const e2y = y0 - y2;
      const l0 = e0x * e0x + e0y * e0y;
      const l1 = e1x * e1x + e1y * e1y;
      const l2 = e2x * e2x + e2y * e2y;
      const r0 = l0 > 0 ? 1 / l0 : 0;
      const r1 = l1 > 0 ? 1 / l1 : 0;
      const r2 = l2 > 0 ? 1 / l2 : 0;

      for (let row = firstRow; row <= lastRow; row++) {
        const py = (height - 2 * row - 1) / height;
        const far = py < bottom - reach || py > top + reach;
        const open = row * (width + 1);
        for (
          let column = nextOpen[open + firstColumn] | 0;
          column <= lastColumn;
          column = nextOpen[open + column + 1] | 0
        ) {
          const pixel = row * width + column;
          if (counts[pixel] === maxFaces) continue;
          counts[pixel]++;
          const px = (2 * column + 1 - width) / width;
          if (far || px < left - reach || px > right + reach) continue;

          let t = ((px - x0) * e0x + (py - y0) * e0y) * r0;
          t = Math.max(0, Math.min(1, t));
          let cx = x0 + t * e0x - px;
          let cy = y0 + t * e0y - py;
          let nearest = cx * cx + cy * cy;
          let start = i0;
          let end = i1;
          let u = ((px - x1) * e1x + (py - y1) * e1y) * r1;
          u = Math.max(0, Math.min(1, u));
          let dx = x1 + u * e1x - px;
          let dy = y1 + u * e1y - py;
          let squared = dx * dx + dy * dy;
          if (squared < (1 - tie) * nearest) {
            nearest = squared;
            t = u;
            cx = dx;
            cy = dy;
            start = i1;
            end = i2;
          }
          u = ((px - x2) * e2x + (py - y2) * e2y) * r2;
          u = Math.max(0, Math.min(1, u));
          dx = x2 + u * e2x - px;
          dy = y2 + u * e2y - py;
          squared = dx * dx + dy * dy;
          if (squared < (1 - tie) * nearest) {
            nearest = squared;
            t = u;
            cx = dx;
            cy = dy;
            start = i2;
            end = i0;
          }

          const exponent = sharpness * nearest;
          if (exponent > negligible) continue;
          const p = fineDecay(exponent);
          if (!chooseLater) survival[base + pixel] *= 1 - p;
          const slope = (-2 * sharpness * p) / Math.max(1 - p, smallestMiss);
          const k = 3 * pairs.length++;
          if (k === pairs.places.length) pairs.grow();
          if (chooseLater) pairs.exponents[k / 3] = exponent;
          const { places, slopes } = pairs;
          places[k] = base + pixel;
          places[k + 1] = start;
          places[k + 2] = end;
          slopes[k] = t;
          slopes[k + 1] = slope * cx;
          slopes[k + 2] = slope * cy;
        }
      }
    }
    if (chooseLater) keepNearest(pairs, pairs.itemStarts[b], base, pixels, options.maxFaces);
    pairs.itemStarts[b + 1] = pairs.length;
    for (let i = base; i < base + pixels; i++) output[i] = visible.faces[i] >= 0 ? 1 : 1 - survival[i];
  }
  usualPairs = Math.max(1024, Math.ceil(1.25 * pairs.length));
  pairs.exponents = new Float64Array(0);
  return pairs;
}

/** Drops, of the pairs from `start` on, which belong to one item, all but the `limit` nearest ones of each pixel. */
function keepNearest(pairs: SoftPairs, start: number, base: number, pixels: number, limit: number): void {
  const { places, exponents, survival } = pairs;
  const count = pairs.length - start;
  // Pairs by pixel, those of a pixel in index order: ends[i] is where the list of pixel i stops.
  const ends = listEnds(pixels + 1).fill(0, 0, pixels + 1);
  for (let k = start; k < pairs.length; k++) ends[places[3 * k] - base + 1]++;
  for (let i = 1; i <= pixels; i++) ends[i] += ends[i - 1];
  const list = pairLists(count);
  for (let k = start; k < pairs.length; k++) list[ends[places[3 * k] - base]++] = k;

  const dropped = drops(count).fill(0, 0, count);
  for (let i = 0, from = 0; i < pixels; from = ends[i++]) {
    if (ends[i] - from <= limit) continue;
    const ofPixel = list.subarray(from, ends[i]).sort((a, b) => exponents[a] - exponents[b] || a - b);
    for (let n = limit; n < ofPixel.length; n++) dropped[ofPixel[n] - start] = 1;
  }

  let kept = start;
  for (let k = start; k < start + count; k++) {
    if (dropped[k - start]) continue;
    survival[places[3 * k]] *= 1 - fineDecay(exponents[k]);
    pairs.move(k, kept++);
  }
  pairs.length = kept;
}

/** For each row and column, the first uncovered column from there on; `width` where there is none. Rows have width + 1 entries. */
function findOpenColumns(visible: Int32Array, base: number, width: number, height: number): Int32Array {
  const next = nextOpenColumns((width + 1) * height);
  for (let row = 0; row < height; row++) {
    const at = row * (width + 1);
    let open = width;
    next[at + width] = width;
    for (let column = width - 1; column >= 0; column--) {
      if (visible[base + row * width + column] < 0) open = column;
      next[at + column] = open;
    }
  }
  return next;
}

const vertexSums = scratch(Float64Array);

export function softMaskBackward(
  scene: Scene,
  picture: Picture,
  { survival, itemStarts, places, slopes }: SoftPairs,
  upstream: RealArray,
  positionGradient: RealArray,
): void {
  for (let b = 0; b < scene.items.length; b++) {
    if (itemStarts[b] === itemStarts[b + 1]) continue;
    const item = scene.items[b];
    const gradient = vertexSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
    const end = 3 * itemStarts[b + 1];
    for (let k = 3 * itemStarts[b]; k < end; k += 3) {
      const pixel = places[k];
      const g = upstream[pixel] * survival[pixel];
      if (g === 0) continue;
      const from = 2 * places[k + 1];
      const to = 2 * places[k + 2];
      const t = slopes[k];
      const gx = g * slopes[k + 1];
      const gy = g * slopes[k + 2];
      gradient[from] += (1 - t) * gx;
      gradient[from + 1] += (1 - t) * gy;
      gradient[to] += t * gx;
      gradient[to + 1] += t * gy;
    }
    addPlanarGradient(scene, item, projectVertices(scene, item, picture), gradient, positionGradient);
  }
}
