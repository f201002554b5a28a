// The edge gradient (reference/edgeGradient.ts has its formulas), in one pass over neighbouring pixels. Triangles are looked at only
// where two neighbours show different faces and the loss sees a jump between them.

import type { EdgeGradientOptions } from '../edgeGradient.ts';
import type { Fragments, MeshRange, Picture, RealArray, Scene } from '../scene.ts';
import { scratch } from '../scratch.ts';
import { type ProjectedVertices, projectVertices } from './vertices.ts';

/** ‖∂p/∂r‖ where `maxDpDr` leaves it free: only against overflow. */
const freeLimit = 1e8;

export const limitOf = ({ maxDpDr }: EdgeGradientOptions): number => (maxDpDr === 0 ? freeLimit : maxDpDr);

/** dL/dX, dL/dY, dL/dZ, dL/dw of each vertex. */
const vertexSums = scratch(Float64Array);

export function edgeGradient(
  scene: Scene,
  picture: Picture,
  visible: Fragments,
  colors: RealArray,
  upstream: RealArray,
  options: EdgeGradientOptions,
  positionGradient: RealArray,
): void {
  const width = picture.width | 0;
  const height = picture.height | 0;
  const channels = (colors.length / visible.faces.length) | 0;
  const limit = limitOf(options);
  const { faces } = visible;

  for (let b = 0; b < scene.items.length; b++) {
    const item = scene.items[b];
    const start = (b * width * height) | 0;
    const edges = new ItemEdges(scene, item, picture, visible, start);
    for (let row = 0; row < height; row++) {
      let at = start + row * width;
      for (let column = 0; column < width; column++, at++) {
        const face = faces[at];
        if (column + 1 < width && faces[at + 1] !== face) {
          const jump = jumpBetween(at, at + 1, channels, colors, upstream);
          if (jump !== 0) edges.add(at, at + 1, jump, width / 2, 0, limit);
        }
        if (row + 1 < height && faces[at + width] !== face) {
          const jump = jumpBetween(at, at + width, channels, colors, upstream);
          if (jump !== 0) edges.add(at, at + width, jump, 0, -height / 2, limit);
        }
      }
    }
    edges.addTo(positionGradient);
  }
}

/** G = ½ Σ (g_A + g_B) (I_B − I_A). */
function jumpBetween(a: number, b: number, channels: number, colors: RealArray, upstream: RealArray): number {
  let jump = 0;
  let i = a * channels;
  let j = b * channels;
  for (let c = 0; c < channels; c++, i++, j++) jump += (upstream[i] + upstream[j]) * (colors[j] - colors[i]);
  return 0.5 * jump;
}

/** Gathers the gradients of one mesh. */
class ItemEdges {
  readonly #scene: Scene;
  readonly #item: MeshRange;
  readonly #picture: Picture;
  readonly #visible: Fragments;
  readonly #start: number;
  readonly #vertices: ProjectedVertices;
  readonly #sums: Float64Array;

  constructor(scene: Scene, item: MeshRange, picture: Picture, visible: Fragments, start: number) {
    this.#scene = scene;
    this.#item = item;
    this.#picture = picture;
    this.#visible = visible;
    this.#start = start;
    this.#vertices = projectVertices(scene, item, picture);
    this.#sums = vertexSums(4 * item.vertexCount).fill(0, 0, 4 * item.vertexCount);
  }

  /** `scaleX`, `scaleY`: pixels a unit of the image plane, along the axis from fragment a to fragment b. */
  add(a: number, b: number, jump: number, scaleX: number, scaleY: number, limit: number): void {
    const { faces } = this.#visible;
    const gx = -jump * scaleX;
    const gy = -jump * scaleY;
    if (faces[a] < 0 || faces[b] < 0) {
      this.#move(faces[a] < 0 ? b : a, gx, gy, 0);
      return;
    }
    const aAtA = this.#depthBelow(faces[a], a, Infinity);
    const bAtB = this.#depthBelow(faces[b], b, Infinity);
    const bAtA = this.#depthBelow(faces[b], a, aAtA);
    const aAtB = this.#depthBelow(faces[a], b, bAtB);
    if (bAtA > -Infinity && aAtB > -Infinity) {
      const aSlope = aAtB - aAtA;
      const bSlope = bAtB - bAtA;
      const difference = bSlope - aSlope;
      if (!(difference > 0)) return;
      const aScale = Math.min(1 / difference, limit / Math.hypot(aSlope, 1));
      const bScale = Math.min(1 / difference, limit / Math.hypot(bSlope, 1));
      this.#move(a, -aScale * aSlope * gx, -aScale * aSlope * gy, -aScale * jump);
      this.#move(b, bScale * bSlope * gx, bScale * bSlope * gy, bScale * jump);
    } else if (bAtA > -Infinity) {
      this.#move(a, gx, gy, 0);
    } else if (aAtB > -Infinity) {
      this.#move(b, gx, gy, 0);
    }
  }

  /** dL/d(point of the face seen at a fragment), to the corners. */
  #move(fragment: number, gx: number, gy: number, gz: number): void {
    const { faces, weights } = this.#visible;
    const { x, y, w } = this.#vertices;
    const { perspectiveCorrect } = this.#picture;
    const corner = this.#corner(faces[fragment]);
    let pointW = 0;
    for (let k = 0; k < 3; k++) pointW += weights[3 * fragment + k] * w[this.#scene.faces[corner + k]];
    const atPoint = gx * this.#x(fragment) + gy * this.#y(fragment);
    for (let k = 0; k < 3; k++) {
      const v = this.#scene.faces[corner + k];
      const weight = weights[3 * fragment + k];
      const share = weight / (perspectiveCorrect ? pointW : w[v]);
      this.#sums[4 * v] += share * gx;
      this.#sums[4 * v + 1] += share * gy;
      this.#sums[4 * v + 2] += weight * gz;
      this.#sums[4 * v + 3] -= share * (perspectiveCorrect ? atPoint : gx * x[v] + gy * y[v]);
    }
  }

  /**
   * Depth of a face at the centre of a fragment's pixel; −∞ where the centre lies outside, or on the face's outline and not below
   * what is seen there.
   */
  #depthBelow(face: number, fragment: number, seen: number): number {
    const { x, y, z, w } = this.#vertices;
    const { perspectiveCorrect } = this.#picture;
    const corner = this.#corner(face);
    const a = this.#scene.faces[corner];
    const b = this.#scene.faces[corner + 1];
    const c = this.#scene.faces[corner + 2];
    const px = this.#x(fragment);
    const py = this.#y(fragment);
    const ea = (x[b] - px) * (y[c] - py) - (x[c] - px) * (y[b] - py);
    const eb = (x[c] - px) * (y[a] - py) - (x[a] - px) * (y[c] - py);
    const ec = (x[a] - px) * (y[b] - py) - (x[b] - px) * (y[a] - py);
    if (!((ea >= 0 && eb >= 0 && ec >= 0) || (ea <= 0 && eb <= 0 && ec <= 0))) return -Infinity;
    const qa = perspectiveCorrect ? ea / w[a] : ea;
    const qb = perspectiveCorrect ? eb / w[b] : eb;
    const qc = perspectiveCorrect ? ec / w[c] : ec;
    const depth = (qa * z[a] + qb * z[b] + qc * z[c]) / (qa + qb + qc);
    const inside = ea !== 0 && eb !== 0 && ec !== 0;
    return inside || Math.fround(depth) < Math.fround(seen) ? depth : -Infinity;
  }

  #corner(face: number): number {
    return 3 * (this.#item.faceStart + face);
  }

  #x(fragment: number): number {
    const { width } = this.#picture;
    return (2 * (fragment % width) + 1 - width) / width;
  }

  #y(fragment: number): number {
    const { width, height } = this.#picture;
    return (height - 2 * Math.floor((fragment - this.#start) / width) - 1) / height;
  }

  addTo(positionGradient: RealArray): void {
    const { stride } = this.#scene;
    const { vertexStart, vertexCount } = this.#item;
    for (let v = 0, at = stride * vertexStart; v < vertexCount; v++, at += stride) {
      for (let k = 0; k < stride; k++) positionGradient[at + k] += this.#sums[4 * v + k];
    }
  }
}
