// Splits every triangle into four at the midpoints of its edges.

import { Topology } from './topology.ts';

export interface Subdivision {
  topology: Topology;
  /** [E·2] the edges of the coarse mesh: vertex V + e of the fine one is the midpoint of edges[e]. */
  edges: Int32Array;
}

/** Keeps the old vertices first and in order, appends one vertex an edge, keeps the winding of every face. */
export function subdivide(topology: Topology): Subdivision {
  const { faces, faceCount, vertexCount, edges, edgeCount, faceEdges } = topology;
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
  return { topology: new Topology(fine, vertexCount + edgeCount), edges };
}
