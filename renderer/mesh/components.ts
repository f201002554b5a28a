// The parts of a mesh that hang together.

import { dropUnusedVertices, type MeshArrays, topologyOf, withFaces } from './meshArrays.ts';
import { faceNormal } from './normals.ts';
import type { Topology } from './topology.ts';

export interface Components {
  count: number;
  /** [V] the number of each vertex's component, −1 where no face uses it. */
  vertexLabels: Int32Array;
  /** [F] that of each face's. */
  faceLabels: Int32Array;
  /** [count] faces of each component. */
  faceCounts: Int32Array;
}

/** Faces belong together where they share a vertex, however far around. Components are numbered in the order of their first faces. */
export function connectedComponents({ faces, faceCount, vertexCount }: Topology): Components {
  const parent = Int32Array.from({ length: vertexCount }, (_, v) => v);
  const rootOf = (v: number) => {
    let root = v;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  };
  for (let i = 0; i < faces.length; i += 3) {
    for (let k = i + 1; k < i + 3; k++) parent[rootOf(faces[k])] = rootOf(faces[i]);
  }
  const rootLabels = new Int32Array(vertexCount).fill(-1);
  const faceLabels = new Int32Array(faceCount);
  const faceCounts: number[] = [];
  for (let f = 0; f < faceCount; f++) {
    const root = rootOf(faces[3 * f]);
    if (rootLabels[root] < 0) rootLabels[root] = faceCounts.push(0) - 1;
    faceLabels[f] = rootLabels[root];
    faceCounts[faceLabels[f]]++;
  }
  const vertexLabels = Int32Array.from({ length: vertexCount }, (_, v) => rootLabels[rootOf(v)]);
  return { count: faceCounts.length, vertexLabels, faceLabels, faceCounts: Int32Array.from(faceCounts) };
}

/** Each component as a mesh of its own, in the order of `connectedComponents`. */
export function splitComponents<M extends MeshArrays>(mesh: M): M[] {
  const { count, faceLabels } = connectedComponents(topologyOf(mesh));
  const facesOf: number[][] = Array.from({ length: count }, () => []);
  faceLabels.forEach((label, face) => {
    facesOf[label].push(face);
  });
  return facesOf.map((kept) => dropUnusedVertices(withFaces(mesh, kept)));
}

/** The component of the largest area alone; of equally large ones the first. */
export function keepLargest<M extends MeshArrays>(mesh: M): M {
  const { count, faceLabels } = connectedComponents(topologyOf(mesh));
  const areas = new Float64Array(count);
  const normal = new Float64Array(3);
  faceLabels.forEach((label, face) => {
    const area = faceNormal(mesh.vertices, mesh.faces, face, normal, 0);
    if (Number.isFinite(area)) areas[label] += area;
  });
  const largest = areas.indexOf(areas.reduce((most, area) => Math.max(most, area), 0));
  const kept: number[] = [];
  faceLabels.forEach((label, face) => {
    if (label === largest) kept.push(face);
  });
  return dropUnusedVertices(withFaces(mesh, kept));
}
