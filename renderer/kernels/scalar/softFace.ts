// One face under the pixels that it reaches, for the loops of SoftRas, a row at a time: which pixels those are, coverage D, clipped
// weights and depth there, and the way back to the corners. Formulas: reference/softFragment.ts.
//
// Edge k lies opposite corner k and runs from corner i to corner j. E_k = (j − i) × (p − i), with the sign of the area taken out,
// is positive inside; |E_k|/√L_k is the distance to the edge's line, so E_k > −r√L_k holds wherever the face reaches as far as r.
// Only edges with E_k ≤ 0 can be nearest to a point outside: at their foot, d² = E_k²/L_k, or at one of their ends. Everything is
// measured from a corner, not from the origin, so that small faces lose nothing.

import { ArgumentError } from '../../errors.ts';
import {
  flatness,
  largestSide,
  type MeshRange,
  type Picture,
  type RealArray,
  type Scene,
  smallestArea,
} from '../scene.ts';
import { scratch } from '../scratch.ts';
import { type SoftOptions, smallestFace } from '../softAggregate.ts';
import { fade, longest } from './decay.ts';
import { addPlanarGradient, type ProjectedVertices, projectVertices } from './vertices.ts';

/** How far, in pixels, rounding may move the end of a row span; what lies outside is found out pixel by pixel. */
const slack = 1e-3;

// One number a column of the row at hand, shared by all faces.
const coverage = new Float64Array(largestSide);
const miss = new Float64Array(largestSide);
const inside = new Uint8Array(largestSide);
const nearestParts = new Uint8Array(largestSide);
const E0 = new Float64Array(largestSide);
const E1 = new Float64Array(largestSide);
const E2 = new Float64Array(largestSide);
const b0 = new Float64Array(largestSide);
const b1 = new Float64Array(largestSide);
const b2 = new Float64Array(largestSide);
const perTotals = new Float64Array(largestSide);
const depth = new Float64Array(largestSide);
const distanceGradient = new Float64Array(largestSide);
const g0 = new Float64Array(largestSide);
const g1 = new Float64Array(largestSide);
const g2 = new Float64Array(largestSide);
const depthGradient = new Float64Array(largestSide);
const heard = new Uint8Array(largestSide);

const planarSums = scratch(Float64Array);
const depthSums = scratch(Float64Array);

/**
 * From what difference (m − z̄)/γ on a face is not seen: even where only the outermost band of another lies in front of it, with
 * D = exp(−reach/σ), it weighs below 1e-9.
 */
export const hiddenFrom = ({ reach, sigma }: SoftOptions): number => Math.min(longest, 21 + reach / sigma);

// Clipping without branches, which would be mispredicted at every outline.
const notNegative = (c: number): number => 0.5 * (c + Math.abs(c));
const atMostOne = (c: number): number => c - 0.5 * (c - 1 + Math.abs(c - 1));

export class SoftFace {
  /** Rows within reach of the face. */
  firstRow = 0;
  lastRow = -1;
  /** Columns within reach in the row of `coverRow`. */
  firstColumn = 0;
  lastColumn = -1;
  /** Whether it can take part in colours: it has an area and an inverse depth, and is not culled. */
  colored = false;
  /** The largest z̄ of its corners, and so of all its points; Infinity where a corner lies behind the camera's plane. */
  highest = 0;

  // Filled by `coverRow`, one number a column.
  /** D, or −1 out of reach. */
  readonly coverage = coverage;
  /** 1 − D, precise near 0. */
  readonly miss = miss;
  /** 1 in the face or on its outline. */
  readonly inside = inside;

  // Filled by `weighRow`.
  readonly b0 = b0;
  readonly b1 = b1;
  readonly b2 = b2;
  /** ζ. */
  readonly depth = depth;

  // Read by `addRow`, and set to 0 again.
  /** dL/d(δd²), or of what stands in its place. */
  readonly distanceGradient = distanceGradient;
  /** dL/db and dL/dζ, wherever `heard` is 1. */
  readonly g0 = g0;
  readonly g1 = g1;
  readonly g2 = g2;
  readonly depthGradient = depthGradient;
  readonly heard = heard;

  readonly #scene: Scene;
  readonly #picture: Picture;
  readonly #options: SoftOptions;
  readonly #softras: boolean;
  readonly #radius: number;
  #item: MeshRange;
  #vertices: ProjectedVertices;
  #planar = planarSums(0);
  #depths = depthSums(0);

  #firstColumn = 0;
  #lastColumn = -1;
  #py = 0;
  // Corners: vertices, positions, 1/ζ or ζ, 1/w or 1.
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #x0 = 0;
  #y0 = 0;
  #x1 = 0;
  #y1 = 0;
  #x2 = 0;
  #y2 = 0;
  #d0 = 0;
  #d1 = 0;
  #d2 = 0;
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  // Edges, times the sign of the area; 1/L; margins r√L; 1/|area|, 0 for a flat face.
  #turn = 1;
  #e0x = 0;
  #e0y = 0;
  #e1x = 0;
  #e1y = 0;
  #e2x = 0;
  #e2y = 0;
  #n0 = 0;
  #n1 = 0;
  #n2 = 0;
  #m0 = 0;
  #m1 = 0;
  #m2 = 0;
  #perArea = 0;
  // Sums over the face's pixels: dL/dx and dL/dy of the corners; dL/dw but for a factor 1/w; dL/dζ, for `softras` over 1/ζ².
  #gx0 = 0;
  #gx1 = 0;
  #gx2 = 0;
  #gy0 = 0;
  #gy1 = 0;
  #gy2 = 0;
  #gw0 = 0;
  #gw1 = 0;
  #gw2 = 0;
  #gd0 = 0;
  #gd1 = 0;
  #gd2 = 0;

  constructor(scene: Scene, picture: Picture, options: SoftOptions) {
    if (picture.width > largestSide) {
      throw new ArgumentError(`a picture may be ${largestSide} pixels wide, but is ${picture.width}`);
    }
    this.#scene = scene;
    this.#picture = picture;
    this.#options = options;
    this.#softras = options.variant === 'softras';
    this.#radius = options.distance === 'hard' ? 0 : Math.sqrt(options.reach);
    this.#item = scene.items[0];
    this.#vertices = projectVertices(scene, this.#item, picture);
  }

  /** Starts on the faces of an item. */
  startItem(item: MeshRange): void {
    this.#item = item;
    this.#vertices = projectVertices(this.#scene, item, this.#picture);
    this.#planar = planarSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
    this.#depths = depthSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
  }

  /** Chooses face f of the item; false where it reaches no pixel. */
  toFace(f: number): boolean {
    const { faces } = this.#scene;
    const { x, y, z, w } = this.#vertices;
    const at = 3 * (this.#item.faceStart + f);
    const v0 = faces[at];
    const v1 = faces[at + 1];
    const v2 = faces[at + 2];
    if (w[v0] === 0 || w[v1] === 0 || w[v2] === 0) return false;
    const x0 = x[v0];
    const y0 = y[v0];
    const x1 = x[v1];
    const y1 = y[v1];
    const x2 = x[v2];
    const y2 = y[v2];
    const radius = this.#radius;
    const left = Math.min(x0, x1, x2);
    const right = Math.max(x0, x1, x2);
    const bottom = Math.min(y0, y1, y2);
    const top = Math.max(y0, y1, y2);
    if (!(left - radius <= 1 && right + radius >= -1 && bottom - radius <= 1 && top + radius >= -1))
      return false;

    const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
    const extent = (right - left) * (right - left) + (top - bottom) * (top - bottom);
    const flat = !(Math.abs(area) > Math.max(smallestArea, flatness * extent));
    if (flat && this.#options.distance !== 'euclidean') return false;
    const d0 = -z[v0];
    const d1 = -z[v1];
    const d2 = -z[v2];
    const nearest = Math.min(d0, d1, d2);
    if (!this.#softras && (Math.abs(area) <= smallestFace || nearest < smallestFace)) return false;

    const { width, height, cull, perspectiveCorrect } = this.#picture;
    this.firstRow = Math.max(0, Math.ceil((height * (1 - top - radius) - 1) / 2 - slack));
    this.lastRow = Math.min(height - 1, Math.floor((height * (1 - bottom + radius) - 1) / 2 + slack));
    this.#firstColumn = Math.max(0, Math.ceil((width * (left - radius + 1) - 1) / 2 - slack));
    this.#lastColumn = Math.min(width - 1, Math.floor((width * (right + radius + 1) - 1) / 2 + slack));

    const turn = area < 0 ? -1 : 1;
    const e0x = turn * (x2 - x1);
    const e0y = turn * (y2 - y1);
    const e1x = turn * (x0 - x2);
    const e1y = turn * (y0 - y2);
    const e2x = turn * (x1 - x0);
    const e2y = turn * (y1 - y0);
    const l0 = e0x * e0x + e0y * e0y;
    const l1 = e1x * e1x + e1y * e1y;
    const l2 = e2x * e2x + e2y * e2y;
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#x0 = x0;
    this.#y0 = y0;
    this.#x1 = x1;
    this.#y1 = y1;
    this.#x2 = x2;
    this.#y2 = y2;
    this.#turn = turn;
    this.#e0x = e0x;
    this.#e0y = e0y;
    this.#e1x = e1x;
    this.#e1y = e1y;
    this.#e2x = e2x;
    this.#e2y = e2y;
    this.#n0 = l0 > 0 ? 1 / l0 : 0;
    this.#n1 = l1 > 0 ? 1 / l1 : 0;
    this.#n2 = l2 > 0 ? 1 / l2 : 0;
    this.#perArea = flat ? 0 : 1 / Math.abs(area);
    const barycentric = this.#options.distance === 'barycentric';
    this.#m0 = radius * (barycentric ? Math.abs(area) : Math.sqrt(l0));
    this.#m1 = radius * (barycentric ? Math.abs(area) : Math.sqrt(l1));
    this.#m2 = radius * (barycentric ? Math.abs(area) : Math.sqrt(l2));

    this.colored = !flat && d0 * d1 * d2 !== 0 && !(cull && area < 0);
    const { near, far } = this.#options;
    this.highest = nearest > 0 ? (far - nearest) / (far - near) : Number.POSITIVE_INFINITY;
    this.#d0 = this.#softras ? 1 / d0 : d0;
    this.#d1 = this.#softras ? 1 / d1 : d1;
    this.#d2 = this.#softras ? 1 / d2 : d2;
    this.#s0 = perspectiveCorrect ? 1 / w[v0] : 1;
    this.#s1 = perspectiveCorrect ? 1 / w[v1] : 1;
    this.#s2 = perspectiveCorrect ? 1 / w[v2] : 1;
    return true;
  }

  /** Chooses a row, and finds the columns within reach and D there. */
  coverRow(row: number): void {
    const { width, height } = this.#picture;
    const py = (height - 2 * row - 1) / height;
    this.#py = py;
    // E_k = r_k − e_ky (p_x − x_i) ≥ −m_k bounds p_x from above where edge k rises, from below where it falls.
    const r0 = this.#e0x * (py - this.#y1);
    const r1 = this.#e1x * (py - this.#y2);
    const r2 = this.#e2x * (py - this.#y0);
    let from = -2;
    let to = 2;
    if (this.#e0y > 0) to = Math.min(to, this.#x1 + (r0 + this.#m0) / this.#e0y);
    else if (this.#e0y < 0) from = Math.max(from, this.#x1 + (r0 + this.#m0) / this.#e0y);
    if (this.#e1y > 0) to = Math.min(to, this.#x2 + (r1 + this.#m1) / this.#e1y);
    else if (this.#e1y < 0) from = Math.max(from, this.#x2 + (r1 + this.#m1) / this.#e1y);
    if (this.#e2y > 0) to = Math.min(to, this.#x0 + (r2 + this.#m2) / this.#e2y);
    else if (this.#e2y < 0) from = Math.max(from, this.#x0 + (r2 + this.#m2) / this.#e2y);
    this.firstColumn = Math.max(this.#firstColumn, Math.ceil((width * (from + 1) - 1) / 2 - slack));
    this.lastColumn = Math.min(this.#lastColumn, Math.floor((width * (to + 1) - 1) / 2 + slack));
    if (!(this.firstColumn <= this.lastColumn)) {
      // Of a face with far corners the ends may lie where no 32-bit column is.
      this.firstColumn = 0;
      this.lastColumn = -1;
    }
    switch (this.#options.distance) {
      case 'euclidean':
        this.#coverEuclidean(r0, r1, r2);
        break;
      case 'barycentric':
        this.#coverBarycentric(r0, r1, r2);
        break;
      case 'hard':
        this.#coverHard(r0, r1, r2);
    }
  }

  #coverEuclidean(r0: number, r1: number, r2: number): void {
    const { width } = this.#picture;
    const perWidth = 1 / width;
    const flat = this.#perArea === 0;
    const perSigma = 1 / this.#options.sigma;
    const { reach } = this.#options;
    const x0 = this.#x0;
    const x1 = this.#x1;
    const x2 = this.#x2;
    const dy0 = this.#y0 - this.#py;
    const dy1 = this.#y1 - this.#py;
    const dy2 = this.#y2 - this.#py;
    const e0y = this.#e0y;
    const e1y = this.#e1y;
    const e2y = this.#e2y;
    const n0 = this.#n0;
    const n1 = this.#n1;
    const n2 = this.#n2;
    // Foot of edge k at i + t (j − i), t = tx (p_x − x_i) + ty.
    const turn = this.#turn;
    const t0x = turn * this.#e0x * n0;
    const t1x = turn * this.#e1x * n1;
    const t2x = turn * this.#e2x * n2;
    const t0y = -turn * e0y * n0 * dy1;
    const t1y = -turn * e1y * n1 * dy2;
    const t2y = -turn * e2y * n2 * dy0;
    const last = this.lastColumn | 0;
    for (let column = this.firstColumn | 0; column <= last; column++) {
      const px = (2 * column + 1 - width) * perWidth;
      const dx0 = px - x0;
      const dx1 = px - x1;
      const dx2 = px - x2;
      const e0 = r0 - e0y * dx1;
      const e1 = r1 - e1y * dx2;
      const e2 = r2 - e2y * dx0;
      E0[column] = e0;
      E1[column] = e1;
      E2[column] = e2;
      if (e0 > 0 && e1 > 0 && e2 > 0 && !flat) {
        let squared = e0 * e0 * n0;
        let k = 0;
        const other = e1 * e1 * n1;
        if (other < squared) {
          squared = other;
          k = 1;
        }
        const third = e2 * e2 * n2;
        if (third < squared) {
          squared = third;
          k = 2;
        }
        nearestParts[column] = k;
        inside[column] = 1;
        const x = squared * perSigma;
        const p = x > longest ? 0 : fade(x);
        coverage[column] = 1 - p;
        miss[column] = p;
        continue;
      }
      let squared = Number.POSITIVE_INFINITY;
      let k = 0;
      if (e0 <= 0 || flat) {
        const t = t0x * dx1 + t0y;
        if (t <= 0) {
          squared = dx1 * dx1 + dy1 * dy1;
          k = 4;
        } else if (t >= 1) {
          squared = dx2 * dx2 + dy2 * dy2;
          k = 5;
        } else {
          squared = e0 * e0 * n0;
        }
      }
      if (e1 <= 0 || flat) {
        const t = t1x * dx2 + t1y;
        let other = e1 * e1 * n1;
        let end = 1;
        if (t <= 0) {
          other = dx2 * dx2 + dy2 * dy2;
          end = 5;
        } else if (t >= 1) {
          other = dx0 * dx0 + dy0 * dy0;
          end = 3;
        }
        if (other < squared) {
          squared = other;
          k = end;
        }
      }
      if (e2 <= 0 || flat) {
        const t = t2x * dx0 + t2y;
        let other = e2 * e2 * n2;
        let end = 2;
        if (t <= 0) {
          other = dx0 * dx0 + dy0 * dy0;
          end = 3;
        } else if (t >= 1) {
          other = dx1 * dx1 + dy1 * dy1;
          end = 4;
        }
        if (other < squared) {
          squared = other;
          k = end;
        }
      }
      if (squared >= reach) {
        coverage[column] = -1;
        continue;
      }
      nearestParts[column] = k;
      inside[column] = e0 >= 0 && e1 >= 0 && e2 >= 0 ? 1 : 0;
      const x = squared * perSigma;
      const p = x > longest ? 0 : fade(x);
      coverage[column] = p;
      miss[column] = 1 - p;
    }
  }

  #coverBarycentric(r0: number, r1: number, r2: number): void {
    const { width } = this.#picture;
    const perWidth = 1 / width;
    const { sigma, reach } = this.#options;
    for (let column = this.firstColumn; column <= this.lastColumn; column++) {
      const px = (2 * column + 1 - width) * perWidth;
      const e0 = r0 - this.#e0y * (px - this.#x1);
      const e1 = r1 - this.#e1y * (px - this.#x2);
      const e2 = r2 - this.#e2y * (px - this.#x0);
      E0[column] = e0;
      E1[column] = e1;
      E2[column] = e2;
      const least = Math.min(e0, e1, e2);
      const weight = least * this.#perArea;
      const squared = weight * weight;
      const p = squared > longest * sigma ? 0 : fade(squared / sigma);
      nearestParts[column] = least === e0 ? 0 : least === e1 ? 1 : 2;
      inside[column] = least >= 0 ? 1 : 0;
      coverage[column] = weight > 0 ? 1 - p : squared < reach ? p : -1;
      miss[column] = weight > 0 ? p : 1 - p;
    }
  }

  #coverHard(r0: number, r1: number, r2: number): void {
    const { width } = this.#picture;
    const perWidth = 1 / width;
    for (let column = this.firstColumn; column <= this.lastColumn; column++) {
      const px = (2 * column + 1 - width) * perWidth;
      const e0 = r0 - this.#e0y * (px - this.#x1);
      const e1 = r1 - this.#e1y * (px - this.#x2);
      const e2 = r2 - this.#e2y * (px - this.#x0);
      E0[column] = e0;
      E1[column] = e1;
      E2[column] = e2;
      const within = e0 >= 0 && e1 >= 0 && e2 >= 0;
      inside[column] = within ? 1 : 0;
      coverage[column] = within ? 1 : -1;
      miss[column] = 0;
    }
  }

  /** Weights and depth within reach in the row of `coverRow`: equal weights, which mean nothing, in a face without area. */
  weighRow(): void {
    const per = this.#perArea;
    const flat = per === 0;
    const softras = this.#softras;
    const s0 = this.#s0;
    const s1 = this.#s1;
    const s2 = this.#s2;
    const d0 = this.#d0;
    const d1 = this.#d1;
    const d2 = this.#d2;
    const last = this.lastColumn | 0;
    for (let column = this.firstColumn | 0; column <= last; column++) {
      if (coverage[column] < 0) continue;
      let c0 = flat ? 1 / 3 : notNegative(E0[column] * per);
      let c1 = flat ? 1 / 3 : notNegative(E1[column] * per);
      let c2 = flat ? 1 / 3 : notNegative(E2[column] * per);
      if (softras) {
        c0 = atMostOne(c0);
        c1 = atMostOne(c1);
        c2 = atMostOne(c2);
      }
      const p0 = c0 * s0;
      const p1 = c1 * s1;
      const p2 = c2 * s2;
      const perTotal = 1 / (p0 + p1 + p2);
      perTotals[column] = perTotal;
      b0[column] = p0 * perTotal;
      b1[column] = p1 * perTotal;
      b2[column] = p2 * perTotal;
      depth[column] = softras
        ? (c0 + c1 + c2) / (c0 * d0 + c1 * d1 + c2 * d2)
        : (p0 * d0 + p1 * d1 + p2 * d2) * perTotal;
    }
  }

  /** Adds dL/d(corner) of the row's pixels: from distances, and where `weighed`, from weights and depth too. */
  addRow(weighed: boolean): void {
    const { distance } = this.#options;
    if (weighed) this.#addWeights();
    if (distance === 'euclidean') this.#addDistances();
    if (distance === 'barycentric') this.#addLeastWeights();
  }

  #addDistances(): void {
    const { width } = this.#picture;
    const perWidth = 1 / width;
    const py = this.#py;
    const turn = this.#turn;
    const flat = this.#perArea === 0;
    const x0 = this.#x0;
    const x1 = this.#x1;
    const x2 = this.#x2;
    const dy0 = this.#y0 - py;
    const dy1 = this.#y1 - py;
    const dy2 = this.#y2 - py;
    const e0x = this.#e0x;
    const e0y = this.#e0y;
    const e1x = this.#e1x;
    const e1y = this.#e1y;
    const e2x = this.#e2x;
    const e2y = this.#e2y;
    const n0 = this.#n0;
    const n1 = this.#n1;
    const n2 = this.#n2;
    let gx0 = 0;
    let gy0 = 0;
    let gx1 = 0;
    let gy1 = 0;
    let gx2 = 0;
    let gy2 = 0;
    const last = this.lastColumn | 0;
    for (let column = this.firstColumn | 0; column <= last; column++) {
      const g = distanceGradient[column];
      if (g === 0 || coverage[column] < 0) continue;
      distanceGradient[column] = 0;
      const px = (2 * column + 1 - width) * perWidth;
      // On an outline the distance is 0 either way.
      const twice = inside[column] === 1 && !flat ? 2 * g : -2 * g;
      // At a foot at i + t (j − i), the vector from p to it is E/L (e_y, −e_x).
      switch (nearestParts[column]) {
        case 0: {
          const scale = twice * E0[column] * n0;
          const t = turn * ((px - x1) * e0x - dy1 * e0y) * n0;
          const gx = scale * e0y;
          const gy = -scale * e0x;
          gx2 += gx * t;
          gy2 += gy * t;
          gx1 += gx - gx * t;
          gy1 += gy - gy * t;
          break;
        }
        case 1: {
          const scale = twice * E1[column] * n1;
          const t = turn * ((px - x2) * e1x - dy2 * e1y) * n1;
          const gx = scale * e1y;
          const gy = -scale * e1x;
          gx0 += gx * t;
          gy0 += gy * t;
          gx2 += gx - gx * t;
          gy2 += gy - gy * t;
          break;
        }
        case 2: {
          const scale = twice * E2[column] * n2;
          const t = turn * ((px - x0) * e2x - dy0 * e2y) * n2;
          const gx = scale * e2y;
          const gy = -scale * e2x;
          gx1 += gx * t;
          gy1 += gy * t;
          gx0 += gx - gx * t;
          gy0 += gy - gy * t;
          break;
        }
        case 3:
          gx0 += twice * (x0 - px);
          gy0 += twice * dy0;
          break;
        case 4:
          gx1 += twice * (x1 - px);
          gy1 += twice * dy1;
          break;
        case 5:
          gx2 += twice * (x2 - px);
          gy2 += twice * dy2;
      }
    }
    this.#gx0 += gx0;
    this.#gy0 += gy0;
    this.#gx1 += gx1;
    this.#gy1 += gy1;
    this.#gx2 += gx2;
    this.#gy2 += gy2;
  }

  /**
   * From dL/db and dL/dζ to dL/dβ, and on. β is affine in p, and moving corner k moves the picture at p by −β_k. A clipped weight
   * stands still.
   */
  #addWeights(): void {
    const per = this.#perArea;
    const softras = this.#softras;
    const most = softras ? 1 : Number.POSITIVE_INFINITY;
    const s0 = this.#s0;
    const s1 = this.#s1;
    const s2 = this.#s2;
    const t0 = 1 / s0;
    const t1 = 1 / s1;
    const t2 = 1 / s2;
    const d0 = this.#d0;
    const d1 = this.#d1;
    const d2 = this.#d2;
    const e0x = this.#e0x * per * per;
    const e0y = this.#e0y * per * per;
    const e1x = this.#e1x * per * per;
    const e1y = this.#e1y * per * per;
    const e2x = this.#e2x * per * per;
    const e2y = this.#e2y * per * per;
    let gx0 = 0;
    let gx1 = 0;
    let gx2 = 0;
    let gy0 = 0;
    let gy1 = 0;
    let gy2 = 0;
    let gw0 = 0;
    let gw1 = 0;
    let gw2 = 0;
    let gd0 = 0;
    let gd1 = 0;
    let gd2 = 0;
    const last = this.lastColumn | 0;
    for (let column = this.firstColumn | 0; column <= last; column++) {
      if (heard[column] === 0) continue;
      heard[column] = 0;
      const w0 = b0[column];
      const w1 = b1[column];
      const w2 = b2[column];
      const gDepth = depthGradient[column];
      let q0 = g0[column];
      let q1 = g1[column];
      let q2 = g2[column];
      if (!softras) {
        q0 += gDepth * d0;
        q1 += gDepth * d1;
        q2 += gDepth * d2;
        gd0 += gDepth * w0;
        gd1 += gDepth * w1;
        gd2 += gDepth * w2;
      }
      const mean = w0 * q0 + w1 * q1 + w2 * q2;
      q0 -= mean;
      q1 -= mean;
      q2 -= mean;
      gw0 -= q0 * w0;
      gw1 -= q1 * w1;
      gw2 -= q2 * w2;
      const perTotal = perTotals[column];
      q0 *= s0 * perTotal;
      q1 *= s1 * perTotal;
      q2 *= s2 * perTotal;
      if (softras && gDepth !== 0) {
        // 1/ζ = Σ c_k/ζ_k / Σc, where c_k = b_k w_k Σ(c/w), or b_k Σc.
        const c0 = w0 * t0;
        const c1 = w1 * t1;
        const c2 = w2 * t2;
        const z = depth[column];
        const scale = (gDepth * z) / (c0 + c1 + c2);
        q0 -= scale * perTotal * (d0 * z - 1);
        q1 -= scale * perTotal * (d1 * z - 1);
        q2 -= scale * perTotal * (d2 * z - 1);
        gd0 += scale * z * c0;
        gd1 += scale * z * c1;
        gd2 += scale * z * c2;
      }
      if (inside[column] === 0) {
        const beta0 = E0[column] * per;
        const beta1 = E1[column] * per;
        const beta2 = E2[column] * per;
        if (beta0 < 0 || beta0 > most) q0 = 0;
        if (beta1 < 0 || beta1 > most) q1 = 0;
        if (beta2 < 0 || beta2 > most) q2 = 0;
      }
      const ofX = q0 * e0y + q1 * e1y + q2 * e2y;
      const ofY = q0 * e0x + q1 * e1x + q2 * e2x;
      gx0 += ofX * E0[column];
      gx1 += ofX * E1[column];
      gx2 += ofX * E2[column];
      gy0 -= ofY * E0[column];
      gy1 -= ofY * E1[column];
      gy2 -= ofY * E2[column];
    }
    this.#gx0 += gx0;
    this.#gx1 += gx1;
    this.#gx2 += gx2;
    this.#gy0 += gy0;
    this.#gy1 += gy1;
    this.#gy2 += gy2;
    this.#gw0 += gw0;
    this.#gw1 += gw1;
    this.#gw2 += gw2;
    this.#gd0 += gd0;
    this.#gd1 += gd1;
    this.#gd2 += gd2;
  }

  /** The same from the squares of the least weights. */
  #addLeastWeights(): void {
    const per = this.#perArea;
    for (let column = this.firstColumn; column <= this.lastColumn; column++) {
      if (coverage[column] < 0) continue;
      const k = nearestParts[column];
      const e = k === 0 ? E0[column] : k === 1 ? E1[column] : E2[column];
      const q = distanceGradient[column] * 2 * Math.abs(e) * per ** 3;
      distanceGradient[column] = 0;
      const ofX = q * (k === 0 ? this.#e0y : k === 1 ? this.#e1y : this.#e2y);
      const ofY = q * (k === 0 ? this.#e0x : k === 1 ? this.#e1x : this.#e2x);
      this.#gx0 += ofX * E0[column];
      this.#gx1 += ofX * E1[column];
      this.#gx2 += ofX * E2[column];
      this.#gy0 -= ofY * E0[column];
      this.#gy1 -= ofY * E1[column];
      this.#gy2 -= ofY * E2[column];
    }
  }

  /** Hands the face's sums over to its vertices. */
  finishFace(): void {
    const planar = this.#planar;
    const depths = this.#depths;
    const softras = this.#softras;
    planar[2 * this.#v0] += this.#gx0;
    planar[2 * this.#v0 + 1] += this.#gy0;
    planar[2 * this.#v1] += this.#gx1;
    planar[2 * this.#v1 + 1] += this.#gy1;
    planar[2 * this.#v2] += this.#gx2;
    planar[2 * this.#v2 + 1] += this.#gy2;
    if (this.colored) {
      depths[2 * this.#v0] += this.#gd0 * (softras ? this.#d0 * this.#d0 : 1);
      depths[2 * this.#v1] += this.#gd1 * (softras ? this.#d1 * this.#d1 : 1);
      depths[2 * this.#v2] += this.#gd2 * (softras ? this.#d2 * this.#d2 : 1);
      depths[2 * this.#v0 + 1] += this.#gw0 * this.#s0;
      depths[2 * this.#v1 + 1] += this.#gw1 * this.#s1;
      depths[2 * this.#v2 + 1] += this.#gw2 * this.#s2;
    }
    this.#gx0 = this.#gx1 = this.#gx2 = 0;
    this.#gy0 = this.#gy1 = this.#gy2 = 0;
    this.#gw0 = this.#gw1 = this.#gw2 = 0;
    this.#gd0 = this.#gd1 = this.#gd2 = 0;
  }

  /** Adds the gradients of the item's vertices to those of the positions. */
  finishItem(positionGradient: RealArray): void {
    addCornerGradient(
      this.#scene,
      this.#item,
      this.#picture,
      this.#vertices,
      this.#planar,
      this.#depths,
      positionGradient,
    );
  }
}

/** Adds dL/d(position), given two numbers a vertex of dL/dx and dL/dy in the image plane, and two of dL/dζ and dL/dw. */
export function addCornerGradient(
  scene: Scene,
  item: MeshRange,
  picture: Picture,
  vertices: ProjectedVertices,
  planar: Float64Array,
  depths: Float64Array,
  positionGradient: RealArray,
): void {
  const { stride } = scene;
  const { vertexStart, vertexCount } = item;
  const homogeneous = stride === 4 && picture.perspectiveCorrect;
  for (let v = 0; v < vertexCount; v++) {
    const at = stride * (vertexStart + v);
    positionGradient[at + 2] -= depths[2 * v];
    if (homogeneous) positionGradient[at + 3] += depths[2 * v + 1];
  }
  addPlanarGradient(scene, item, vertices, planar, positionGradient);
}
