// Splits every triangle into four: at the midpoints of its edges, or with positions smoothed by Loop's rules.

import type * as tf from '@tensorflow/tfjs';
import { SparseEntries, type SparseMatrix } from './sparseMatrix.ts';
import { Topology } from './topology.ts';

/** A finer topology and where its vertices come from. */
export class Subdivision {
  /** The old vertices come first and in order, then one vertex an edge. Faces 4f … 4f + 3 are those of face f, wound alike. */
  readonly topology: Topology;
  /** [E·2] the edges of the coarse mesh: vertex V + e of the fine one stands for edges[e]. */
  readonly edges: Int32Array;
  readonly #build: () => SparseMatrix;
  #matrix: SparseMatrix | undefined;

  constructor(topology: Topology, edges: Int32Array, build: () => SparseMatrix) {
    this.topology = topology;
    this.edges = edges;
    this.#build = build;
  }

  /** [V + E, V] from what the vertices of the coarse mesh carry to what those of the fine one do; its rows sum to 1. */
  get matrix(): SparseMatrix {
    this.#matrix ??= this.#build();
    return this.#matrix;
  }

  /**
   * Positions, colours or anything else of the fine vertices, differentiable in that of the coarse ones.
   *
   * @param values [V, C] or [B, V, C]
   * @returns [V + E, C] or [B, V + E, C]
   */
  apply<T extends tf.Tensor2D | tf.Tensor3D>(values: T): T {
    return this.matrix.apply(values);
  }
}

/** Splits edges at their midpoints: the same surface, in finer pieces. */
export function subdivide(topology: Topology): Subdivision {
  return new Subdivision(splitInFour(topology), topology.edges, () => midpointMatrix(topology));
}

/**
 * Splits edges and smooths, towards a surface of continuous curvature (C. Loop, "Smooth Subdivision Surfaces Based on Triangles",
 * M.S. thesis, University of Utah, 1987). With n neighbours, the weights of a vertex inside are Loop's own:
 *
 *     new vertex of edge (a, b), c and d across it     3/8 (a + b) + 1/8 (c + d)
 *     old vertex v                                     (1 − nβ) v + β Σ neighbours,    β = (5/8 − (3/8 + cos(2π/n)/4)²)/n
 *
 * Edges with one face, and those with more than two, form curves of their own, cubic splines that do not depend on the faces beside
 * them: new vertex (a + b)/2, old one 3/4 v + 1/8 of either neighbour on the curve. A vertex where another number than two of such
 * edges end stays where it is.
 */
export function loopSubdivide(topology: Topology): Subdivision {
  return new Subdivision(splitInFour(topology), topology.edges, () => loopMatrix(topology));
}

function splitInFour({ faces, faceCount, vertexCount, edgeCount, faceEdges }: Topology): Topology {
  const fine = new Int32Array(faceCount * 12);
  for (let f = 0; f < faceCount; f++) {
    const [a, b, c] = faces.subarray(3 * f, 3 * f + 3);
    const [ab, bc, ca] = faceEdges.subarray(3 * f, 3 * f + 3);
    // The midpoint of a degenerate edge is its only vertex.
    const midAB = ab < 0 ? a : vertexCount + ab;
    const midBC = bc < 0 ? b : vertexCount + bc;
    const midCA = ca < 0 ? c : vertexCount + ca;
    fine.set([a, midAB, midCA, midAB, b, midBC, midCA, midBC, c, midAB, midBC, midCA], 12 * f);
  }
  return new Topology(fine, vertexCount + edgeCount);
}

function midpointMatrix(topology: Topology): SparseMatrix {
  const { vertexCount, edges, edgeCount } = topology;
  const entries = new SparseEntries();
  for (let v = 0; v < vertexCount; v++) entries.add(v, v, 1);
  for (let i = 0; i < edges.length; i++) entries.add(vertexCount + (i >> 1), edges[i], 1 / 2);
  return entries.matrix(vertexCount + edgeCount, vertexCount);
}

function loopMatrix(topology: Topology): SparseMatrix {
  const { faces, faceEdges, vertexCount, edges, edgeCount, edgeFaceCounts } = topology;
  const entries = new SparseEntries();
  const inside = (e: number) => edgeFaceCounts[e] === 2;
  const onCurve = (e: number) => edgeFaceCounts[e] === 1 || edgeFaceCounts[e] > 2;

  const neighbourCounts = new Int32Array(vertexCount);
  const curveCounts = new Int32Array(vertexCount);
  for (let i = 0; i < edges.length; i++) {
    if (inside(i >> 1)) neighbourCounts[edges[i]]++;
    if (onCurve(i >> 1)) curveCounts[edges[i]]++;
  }

  // What one neighbour counts for: along a curve, or all around.
  const share = (v: number) => {
    if (curveCounts[v] > 0) return curveCounts[v] === 2 ? 1 / 8 : 0;
    const n = neighbourCounts[v];
    return n === 0 ? 0 : (5 / 8 - (3 / 8 + Math.cos((2 * Math.PI) / n) / 4) ** 2) / n;
  };
  for (let v = 0; v < vertexCount; v++) {
    const count = curveCounts[v] > 0 ? curveCounts[v] : neighbourCounts[v];
    entries.add(v, v, 1 - count * share(v));
  }
  for (let e = 0; e < edgeCount; e++) {
    const [a, b] = edges.subarray(2 * e, 2 * e + 2);
    for (const [v, neighbour] of [
      [a, b],
      [b, a],
    ]) {
      if (onCurve(e) || (inside(e) && curveCounts[v] === 0)) entries.add(v, neighbour, share(v));
      entries.add(vertexCount + e, v, inside(e) ? 3 / 8 : 1 / 2);
    }
  }
  for (let i = 0; i < faces.length; i++) {
    const across = faceEdges[i - (i % 3) + ((i + 1) % 3)];
    if (topology.isWhole(Math.floor(i / 3)) && inside(across)) {
      entries.add(vertexCount + across, faces[i], 1 / 8);
    }
  }
  return entries.matrix(vertexCount + edgeCount, vertexCount);
}
