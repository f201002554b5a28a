// The matrix by which a graph convolution mixes neighbouring vertices, as compressed sparse rows.

import type { Topology } from '../../renderer/mesh/index.ts';

/** A sparse V×V matrix: row v holds columns `indices[offsets[v] .. offsets[v + 1])` with `values` beside them. */
export interface GraphSupport {
  vertexCount: number;
  offsets: Int32Array;
  indices: Int32Array;
  values: Float32Array;
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
  return { vertexCount: topology.vertexCount, offsets, indices, values };
}
