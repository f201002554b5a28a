// nvdiffrast's analytic antialiasing: one pass over the picture, looking closer only where two neighbours show different faces
// and one of these has an edge on an outline. What is kept for the backward pass is two numbers and a coefficient a blended pair.
//
// In pixels, with x along a pair, y across it and 0 at the centre of the near face's pixel, the edge (x₁, y₁)–(x₂, y₂) crosses the
// line of centres at x_c = x₁ − y₁ Δx/Δy, and with s = ±1 the direction of the other pixel (Laine et al., Modular Primitives for
// High-Performance Differentiable Rendering, 2020; rules as in NVlabs/nvdiffrast, csrc/common/antialias.cu)
//     α = s/2 − x_c,     C ← C + α (C₁ − C₀)   at pixel 0 where α > 0, else at pixel 1.
// Hence, with G = Σ_c g (C₁ − C₀), g of the pixel that was changed,
//     ∂L/∂x₁ = −G y₂/Δy,           ∂L/∂x₂ = G y₁/Δy,
//     ∂L/∂y₁ = −G (x_c − x₂)/Δy,   ∂L/∂y₂ = G (x_c − x₁)/Δy.

import { type AntialiasOptions, crossingSlack, type PixelRows } from '../antialias.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { addPlanarGradient, type ProjectedVertices, projectVertices } from './vertices.ts';

/** The pairs that were blended, those of an item together. */
export class BlendedPairs {
  readonly itemStarts: Int32Array;
  length = 0;
  /** Two numbers a pair: pixel 0; and 4 · (entry of `scene.faces` opposite the edge) + 2 · vertical + near, the pixel of the face. */
  codes: Int32Array;
  alphas: Float64Array;

  constructor(batch: number, capacity: number) {
    this.itemStarts = new Int32Array(batch + 1);
    this.codes = new Int32Array(2 * capacity);
    this.alphas = new Float64Array(capacity);
  }

  push(pixel: number, code: number, alpha: number): void {
    if (this.length === this.alphas.length) {
      const { codes, alphas } = this;
      this.codes = new Int32Array(2 * codes.length);
      this.codes.set(codes);
      this.alphas = new Float64Array(2 * alphas.length);
      this.alphas.set(alphas);
    }
    this.codes[2 * this.length] = pixel;
    this.codes[2 * this.length + 1] = code;
    this.alphas[this.length++] = alpha;
  }
}

const vertical = 2;
const outlines = scratch(Uint8Array);
const vertexSums = scratch(Float64Array);

export function antialias(
  scene: Scene,
  picture: Picture,
  { faces: visible }: Fragments,
  oppositeVertices: Int32Array,
  { values, channels }: PixelRows,
  output: RealArray,
): BlendedPairs {
  const width = picture.width | 0;
  const height = picture.height | 0;
  const pairs = new BlendedPairs(scene.items.length, 4 * (width + height));
  output.set(values);
  scene.items.forEach((item, b) => {
    const vertices = projectVertices(scene, item, picture);
    const edges = findOutlines(scene.faces, item, vertices, oppositeVertices);
    const finder = new CrossingFinder(scene.faces, item, vertices, edges, picture, pairs);
    const base = (b * width * height) | 0;
    for (let row = 0; row < height; row++) {
      const start = (base + row * width) | 0;
      for (let column = 0; column < width; column++) {
        const pixel = start + column;
        const face = visible[pixel];
        const edgesHere = face < 0 ? 0 : edges[face];
        if (column + 1 < width) {
          const right = visible[pixel + 1];
          if (right !== face && (edgesHere !== 0 || (right >= 0 && edges[right] !== 0))) {
            finder.look(pixel, column, row, face, right, 0);
          }
        }
        if (row > 0) {
          const above = visible[pixel - width];
          if (above !== face && (edgesHere !== 0 || (above >= 0 && edges[above] !== 0))) {
            finder.look(pixel, column, row, face, above, vertical);
          }
        }
      }
    }
    pairs.itemStarts[b + 1] = pairs.length;
  });

  for (let i = 0; i < pairs.length; i++) {
    const alpha = pairs.alphas[i];
    const row0 = channels * pairs.codes[2 * i];
    const row1 = channels * otherPixel(pairs.codes[2 * i], pairs.codes[2 * i + 1], width);
    const changed = alpha > 0 ? row0 : row1;
    for (let c = 0; c < channels; c++) output[changed + c] += alpha * (values[row1 + c] - values[row0 + c]);
  }
  return pairs;
}

/** Pixel 1 of a pair: above pixel 0, or to its right. */
const otherPixel = (pixel: number, code: number, width: number): number =>
  (code & vertical) === 0 ? pixel + 1 : pixel - width;

/**
 * For each face of a mesh, bit k where the edge opposite corner k is on an outline: no face lies beyond it, none that is drawn, or
 * one on the same side in the picture.
 */
function findOutlines(
  faces: Int32Array,
  { faceStart, faceCount }: MeshRange,
  { x, y, w }: ProjectedVertices,
  oppositeVertices: Int32Array,
): Uint8Array {
  const edges = outlines(faceCount);
  for (let f = 0, at = 3 * faceStart; f < faceCount; f++, at += 3) {
    const a = faces[at];
    const b = faces[at + 1];
    const c = faces[at + 2];
    const clockwise = crossProduct(x[a], y[a], x[b], y[b], x[c], y[c]) < 0;
    const oa = oppositeVertices[at];
    const ob = oppositeVertices[at + 1];
    const oc = oppositeVertices[at + 2];
    let bits = 0;
    if (oa < 0 || w[oa] === 0 || crossProduct(x[oa], y[oa], x[b], y[b], x[c], y[c]) < 0 === clockwise)
      bits |= 1;
    if (ob < 0 || w[ob] === 0 || crossProduct(x[a], y[a], x[ob], y[ob], x[c], y[c]) < 0 === clockwise)
      bits |= 2;
    if (oc < 0 || w[oc] === 0 || crossProduct(x[a], y[a], x[b], y[b], x[oc], y[oc]) < 0 === clockwise)
      bits |= 4;
    edges[f] = bits;
  }
  return edges;
}

/** (b − a) × (c − a). */
const crossProduct = (ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number =>
  (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);

/** Looks for the edge between two neighbouring pixels of one item that show different faces. */
class CrossingFinder {
  readonly #faces: Int32Array;
  readonly #faceStart: number;
  readonly #vertices: ProjectedVertices;
  readonly #edges: Uint8Array;
  readonly #picture: Picture;
  readonly #pairs: BlendedPairs;

  constructor(
    faces: Int32Array,
    item: MeshRange,
    vertices: ProjectedVertices,
    edges: Uint8Array,
    picture: Picture,
    pairs: BlendedPairs,
  ) {
    this.#faces = faces;
    this.#faceStart = item.faceStart;
    this.#vertices = vertices;
    this.#edges = edges;
    this.#picture = picture;
    this.#pairs = pairs;
  }

  /** Adds the pair to those blended where an edge on an outline lies between its pixels. */
  look(pixel: number, column: number, row: number, face0: number, face1: number, direction: number): void {
    const { width, height } = this.#picture;
    const column1 = direction === 0 ? column + 1 : column;
    const row1 = direction === 0 ? row : row - 1;
    let near = face0 < 0 ? 1 : 0;
    if (face0 >= 0 && face1 >= 0) {
      near = this.#depthAt(face0, column, row) > this.#depthAt(face1, column1, row1) ? 0 : 1;
    }
    const face = near === 0 ? face0 : face1;
    const edges = this.#edges[face];
    if (edges === 0) return;
    const s = near === 0 ? 1 : -1;

    // Corners in pixels from the centre of the near pixel; x along the pair, y across it.
    const { x, y } = this.#vertices;
    const at = 3 * (this.#faceStart + face);
    const a = this.#faces[at];
    const b = this.#faces[at + 1];
    const c = this.#faces[at + 2];
    const horizontal = direction === 0;
    const along = horizontal ? x : y;
    const across = horizontal ? y : x;
    const right = (2 * (near === 0 ? column : column1) + 1 - width) / width;
    const up = (height - 2 * (near === 0 ? row : row1) - 1) / height;
    const alongCenter = horizontal ? right : up;
    const acrossCenter = horizontal ? up : right;
    const alongScale = (horizontal ? width : height) / 2;
    const acrossScale = (horizontal ? height : width) / 2;
    const ax = (along[a] - alongCenter) * alongScale;
    const ay = (across[a] - acrossCenter) * acrossScale;
    const bx = (along[b] - alongCenter) * alongScale;
    const by = (across[b] - acrossCenter) * acrossScale;
    const cx = (along[c] - alongCenter) * alongScale;
    const cy = (across[c] - acrossCenter) * acrossScale;

    // Of the edges that cross the line of centres, the one farthest in the direction of the other pixel; the lowest on a tie.
    let farthest = -Infinity;
    let opposite = -1;
    let steep = false;
    if (by < 0 !== cy < 0) {
      farthest = (s * (bx * (cy - by) - by * (cx - bx))) / (cy - by);
      opposite = 0;
      steep = Math.abs(cy - by) >= Math.abs(cx - bx);
    }
    if (cy < 0 !== ay < 0) {
      const distance = (s * (cx * (ay - cy) - cy * (ax - cx))) / (ay - cy);
      if (distance > farthest) {
        farthest = distance;
        opposite = 1;
        steep = Math.abs(ay - cy) >= Math.abs(ax - cx);
      }
    }
    if (ay < 0 !== by < 0) {
      const distance = (s * (ax * (by - ay) - ay * (bx - ax))) / (by - ay);
      if (distance > farthest) {
        farthest = distance;
        opposite = 2;
        steep = Math.abs(by - ay) >= Math.abs(bx - ax);
      }
    }
    if (!steep || (edges & (1 << opposite)) === 0) return;
    if (!(farthest > -crossingSlack && farthest < 1 + crossingSlack)) return;
    const alpha = s * (0.5 - Math.min(1, Math.max(0, farthest)));
    if (alpha !== 0) this.#pairs.push(pixel, 4 * (at + opposite) + direction + near, alpha);
  }

  /** Depth of a face at a pixel centre, in float32 as in the z-buffer. */
  #depthAt(face: number, column: number, row: number): number {
    const { width, height, perspectiveCorrect } = this.#picture;
    const { x, y, z, w } = this.#vertices;
    const at = 3 * (this.#faceStart + face);
    const a = this.#faces[at];
    const b = this.#faces[at + 1];
    const c = this.#faces[at + 2];
    const px = (2 * column + 1 - width) / width;
    const py = (height - 2 * row - 1) / height;
    let shareA = crossProduct(px, py, x[b], y[b], x[c], y[c]);
    let shareB = crossProduct(px, py, x[c], y[c], x[a], y[a]);
    let shareC = crossProduct(px, py, x[a], y[a], x[b], y[b]);
    if (perspectiveCorrect) {
      shareA /= w[a];
      shareB /= w[b];
      shareC /= w[c];
    }
    return Math.fround((shareA * z[a] + shareB * z[b] + shareC * z[c]) / (shareA + shareB + shareC));
  }
}

export function antialiasBackward(
  scene: Scene,
  picture: Picture,
  { itemStarts, codes, alphas }: BlendedPairs,
  { gradientBoost, edgePadding }: AntialiasOptions,
  { values, channels }: PixelRows,
  upstream: RealArray,
  colorGradient: RealArray,
  positionGradient: RealArray,
): void {
  const { faces } = scene;
  const { width, height } = picture;
  const pixels = width * height;
  for (let i = 0; i < colorGradient.length; i++) colorGradient[i] += upstream[i];
  scene.items.forEach((item, b) => {
    if (itemStarts[b] === itemStarts[b + 1]) return;
    const vertices = projectVertices(scene, item, picture);
    const { x, y } = vertices;
    const gradient = vertexSums(2 * item.vertexCount).fill(0, 0, 2 * item.vertexCount);
    for (let i = itemStarts[b]; i < itemStarts[b + 1]; i++) {
      const pixel0 = codes[2 * i];
      const code = codes[2 * i + 1];
      const pixel1 = otherPixel(pixel0, code, width);
      const alpha = alphas[i];
      const row0 = channels * pixel0;
      const row1 = channels * pixel1;
      const changed = alpha > 0 ? row0 : row1;
      let pull = 0;
      for (let c = 0; c < channels; c++) {
        const g = upstream[changed + c];
        colorGradient[row0 + c] -= alpha * g;
        colorGradient[row1 + c] += alpha * g;
        pull += g * (values[row1 + c] - values[row0 + c]);
      }
      // Where α was clamped to ½, moving the edge changes nothing.
      if (pull === 0 || Math.abs(alpha) >= 0.5) continue;
      pull *= gradientBoost;

      const corner = code >> 2;
      const first = corner - (corner % 3);
      const from = faces[first + ((corner + 1) % 3)];
      const to = faces[first + ((corner + 2) % 3)];
      const center = ((code & 1) === 0 ? pixel0 : pixel1) - b * pixels;
      const right = (2 * (center % width) + 1 - width) / width;
      const up = (height - 2 * Math.floor(center / width) - 1) / height;
      const horizontal = (code & vertical) === 0;
      const along = horizontal ? x : y;
      const across = horizontal ? y : x;
      const alongCenter = horizontal ? right : up;
      const acrossCenter = horizontal ? up : right;
      const alongScale = (horizontal ? width : height) / 2;
      const acrossScale = (horizontal ? height : width) / 2;
      const x1 = (along[from] - alongCenter) * alongScale;
      const y1 = (across[from] - acrossCenter) * acrossScale;
      const x2 = (along[to] - alongCenter) * alongScale;
      const y2 = (across[to] - acrossCenter) * acrossScale;
      // nvdiffrast's ε keeps Δy away from 0, here and in x_c.
      const span = y2 - y1 + (y2 < y1 ? -edgePadding : edgePadding);
      const crossing = (x1 * (y2 - y1) - y1 * (x2 - x1)) / span;
      const toAlong = horizontal ? 0 : 1;
      const toAcross = 1 - toAlong;
      gradient[2 * from + toAlong] -= (pull * alongScale * y2) / span;
      gradient[2 * from + toAcross] -= (pull * acrossScale * (crossing - x2)) / span;
      gradient[2 * to + toAlong] += (pull * alongScale * y1) / span;
      gradient[2 * to + toAcross] += (pull * acrossScale * (crossing - x1)) / span;
    }
    addPlanarGradient(scene, item, vertices, gradient, positionGradient);
  });
}
