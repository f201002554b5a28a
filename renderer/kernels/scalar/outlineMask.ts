// The unbiased silhouette (kernels/outlineMask.ts has its formulas): each piece of the outline visits the pixels around it once, adds
// to α there, and keeps its share of ∂α/∂a and ∂α/∂b for the backward pass.

import type { OutlineMaskOptions } from '../outlineMask.ts';
import type { Fragments, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { bell, bellMoments, endOfGaussian, tail, wedge } from './gaussian.ts';
import { findOutline } from './outline.ts';
import { addPlanarGradient, projectVertices } from './vertices.ts';

/** The pieces of the outlines of a batch, and the (piece, pixel) pairs that matter, those of a piece together. */
export class OutlinePairs {
  /** Pieces of item b are itemStarts[b] up to itemStarts[b + 1]. */
  readonly itemStarts: Int32Array;
  /** Vertices of each piece's edge, counted within the mesh. */
  from: number[] = [];
  to: number[] = [];
  /** Two a piece: outward normal. */
  normals: number[] = [];
  /** Pairs of piece i end at pairEnds[i]. */
  pairEnds: number[] = [];
  length = 0;
  pixels: Int32Array;
  /** Two a pair: ∂α/∂a and ∂α/∂b along the normal. */
  shares: Float32Array;

  constructor(items: number, capacity: number) {
    this.itemStarts = new Int32Array(items + 1);
    this.pixels = new Int32Array(capacity);
    this.shares = new Float32Array(2 * capacity);
  }

  add(pixel: number, toFrom: number, toTo: number): void {
    const k = this.length++;
    if (k === this.pixels.length) this.#grow();
    this.pixels[k] = pixel;
    this.shares[2 * k] = toFrom;
    this.shares[2 * k + 1] = toTo;
  }

  #grow(): void {
    const pixels = new Int32Array(2 * this.pixels.length);
    const shares = new Float32Array(2 * this.shares.length);
    pixels.set(this.pixels);
    shares.set(this.shares);
    this.pixels = pixels;
    this.shares = shares;
  }
}

/** Pictures of one run resemble each other, so what was enough for the last one saves growing step by step. */
let usualPairs = 1024;

const sums = scratch(Float64Array);
const moments = new Float64Array(2);

export function outlineMask(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  { sharpness }: OutlineMaskOptions,
  output: RealArray,
): OutlinePairs {
  const width = picture.width | 0;
  const height = picture.height | 0;
  const pixels = (width * height) | 0;
  const scale = Math.sqrt(sharpness);
  const reach = endOfGaussian / scale;
  const pairs = new OutlinePairs(scene.items.length, usualPairs);
  const alpha = sums(pixels);

  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const base = b * pixels;
    const vertices = projectVertices(scene, item, picture);
    const outline = findOutline(scene, item, vertices, reach);
    for (let i = 0; i < pixels; i++) alpha[i] = visible.faces[base + i] >= 0 ? 1 : 0;

    for (let i = 0; i < outline.from.length; i++) {
      const from = outline.from[i];
      const to = outline.to[i];
      const ax = vertices.x[from];
      const ay = vertices.y[from];
      const bx = vertices.x[to];
      const by = vertices.y[to];
      const length = Math.hypot(bx - ax, by - ay);
      const ex = (bx - ax) / length;
      const ey = (by - ay) / length;
      const start = outline.start[i] * length;
      const end = outline.end[i] * length;
      const x0 = ax + start * ex;
      const y0 = ay + start * ey;
      const x1 = ax + end * ex;
      const y1 = ay + end * ey;
      const xPerY = ex / ey;
      const gradientScale = 1 / (Math.PI * length);

      const firstRow = Math.max(0, rowAt(Math.max(y0, y1) + reach, height)) | 0;
      const lastRow = Math.min(height - 1, rowAt(Math.min(y0, y1) - reach, height) + 1) | 0;
      for (let row = firstRow; row <= lastRow; row++) {
        const py = (height - 2 * row - 1) / height;
        const bottom = py - reach;
        const top = py + reach;
        if ((y0 < bottom && y1 < bottom) || (y0 > top && y1 > top)) continue;
        const xa = y0 < bottom ? x0 + xPerY * (bottom - y0) : y0 > top ? x0 + xPerY * (top - y0) : x0;
        const xb = y1 < bottom ? x0 + xPerY * (bottom - y0) : y1 > top ? x0 + xPerY * (top - y0) : x1;
        const firstColumn = Math.max(0, columnAt(Math.min(xa, xb) - reach, width)) | 0;
        const lastColumn = Math.min(width - 1, columnAt(Math.max(xa, xb) + reach, width) + 1) | 0;
        for (let column = firstColumn; column <= lastColumn; column++) {
          const px = (2 * column + 1 - width) / width;
          // The very number that decides whether a face covers the pixel: its sign may not differ.
          const area = (ax - px) * (by - py) - (bx - px) * (ay - py);
          const v = (scale * Math.abs(area)) / length;
          if (v >= endOfGaussian) continue;
          const a = scale * ((ax - px) * ex + (ay - py) * ey);
          const u0 = a + scale * start;
          const u1 = a + scale * end;
          const beside = Math.max(0, u0, -u1);
          if (v * v + beside * beside >= endOfGaussian * endOfGaussian) continue;
          const fromEnd = wedgeTo(v, u1) - wedgeTo(v, u0);
          const pixel = row * width + column;
          alpha[pixel] -= area >= 0 ? fromEnd : -fromEnd;
          bellMoments(u0, u1, moments);
          const factor = gradientScale * bell(v);
          const zeroth = factor * moments[0];
          const first = factor * moments[1];
          // With the moments about u₀: ∫ (u_b − u) and ∫ (u − u_a) over the piece.
          const before = u0 - a;
          pairs.add(base + pixel, (scale * length - before) * zeroth - first, before * zeroth + first);
        }
      }
      pairs.from.push(from);
      pairs.to.push(to);
      pairs.normals.push(ey, -ex);
      pairs.pairEnds.push(pairs.length);
    }
    pairs.itemStarts[b + 1] = pairs.from.length;
    for (let i = 0; i < pixels; i++) output[base + i] = Math.min(1, Math.max(0, alpha[i]));
  }
  usualPairs = Math.max(1024, Math.ceil(1.25 * pairs.length));
  return pairs;
}

/** The row or column whose centre is last before a coordinate, counted from the top left; perhaps beyond the picture. */
const rowAt = (y: number, height: number): number => Math.floor((height * (1 - y) - 1) / 2);
const columnAt = (x: number, width: number): number => Math.floor((width * (x + 1) - 1) / 2);

/** W(v, u), at once where u is as good as infinite. */
function wedgeTo(v: number, u: number): number {
  if (u >= endOfGaussian) return tail(v) / 2;
  if (u <= -endOfGaussian) return -tail(v) / 2;
  return wedge(v, u);
}

const vertexSums = scratch(Float64Array);

export function outlineMaskBackward(
  scene: Scene,
  picture: Picture,
  { itemStarts, from, to, normals, pairEnds, pixels, shares }: OutlinePairs,
  upstream: RealArray,
  positionGradient: RealArray,
): void {
  let k = 0;
  for (let b = 0; b < scene.items.length; b++) {
    if (itemStarts[b] === itemStarts[b + 1]) continue;
    const item = scene.items[b];
    const gradient = vertexSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
    for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) {
      let atFrom = 0;
      let atTo = 0;
      for (; k < pairEnds[i]; k++) {
        const g = upstream[pixels[k]];
        atFrom += g * shares[2 * k];
        atTo += g * shares[2 * k + 1];
      }
      gradient[2 * from[i]] += atFrom * normals[2 * i];
      gradient[2 * from[i] + 1] += atFrom * normals[2 * i + 1];
      gradient[2 * to[i]] += atTo * normals[2 * i];
      gradient[2 * to[i] + 1] += atTo * normals[2 * i + 1];
    }
    addPlanarGradient(scene, item, projectVertices(scene, item, picture), gradient, positionGradient);
  }
}
