// Fewer faces for the same shape: collapses the edges whose loss is felt least.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { dropUnusedVertices, type MeshArrays, topologyOf, withFaces } from './meshArrays.ts';
import { MinHeap } from './minHeap.ts';
import { Quadrics } from './quadrics.ts';

export interface SimplifyOptions {
  /** How many faces may remain. */
  faces: number;
}

/** What a boundary weighs beside faces, so that open edges keep their course. */
const boundaryWeight = 100;
/** Of the cost: a share of weight times squared length, by which in flat parts short edges go first. */
const lengthShare = 1e-6;
/** No normal may turn further than the angle with this cosine in one collapse. */
const leastCosine = 0.2;
/** Faces must not become thinner than this, twice their area over the square of their longest edge, unless they were. */
const leastThickness = 0.01;

/**
 * Collapses edges, cheapest first, until a budget of faces is met (M. Garland and P. Heckbert, "Surface Simplification Using Quadric Error
 * Metrics", SIGGRAPH 1997, with quadrics weighted by area). The cost of a collapse is the sum of squared distances of the new
 * vertex, put where it is least, to the planes of all faces that went into it; open edges count as planes upright on their faces.
 *
 * A collapse is left out where it would turn a normal over, or change how the surface hangs together (link condition; T. Dey et al.,
 * "Topology preserving edge contraction", Publications de l'Institut Mathématique 1999): manifold meshes stay manifold, with as many holes
 * and handles. So more faces may remain than the budget, where nothing else can go: 4 of every closed component.
 *
 * Colours are interpolated along collapsed edges, materials stay with their faces, texture coordinates are dropped. Faces that repeat a
 * vertex, and vertices that no face uses, go first. Weld vertices before where faces should be neighbours.
 *
 * @throws ArgumentError unless `faces` is a whole number from 1 up, or where the mesh has vertices that are not finite.
 */
export function simplify<M extends MeshArrays>(mesh: M, { faces: budget }: SimplifyOptions): M {
  if (!Number.isInteger(budget) || budget < 1) {
    throw new ArgumentError(`faces is ${budget}, expected a whole number from 1 up`);
  }
  topologyOf(mesh);
  const vertex = mesh.faces.findIndex((v) =>
    mesh.vertices.subarray(3 * v, 3 * v + 3).some((value) => !Number.isFinite(value)),
  );
  if (vertex >= 0) {
    throw new ArgumentError(
      `vertices[${mesh.faces[vertex]}] is not finite, expected numbers; repair the mesh first`,
    );
  }
  const { vertices, faces, colors, kept } = new Collapser(mesh).run(budget);
  return dropUnusedVertices(
    withFaces(
      {
        ...mesh,
        vertices,
        faces,
        ...(colors && { colors }),
        ...(mesh.uv && { uv: new Float32Array(0) }),
        ...(mesh.uvFaces && { uvFaces: new Int32Array(faces.length).fill(-1) }),
      },
      kept,
    ),
  );
}

class Collapser {
  readonly #faces: Int32Array;
  readonly #alive: Uint8Array;
  #aliveCount = 0;
  /** Around the middle of the mesh, for quadrics of small numbers. */
  readonly #points: Float64Array;
  readonly #origin: number[];
  readonly #colors: RealArray | undefined;
  readonly #like: RealArray;
  readonly #quadrics: Quadrics;

  // The corners of each vertex, as lists; those of faces that are gone are taken out when they are met.
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  // Collapses in the queue: their edge, and the sum of the versions of its ends at that time, which grow with every change.
  readonly #queue = new MinHeap();
  readonly #ends: number[] = [];
  readonly #versions: number[] = [];
  readonly #version: Int32Array;

  // Scratch: around a vertex, how many faces are at the edge to each other one, and which those are.
  readonly #counts: [Int32Array, Int32Array];
  readonly #rings: [number[], number[]] = [[], []];
  readonly #place = new Float64Array(3);

  constructor({ vertices, faces, colors }: MeshArrays) {
    const vertexCount = vertices.length / 3;
    this.#faces = faces.slice();
    this.#alive = new Uint8Array(faces.length / 3);
    this.#origin = middleOf(vertices, faces);
    this.#points = Float64Array.from(vertices, (value, i) => value - this.#origin[i % 3]);
    this.#like = vertices;
    this.#colors = colors?.slice();
    this.#quadrics = new Quadrics(vertexCount);
    this.#first = new Int32Array(vertexCount).fill(-1);
    this.#next = new Int32Array(faces.length).fill(-1);
    this.#version = new Int32Array(vertexCount);
    this.#counts = [new Int32Array(vertexCount), new Int32Array(vertexCount)];
    for (let f = 0; f < this.#alive.length; f++) {
      const [a, b, c] = faces.subarray(3 * f, 3 * f + 3);
      if (a === b || b === c || c === a) continue;
      this.#alive[f] = 1;
      this.#aliveCount++;
      for (let i = 3 * f; i < 3 * f + 3; i++) {
        this.#next[i] = this.#first[faces[i]];
        this.#first[faces[i]] = i;
      }
    }
    this.#addPlanes();
  }

  run(budget: number): { vertices: RealArray; faces: Int32Array; colors?: RealArray; kept: number[] } {
    // What was left out may do once its surroundings have changed.
    let before: number;
    do {
      before = this.#aliveCount;
      this.#queueAll();
      while (this.#aliveCount > budget && this.#queue.size > 0) this.#collapseCheapest();
    } while (this.#aliveCount > budget && this.#aliveCount < before);

    const vertices = this.#like.slice();
    for (let i = 0; i < vertices.length; i++) vertices[i] = this.#points[i] + this.#origin[i % 3];
    const kept = Array.from(this.#alive.keys()).filter((f) => this.#alive[f]);
    return { vertices, faces: this.#faces, colors: this.#colors, kept };
  }

  #addPlanes(): void {
    const normal = new Float64Array(3);
    const points = this.#points;
    const faces = this.#faces;
    for (let f = 0; f < this.#alive.length; f++) {
      if (!this.#alive[f]) continue;
      const doubleArea = this.#normal(f, -1, -1, normal);
      if (doubleArea === 0) continue;
      const [nx, ny, nz] = normal.map((value) => value / doubleArea);
      const at = 3 * faces[3 * f];
      const d = nx * points[at] + ny * points[at + 1] + nz * points[at + 2];
      for (let k = 0; k < 3; k++) {
        this.#quadrics.addPlane(faces[3 * f + k], nx, ny, nz, d, doubleArea / 2);
      }
      for (let k = 0; k < 3; k++) {
        const [a, b] = [faces[3 * f + k], faces[3 * f + ((k + 1) % 3)]];
        if (this.#facesAt(a, b) === 2) continue;
        // Upright on the face, through its open edge.
        const [ex, ey, ez] = [0, 1, 2].map((axis) => points[3 * b + axis] - points[3 * a + axis]);
        const squared = ex * ex + ey * ey + ez * ez;
        const length = Math.sqrt(squared);
        const [ux, uy, uz] = [ey * nz - ez * ny, ez * nx - ex * nz, ex * ny - ey * nx].map(
          (value) => value / length,
        );
        const offset = ux * points[3 * a] + uy * points[3 * a + 1] + uz * points[3 * a + 2];
        for (const end of [a, b]) this.#quadrics.addPlane(end, ux, uy, uz, offset, boundaryWeight * squared);
      }
    }
  }

  #queueAll(): void {
    for (let f = 0; f < this.#alive.length; f++) {
      if (!this.#alive[f]) continue;
      for (let k = 0; k < 3; k++) {
        const [a, b] = [this.#faces[3 * f + k], this.#faces[3 * f + ((k + 1) % 3)]];
        // Once, from the face that runs along it upwards, or has nobody to do so.
        if (a < b || this.#facesAt(a, b) !== 2) this.#enqueue(a, b);
      }
    }
  }

  #enqueue(u: number, v: number): void {
    const number = this.#versions.length;
    this.#ends.push(u, v);
    this.#versions.push(this.#version[u] + this.#version[v]);
    this.#queue.push(number, this.#findPlace(u, v));
  }

  /** Puts where edge (u, v) should collapse into `#place`; returns what that costs. */
  #findPlace(u: number, v: number): number {
    const points = this.#points;
    const place = this.#place;
    const weight = this.#quadrics.select(u, v);
    let squared = 0;
    for (let axis = 0; axis < 3; axis++) {
      const along = points[3 * v + axis] - points[3 * u + axis];
      squared += along * along;
      place[axis] = (points[3 * u + axis] + points[3 * v + axis]) / 2;
    }
    const [x, y, z] = place;
    this.#quadrics.best(place);
    // Far away on nearly parallel planes the best point is no good.
    if ((place[0] - x) ** 2 + (place[1] - y) ** 2 + (place[2] - z) ** 2 > squared) {
      place.set([x, y, z]);
      let least = this.#quadrics.cost(x, y, z);
      for (const end of [u, v]) {
        const [px, py, pz] = points.subarray(3 * end, 3 * end + 3);
        const cost = this.#quadrics.cost(px, py, pz);
        if (cost < least) {
          least = cost;
          place.set([px, py, pz]);
        }
      }
    }
    return this.#quadrics.cost(place[0], place[1], place[2]) + lengthShare * weight * squared;
  }

  #collapseCheapest(): void {
    const number = this.#queue.pop();
    const u = this.#ends[2 * number];
    const v = this.#ends[2 * number + 1];
    if (this.#version[u] + this.#version[v] !== this.#versions[number]) return;
    if (!this.#keepsTopology(u, v)) return;
    this.#findPlace(u, v);
    if (this.#turnsOver(u, v) || this.#turnsOver(v, u)) return;
    this.#collapse(u, v);
  }

  /**
   * The link condition, with everything beyond open edges as one more vertex: what is next to both u and v must be next to their edge. `u`
   * and `v` are both alive.
   */
  #keepsTopology(u: number, v: number): boolean {
    const [ofU, ofV] = this.#counts;
    const [ringU, ringV] = this.#rings;
    this.#surround(u, ofU, ringU);
    this.#surround(v, ofV, ringV);
    const facesHere = ofU[v];
    const isOpen = (ring: number[], counts: Int32Array) => ring.some((n) => counts[n] !== 2);
    // Two open edges may only become one along an open edge.
    let keeps = facesHere > 0 && (facesHere !== 2 || !isOpen(ringU, ofU) || !isOpen(ringV, ofV));
    if (keeps) {
      const thirds = new Set<number>();
      for (let i = this.#first[u]; i >= 0; i = this.#next[i]) {
        const [p, q] = this.#others(i);
        if (p === v) thirds.add(q);
        else if (q === v) thirds.add(p);
      }
      keeps = ringU.every((n) => ofV[n] === 0 || thirds.has(n));
      // Nor may two faces fall onto each other, as in a tetrahedron, or all of a lone triangle vanish.
      keeps &&= !(this.#closesOn(u, thirds) && this.#closesOn(v, thirds));
      keeps &&= !(facesHere === 1 && [...thirds].some((n) => ofU[n] === 1 && ofV[n] === 1));
    }
    for (const n of ringU) ofU[n] = 0;
    for (const n of ringV) ofV[n] = 0;
    return keeps;
  }

  /** Whether a face of the vertex has its other two corners in `thirds`. */
  #closesOn(vertex: number, thirds: ReadonlySet<number>): boolean {
    for (let i = this.#first[vertex]; i >= 0; i = this.#next[i]) {
      const [p, q] = this.#others(i);
      if (thirds.has(p) && thirds.has(q)) return true;
    }
    return false;
  }

  /** Fills `ring` with the neighbours of a vertex, and counts the faces at the edge to each. Takes corners that are gone out of its list. */
  #surround(vertex: number, counts: Int32Array, ring: number[]): void {
    ring.length = 0;
    this.#prune(vertex);
    for (let i = this.#first[vertex]; i >= 0; i = this.#next[i]) {
      for (const n of this.#others(i)) if (counts[n]++ === 0) ring.push(n);
    }
  }

  #prune(vertex: number): void {
    let last = -1;
    for (let i = this.#first[vertex]; i >= 0; i = this.#next[i]) {
      if (this.#alive[Math.floor(i / 3)]) last = i;
      else if (last < 0) this.#first[vertex] = this.#next[i];
      else this.#next[last] = this.#next[i];
    }
  }

  /** Whether moving u to `#place` spoils a face of it that v is not in. */
  #turnsOver(u: number, v: number): boolean {
    const before = new Float64Array(3);
    const after = new Float64Array(3);
    for (let i = this.#first[u]; i >= 0; i = this.#next[i]) {
      const [p, q] = this.#others(i);
      if (p === v || q === v) continue;
      const f = Math.floor(i / 3);
      const areaBefore = this.#normal(f, -1, -1, before);
      const areaAfter = this.#normal(f, u, v, after);
      if (areaBefore === 0) continue;
      const cosine = before[0] * after[0] + before[1] * after[1] + before[2] * after[2];
      if (cosine <= leastCosine * areaBefore * areaAfter) return true;
      const thickness = areaAfter / this.#longest(f, u);
      if (thickness < leastThickness && thickness < areaBefore / this.#longest(f, -1)) return true;
    }
    return false;
  }

  /** Writes (b − a) × (c − a) of a face, with vertices `moved` and `alsoMoved` at `#place`; returns its length. */
  #normal(f: number, moved: number, alsoMoved: number, into: Float64Array): number {
    const [a, b, c] = [0, 1, 2].map((k) => this.#at(this.#faces[3 * f + k], moved, alsoMoved));
    const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
    into[0] = uy * vz - uz * vy;
    into[1] = uz * vx - ux * vz;
    into[2] = ux * vy - uy * vx;
    return Math.sqrt(into[0] * into[0] + into[1] * into[1] + into[2] * into[2]);
  }

  /** The square of the longest edge of a face, with vertex `moved` at `#place`. */
  #longest(f: number, moved: number): number {
    const corners = [0, 1, 2].map((k) => this.#at(this.#faces[3 * f + k], moved, -1));
    let longest = 0;
    for (let k = 0; k < 3; k++) {
      const [p, q] = [corners[k], corners[(k + 1) % 3]];
      longest = Math.max(longest, (q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2 + (q[2] - p[2]) ** 2);
    }
    return longest;
  }

  #at(vertex: number, moved: number, alsoMoved: number): Float64Array {
    if (vertex === moved || vertex === alsoMoved) return this.#place;
    return this.#points.subarray(3 * vertex, 3 * vertex + 3);
  }

  /** Joins v to u at `#place`. */
  #collapse(u: number, v: number): void {
    this.#mixColors(u, v);
    this.#points.set(this.#place, 3 * u);
    this.#quadrics.merge(u, v);
    this.#version[u]++;
    this.#version[v]++;
    let last = -1;
    for (let i = this.#first[v]; i >= 0; i = this.#next[i]) {
      const [p, q] = this.#others(i);
      if (p === u || q === u) {
        this.#alive[Math.floor(i / 3)] = 0;
        this.#aliveCount--;
      }
      this.#faces[i] = u;
      last = i;
    }
    if (last >= 0) {
      this.#next[last] = this.#first[u];
      this.#first[u] = this.#first[v];
    }
    this.#first[v] = -1;
    const [counts] = this.#counts;
    const [ring] = this.#rings;
    this.#surround(u, counts, ring);
    for (const n of ring) {
      counts[n] = 0;
      this.#enqueue(u, n);
    }
  }

  /** By where `#place` lies between u and v. */
  #mixColors(u: number, v: number): void {
    const colors = this.#colors;
    if (!colors) return;
    let [along, squared] = [0, 0];
    for (let axis = 0; axis < 3; axis++) {
      const edge = this.#points[3 * v + axis] - this.#points[3 * u + axis];
      along += edge * (this.#place[axis] - this.#points[3 * u + axis]);
      squared += edge * edge;
    }
    const share = squared > 0 ? Math.min(1, Math.max(0, along / squared)) : 0.5;
    for (let c = 0; c < 3; c++) {
      colors[3 * u + c] = (1 - share) * colors[3 * u + c] + share * colors[3 * v + c];
    }
  }

  #facesAt(u: number, v: number): number {
    let count = 0;
    for (let i = this.#first[u]; i >= 0; i = this.#next[i]) {
      if (!this.#alive[Math.floor(i / 3)]) continue;
      const [p, q] = this.#others(i);
      if (p === v || q === v) count++;
    }
    return count;
  }

  /** The other two vertices of the face of a corner. */
  #others(corner: number): [number, number] {
    const k = corner % 3;
    const f = corner - k;
    return [this.#faces[f + ((k + 1) % 3)], this.#faces[f + ((k + 2) % 3)]];
  }
}

function middleOf(vertices: RealArray, faces: Int32Array): number[] {
  return [0, 1, 2].map((axis) => {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const vertex of faces) {
      least = Math.min(least, vertices[3 * vertex + axis]);
      most = Math.max(most, vertices[3 * vertex + axis]);
    }
    return faces.length > 0 ? (least + most) / 2 : 0;
  });
}
