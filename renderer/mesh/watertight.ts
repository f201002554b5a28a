// Whether a mesh bounds a solid, and what stands in the way.

import type { Topology } from './topology.ts';

/** How many edges are not between two faces that wind alike. All 0: the mesh is watertight. */
export interface EdgeDefects {
  /** With one face. */
  boundary: number;
  /** With more than two. */
  nonManifold: number;
  /** With two faces that run along it in the same direction: one of them winds the wrong way. */
  inconsistent: number;
}

/** Faces that repeat a vertex are not counted at their edges. */
export function edgeDefects(topology: Topology): EdgeDefects {
  const { edgeFaceCounts, faces, faceEdges, edgeCount } = topology;
  const defects: EdgeDefects = { boundary: 0, nonManifold: 0, inconsistent: 0 };
  // Faces that run along an edge from its lower vertex, minus those that run the other way.
  const balance = new Int32Array(edgeCount);
  for (let i = 0; i < faces.length; i++) {
    if (!topology.isWhole(Math.floor(i / 3))) continue;
    balance[faceEdges[i]] += faces[i] < faces[i - (i % 3) + ((i + 1) % 3)] ? 1 : -1;
  }
  for (let e = 0; e < edgeCount; e++) {
    if (edgeFaceCounts[e] === 1) defects.boundary++;
    else if (edgeFaceCounts[e] > 2) defects.nonManifold++;
    else if (balance[e] !== 0) defects.inconsistent++;
  }
  return defects;
}

/** Whether every edge has exactly two faces, which run along it in opposite directions; false where there are no faces. */
export function isWatertight(topology: Topology): boolean {
  const { boundary, nonManifold, inconsistent } = edgeDefects(topology);
  return topology.faceCount > 0 && boundary + nonManifold + inconsistent === 0;
}
