// The matrix by which a graph convolution mixes neighbouring vertices, as compressed sparse rows: those of Pixel2Mesh's paper and code,
// and the mean of the neighbours.

import { ArgumentError } from '../../renderer/errors.ts';
import type { Topology } from '../../renderer/mesh/index.ts';

/** A sparse V×V matrix: row v holds columns `indices[offsets[v] .. offsets[v + 1])` with `values` beside them. */
export interface SparseRows {
  offsets: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

export interface GraphSupport extends SparseRows {
  vertexCount: number;
  /** The columns as rows, for the backward pass. */
  transpose: SparseRows;
}

/** The mean of the neighbours, D⁻¹A: a vertex with no neighbours gets zero. */
export function meanOfNeighbours(topology: Topology): GraphSupport {
  const { offsets } = topology.neighbours;
  return weightedNeighbours(topology, (v) => 1 / (offsets[v + 1] - offsets[v]));
}

/** The sum of the neighbours, A, as in equation 1 of Pixel2Mesh's paper (Wang et al. 2018). */
export function sumOfNeighbours(topology: Topology): GraphSupport {
  return weightedNeighbours(topology, () => 1);
}

function weightedNeighbours(topology: Topology, weight: (v: number, w: number) => number): GraphSupport {
  const { offsets, indices } = topology.neighbours;
  const values = new Float32Array(indices.length);
  for (let v = 0; v < topology.vertexCount; v++) {
    for (let k = offsets[v]; k < offsets[v + 1]; k++) values[k] = weight(v, indices[k]);
  }
  return withTranspose({ offsets, indices, values }, topology.vertexCount);
}

/**
 * The first Chebyshev term of the rescaled Laplacian, 2/λ·L − I with L = I − D^-½·A·D^-½ and λ its largest eigenvalue, as Pixel2Mesh's
 * code mixes neighbours (after Defferrard et al. 2016, equation 4). Its diagonal is 2/λ − 1, that of vertices without neighbours too.
 */
export function chebyshevTerm(topology: Topology): GraphSupport {
  const { vertexCount, neighbours } = topology;
  const { offsets, indices } = neighbours;
  const lambda = largestLaplacianEigenvalue(topology);
  const roots = Float64Array.from({ length: vertexCount }, (_, v) => Math.sqrt(offsets[v + 1] - offsets[v]));
  const [rows, columns, values]: number[][] = [[], [], []];
  for (let v = 0; v < vertexCount; v++) {
    rows.push(v);
    columns.push(v);
    values.push(2 / lambda - 1);
    for (let k = offsets[v]; k < offsets[v + 1]; k++) {
      rows.push(v);
      columns.push(indices[k]);
      values.push(-2 / (lambda * roots[v] * roots[indices[k]]));
    }
  }
  return supportOf(vertexCount, rows, columns, values);
}

/**
 * The largest eigenvalue of I − D^-½·A·D^-½, from 1 (no edges) to 2 (a bipartite part): Lanczos' iteration with full
 * reorthogonalisation, whose largest Ritz value is found by bisection (Golub and Van Loan, Matrix Computations, sections 10.1 and 8.4).
 */
export function largestLaplacianEigenvalue({ vertexCount, neighbours }: Topology): number {
  const { offsets, indices } = neighbours;
  const scale = Float64Array.from({ length: vertexCount }, (_, v) => {
    const degree = offsets[v + 1] - offsets[v];
    return degree > 0 ? 1 / Math.sqrt(degree) : 0;
  });
  const apply = (x: Float64Array) =>
    Float64Array.from(x, (value, v) => {
      let sum = value;
      for (let k = offsets[v]; k < offsets[v + 1]; k++) sum -= scale[v] * scale[indices[k]] * x[indices[k]];
      return sum;
    });
  // A start with a part along every eigenvector, the same on every machine.
  let direction = normalized(Float64Array.from({ length: vertexCount }, (_, v) => 1 + Math.cos(v * v)));
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let ritz = 0;
  while (direction && basis.length < Math.min(vertexCount, maxLanczosSteps)) {
    basis.push(direction);
    const next = apply(direction);
    diagonal.push(dot(next, direction));
    for (let pass = 0; pass < 2; pass++) {
      for (const vector of basis) subtract(next, vector, dot(next, vector));
    }
    const before = ritz;
    ritz = largestOfTridiagonal(diagonal, offDiagonal);
    if (basis.length > 8 && Math.abs(ritz - before) < 1e-13) break;
    offDiagonal.push(Math.sqrt(dot(next, next)));
    direction = normalized(next);
  }
  return ritz;
}

const maxLanczosSteps = 400;

/** Bisection on the number of negative pivots of T − x·I, which is the number of eigenvalues below x (Sturm). */
function largestOfTridiagonal(diagonal: readonly number[], offDiagonal: readonly number[]): number {
  const isAbove = (x: number) => {
    let pivot = 1;
    for (let i = 0; i < diagonal.length; i++) {
      const coupling = i > 0 ? offDiagonal[i - 1] ** 2 : 0;
      pivot = diagonal[i] - x - (coupling === 0 ? 0 : coupling / (pivot || 1e-300));
      if (pivot >= 0) return false;
    }
    return true;
  };
  // The Laplacian's eigenvalues lie in [0, 2], and so do those of its restriction.
  let [low, high] = [0, 2 + 1e-9];
  while (high - low > 4e-15) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (isAbove(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function subtract(from: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= factor * vector[i];
}

/** Undefined for a vector that is zero to the accuracy of its making. */
function normalized(vector: Float64Array): Float64Array | undefined {
  const length = Math.sqrt(dot(vector, vector));
  return length > 1e-12 ? vector.map((value) => value / length) : undefined;
}

/**
 * The matrix with these entries, in any order, none of them twice.
 *
 * @throws ArgumentError where lists differ in length, or an index is not one of `vertexCount` vertices.
 */
export function supportOf(
  vertexCount: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  values: ArrayLike<number>,
): GraphSupport {
  if (rows.length !== values.length || columns.length !== values.length) {
    throw new ArgumentError(
      `a support has ${rows.length} rows, ${columns.length} columns and ${values.length} values, expected as many of each`,
    );
  }
  const entries = Array.from({ length: values.length }, (_, k) => k);
  entries.sort((a, b) => rows[a] - rows[b] || columns[a] - columns[b]);
  const offsets = new Int32Array(vertexCount + 1);
  for (const k of entries) {
    for (const index of [rows[k], columns[k]]) {
      if (!(Number.isInteger(index) && index >= 0 && index < vertexCount)) {
        throw new ArgumentError(`a support refers to vertex ${index}, but there are ${vertexCount} vertices`);
      }
    }
    offsets[rows[k] + 1]++;
  }
  for (let v = 0; v < vertexCount; v++) offsets[v + 1] += offsets[v];
  const sorted = {
    offsets,
    indices: Int32Array.from(entries, (k) => columns[k]),
    values: Float32Array.from(entries, (k) => values[k]),
  };
  return withTranspose(sorted, vertexCount);
}

function withTranspose(rows: SparseRows, vertexCount: number): GraphSupport {
  const { offsets, indices, values } = rows;
  const starts = new Int32Array(vertexCount + 1);
  for (const column of indices) starts[column + 1]++;
  for (let v = 0; v < vertexCount; v++) starts[v + 1] += starts[v];
  const next = starts.slice(0, vertexCount);
  const transpose = {
    offsets: starts,
    indices: new Int32Array(indices.length),
    values: new Float32Array(values.length),
  };
  for (let v = 0; v < vertexCount; v++) {
    for (let k = offsets[v]; k < offsets[v + 1]; k++) {
      const to = next[indices[k]]++;
      transpose.indices[to] = v;
      transpose.values[to] = values[k];
    }
  }
  return { ...rows, vertexCount, transpose };
}
