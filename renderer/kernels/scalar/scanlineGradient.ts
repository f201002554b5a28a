// Kato's gradient (reference/scanlineGradient.ts has its formulas), a row or column of the picture at a time. A face gives and
// takes only where it is seen, so runs of pixels with one face are all there is to visit; and of the long way from a crossing to the
// border only those pixels count that could gain by the colour of any covered pixel of the line. Costs grow with the number of
// runs times the number of such pixels on a line.

import type { ScanlineGradientOptions } from '../scanlineGradient.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { addPlanarGradient, type ProjectedVertices, projectVertices } from './vertices.ts';

const vertexSums = scratch(Float64Array);

/** The picture as scanlines: d counts pixels along one, s the scanlines; pixel (s, d) is at `origin` + s · `across` + d · `along`. */
interface Scanlines {
  /** 0: rows, which move vertices in x; 1: columns, in y. */
  axis: 0 | 1;
  count: number;
  length: number;
  origin: number;
  across: number;
  along: number;
}

export function scanlineGradient(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  colors: RealArray,
  upstream: RealArray,
  { eps }: ScanlineGradientOptions,
  positionGradient: RealArray,
): void {
  const { width, height } = picture;
  const channels = colors.length / visible.faces.length;
  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const vertices = projectVertices(scene, item, picture);
    const sums = vertexSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
    // Scanlines are counted from the bottom and from the left.
    const origin = (b * height + height - 1) * width;
    const rows: Scanlines = { axis: 0, count: height, length: width, origin, across: -width, along: 1 };
    const columns: Scanlines = { axis: 1, count: width, length: height, origin, across: 1, along: -width };
    for (const lines of [rows, columns]) {
      const line = new Line(lines.length, channels);
      for (let s = 0; s < lines.count; s++) {
        line.read(lines, s, visible.faces, colors, upstream);
        line.sum(scene, item, vertices, lines, s, eps, sums);
      }
    }
    addPlanarGradient(scene, item, vertices, sums, positionGradient);
  }
}

const lineFaces = scratch(Int32Array);
const lineColors = scratch(Float64Array);
const lineUpstream = scratch(Float64Array);
const lineRanges = scratch(Float64Array);
const gainerPlaces = scratch(Int32Array);
const gainerUpstream = scratch(Float64Array);
const gainerProducts = scratch(Float64Array);

/** One scanline, read into a row of its own. */
class Line {
  readonly #length: number;
  readonly #channels: number;
  readonly #faces: Int32Array;
  readonly #colors: Float64Array;
  readonly #upstream: Float64Array;
  /** Smallest and largest colour of covered pixels, a pair a channel. */
  readonly #ranges: Float64Array;
  /** The pixels that could gain, in ascending order: d, g = ∂L/∂I, and I · g. */
  readonly #places: Int32Array;
  readonly #gainerUpstream: Float64Array;
  readonly #products: Float64Array;
  #gainers = 0;

  constructor(length: number, channels: number) {
    this.#length = length;
    this.#channels = channels;
    this.#faces = lineFaces(length);
    this.#colors = lineColors(length * channels);
    this.#upstream = lineUpstream(length * channels);
    this.#ranges = lineRanges(2 * channels);
    this.#places = gainerPlaces(length);
    this.#gainerUpstream = gainerUpstream(length * channels);
    this.#products = gainerProducts(length);
  }

  read(
    { origin, across, along }: Scanlines,
    s: number,
    visible: Int32Array,
    colors: RealArray,
    upstream: RealArray,
  ): void {
    const length = this.#length;
    const channels = this.#channels;
    const ranges = this.#ranges;
    for (let c = 0; c < channels; c++) {
      ranges[2 * c] = Infinity;
      ranges[2 * c + 1] = -Infinity;
    }
    for (let d = 0, at = origin + s * across; d < length; d++, at += along) {
      const face = visible[at];
      this.#faces[d] = face;
      for (let c = 0; c < channels; c++) {
        const color = colors[at * channels + c];
        this.#colors[d * channels + c] = color;
        this.#upstream[d * channels + c] = upstream[at * channels + c];
        if (face < 0) continue;
        if (color < ranges[2 * c]) ranges[2 * c] = color;
        if (color > ranges[2 * c + 1]) ranges[2 * c + 1] = color;
      }
    }
    this.#gainers = 0;
    if (ranges[0] <= ranges[1]) this.#findGainers();
  }

  #findGainers(): void {
    const channels = this.#channels;
    let found = 0;
    for (let d = 0; d < this.#length; d++) {
      let most = 0;
      let product = 0;
      for (let c = 0; c < channels; c++) {
        const color = this.#colors[d * channels + c];
        const g = this.#upstream[d * channels + c];
        most += (color - this.#ranges[g > 0 ? 2 * c : 2 * c + 1]) * g;
        product += color * g;
        this.#gainerUpstream[found * channels + c] = g;
      }
      if (most <= 0) continue;
      this.#places[found] = d;
      this.#products[found] = product;
      found++;
    }
    this.#gainers = found;
  }

  /** Adds the gradients of all runs to `sums`, two numbers a vertex. */
  sum(
    scene: Scene,
    item: MeshRange,
    { x, y }: ProjectedVertices,
    { axis, count }: Scanlines,
    s: number,
    eps: number,
    sums: Float64Array,
  ): void {
    const { faces } = scene;
    const length = this.#length;
    const crossAxis = axis === 0 ? y : x;
    const alongAxis = axis === 0 ? x : y;
    let end = 0;
    for (let start = 0; start < length; start = end) {
      const face = this.#faces[start];
      end = start + 1;
      while (end < length && this.#faces[end] === face) end++;
      if (face < 0) continue;
      const corner = 3 * (item.faceStart + face);
      const a = faces[corner];
      const b = faces[corner + 1];
      const c = faces[corner + 2];
      const front = (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a]) > 0;
      for (let k = 0; k < 3; k++) {
        const next = (k + 1) % 3;
        const from = faces[corner + (front ? k : next)];
        const to = faces[corner + (front ? next : k)];
        const s0 = (count * (crossAxis[from] + 1) - 1) / 2;
        const s1 = (count * (crossAxis[to] + 1) - 1) / 2;
        if (s0 === s1 || s < Math.min(s0, s1) || s > Math.max(s0, s1)) continue;
        const d0 = (length * (alongAxis[from] + 1) - 1) / 2;
        const d1 = (length * (alongAxis[to] + 1) - 1) / 2;
        const t = (s - s0) / (s1 - s0);
        const crossing = d0 + t * (d1 - d0);
        // Counter-clockwise, the inside lies above an edge that goes right, and left of one that goes up.
        const outward = (axis === 1) === s0 < s1 ? -1 : 1;
        const inner = outward > 0 ? Math.floor(crossing) : Math.ceil(crossing);
        const outer = inner + outward;
        if (Math.min(inner, outer) < 0 || Math.max(inner, outer) >= length) continue;
        this.#sumRun(start, end, outer, crossing, t, eps, sums, 2 * from + axis, 2 * to + axis);
        if (inner >= start && inner < end) {
          this.#sumBeyond(inner, outward, crossing, t, eps, sums, 2 * from + axis, 2 * to + axis);
        }
      }
    }
  }

  /** The in pass: pixels of the run, should they take the colour of the one outside. */
  #sumRun(
    start: number,
    end: number,
    outside: number,
    crossing: number,
    t: number,
    eps: number,
    sums: Float64Array,
    from: number,
    to: number,
  ): void {
    const channels = this.#channels;
    const colors = this.#colors;
    const unit = 2 / this.#length;
    let fromSum = 0;
    let toSum = 0;
    for (let d = start; d < end; d++) {
      let m = 0;
      for (let c = 0; c < channels; c++) {
        m += (colors[d * channels + c] - colors[outside * channels + c]) * this.#upstream[d * channels + c];
      }
      if (m <= 0) continue;
      const distance = (d - crossing) * unit;
      const pad = distance > 0 ? eps : -eps;
      fromSum += m / (distance / (1 - t) + pad);
      toSum += m / (distance / t + pad);
    }
    if (t < 1) sums[from] -= fromSum;
    if (t > 0) sums[to] -= toSum;
  }

  /** The out pass: pixels from the crossing to the border, should they take the colour of the one inside. */
  #sumBeyond(
    inside: number,
    outward: number,
    crossing: number,
    t: number,
    eps: number,
    sums: Float64Array,
    from: number,
    to: number,
  ): void {
    const channels = this.#channels;
    const colors = this.#colors;
    const places = this.#places;
    const products = this.#products;
    const g = this.#gainerUpstream;
    const fromWay = ((2 / this.#length) * outward) / (1 - t);
    const toWay = ((2 / this.#length) * outward) / t;
    const gainers = this.#gainers;
    let fromSum = 0;
    let toSum = 0;
    for (let i = outward > 0 ? gainers - 1 : 0; i >= 0 && i < gainers; i -= outward) {
      const distance = places[i] - crossing;
      if ((places[i] - inside) * outward <= 0) break;
      let m = products[i];
      for (let c = 0; c < channels; c++) m -= colors[inside * channels + c] * g[i * channels + c];
      if (m <= 0) continue;
      fromSum += m / (distance * fromWay + eps);
      toSum += m / (distance * toWay + eps);
    }
    if (t < 1) sums[from] -= outward * fromSum;
    if (t > 0) sums[to] -= outward * toSum;
  }
}
