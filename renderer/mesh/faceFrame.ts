// What the loops over faces need to know of each: its edges, area, normal and angles, and their derivatives.

import type { RealArray } from '../backend/index.ts';

/**
 * A face has no area where twice its area is below this share of its longest edge squared: about what float32 positions can tell. The
 * derivative of its normal, which grows with the inverse, is bounded thus. Likewise faces around a vertex cancel each other where
 * their sum is below this share of the sum of their weights.
 */
export const leastShare = 1e-7;
/** Nor does it have any where twice its area is below this: edges of 10⁻³⁰, whose derivatives float32 cannot hold. */
const leastArea = 1e-60;

/** The face that a loop is at: its edges and normal, and the gradient that gathers on its edges. */
export class FaceFrame {
  readonly normal = new Float64Array(3);
  /** |(b − a) × (c − a)| */
  doubleArea = 0;
  /** Of edge k from corner k to corner k + 1: the vector, and what is gathered of the gradient on it. */
  readonly #edges = new Float64Array(9);
  readonly #gradient = new Float64Array(9);
  readonly #cross = new Float64Array(3);

  /** Whether the face has an area. */
  read(vertices: RealArray, start: number, faces: Int32Array, f: number): boolean {
    const edges = this.#edges;
    let longest = 0;
    for (let k = 0; k < 3; k++) {
      const from = start + 3 * faces[3 * f + k];
      const to = start + 3 * faces[3 * f + (k === 2 ? 0 : k + 1)];
      let squared = 0;
      for (let axis = 0; axis < 3; axis++) {
        const along = vertices[to + axis] - vertices[from + axis];
        edges[3 * k + axis] = along;
        squared += along * along;
      }
      longest = Math.max(longest, squared);
    }
    const x = edges[1] * edges[5] - edges[2] * edges[4];
    const y = edges[2] * edges[3] - edges[0] * edges[5];
    const z = edges[0] * edges[4] - edges[1] * edges[3];
    const length = Math.sqrt(x * x + y * y + z * z);
    this.doubleArea = length;
    this.normal[0] = x / length;
    this.normal[1] = y / length;
    this.normal[2] = z / length;
    this.#gradient.fill(0);
    return length > leastShare * longest && length > leastArea && length < Number.POSITIVE_INFINITY;
  }

  /** Between the edges at corner k. */
  angle(k: number): number {
    return Math.atan2(this.doubleArea, this.#dot(k));
  }

  /** Of the angle at corner k. */
  cotangent(k: number): number {
    return this.#dot(k) / this.doubleArea;
  }

  /**
   * The part of the area that counts as that of corner k: what is nearest to it, or, where the face is obtuse, half at the obtuse corner
   * and a quarter at the others (M. Meyer et al., "Discrete differential-geometry operators for triangulated 2-manifolds",
   * VisMath 2002, section 3.3). The three make up the face.
   */
  areaAt(k: number): number {
    for (let corner = 0; corner < 3; corner++) {
      if (this.#dot(corner) < 0) return this.doubleArea / (corner === k ? 4 : 8);
    }
    const after = k === 2 ? 0 : k + 1;
    const before = k === 0 ? 2 : k - 1;
    return (
      (this.#squaredLength(k) * this.cotangent(before) +
        this.#squaredLength(before) * this.cotangent(after)) /
      8
    );
  }

  /** Adds the gradient on `scale` times the unit normal, at `from` in g. */
  pullNormal(g: RealArray, from: number, scale: number): void {
    const [n, into] = [this.normal, this.#cross];
    const factor = scale / this.doubleArea;
    const along = g[from] * n[0] + g[from + 1] * n[1] + g[from + 2] * n[2];
    for (let axis = 0; axis < 3; axis++) into[axis] = factor * (g[from + axis] - n[axis] * along);
    this.pullCross(into, 0);
  }

  /** Adds the gradient on the cross product of edges 0 and 1, at `from` in g: e₁ × g on e₀, g × e₀ on e₁. */
  pullCross(g: RealArray, from: number): void {
    const e = this.#edges;
    const into = this.#gradient;
    const x = g[from];
    const y = g[from + 1];
    const z = g[from + 2];
    into[0] += e[4] * z - e[5] * y;
    into[1] += e[5] * x - e[3] * z;
    into[2] += e[3] * y - e[4] * x;
    into[3] += y * e[2] - z * e[1];
    into[4] += z * e[0] - x * e[2];
    into[5] += x * e[1] - y * e[0];
  }

  /** Adds the gradient g on the angle at corner k, where p is edge k, and q the edge before it, backwards. */
  pullAngle(k: number, g: number): void {
    this.#addTurned(3 * k, -g);
    this.#addTurned(3 * (k === 0 ? 2 : k - 1), g);
  }

  /** Adds to the gradient on an edge: scale · (m × e)/|e|². */
  #addTurned(edge: number, scale: number): void {
    const n = this.normal;
    const ex = this.#edges[edge];
    const ey = this.#edges[edge + 1];
    const ez = this.#edges[edge + 2];
    const factor = scale / (ex * ex + ey * ey + ez * ez);
    this.#gradient[edge] += factor * (n[1] * ez - n[2] * ey);
    this.#gradient[edge + 1] += factor * (n[2] * ex - n[0] * ez);
    this.#gradient[edge + 2] += factor * (n[0] * ey - n[1] * ex);
  }

  /** Of the edges that leave corner k. */
  #dot(k: number): number {
    const e = this.#edges;
    const p = 3 * k;
    const q = 3 * (k === 0 ? 2 : k - 1);
    return -(e[p] * e[q] + e[p + 1] * e[q + 1] + e[p + 2] * e[q + 2]);
  }

  #squaredLength(k: number): number {
    const e = this.#edges;
    return e[3 * k] * e[3 * k] + e[3 * k + 1] * e[3 * k + 1] + e[3 * k + 2] * e[3 * k + 2];
  }

  /** Adds what has gathered on the edges to their ends. */
  addGradient(gradient: RealArray, start: number, faces: Int32Array, f: number): void {
    for (let k = 0; k < 3; k++) {
      const from = start + 3 * faces[3 * f + k];
      const to = start + 3 * faces[3 * f + (k === 2 ? 0 : k + 1)];
      for (let axis = 0; axis < 3; axis++) {
        gradient[from + axis] -= this.#gradient[3 * k + axis];
        gradient[to + axis] += this.#gradient[3 * k + axis];
      }
    }
  }
}
