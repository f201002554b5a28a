// The matrix by which a graph convolution mixes neighbouring vertices, as compressed sparse rows.

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

/**
 * Mean of the neighbours, D⁻¹A: a vertex with no neighbours gets zero. (Pixel2Mesh's paper sums the neighbours, its code takes
 * the first Chebyshev term of the normalised Laplacian; the mean differs from both by a factor of each vertex's degree, which
 * hardly varies on subdivided icosahedra.)
 */
export function meanOfNeighbours(topology: Topology): GraphSupport {
  const { offsets, indices } = topology.neighbours;
  const values = new Float32Array(indices.length);
  for (let v = 0; v < topology.vertexCount; v++) {
    values.fill(1 / (offsets[v + 1] - offsets[v]), offsets[v], offsets[v + 1]);
  }
  return withTranspose({ offsets, indices, values }, topology.vertexCount);
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
