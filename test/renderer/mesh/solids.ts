// Meshes with an inside that is known.

import { Topology, unitIcosphere } from '../../../renderer/mesh/index.ts';
import type { PlainMesh } from '../../../src/metrics/index.ts';

/** Faces of a box whose vertex v lies at the high end of axis k where bit k of v is set. */
const boxFaces = [
  0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5,
];

export function box(least: number[], most: number[]): PlainMesh {
  const vertices = Float64Array.from({ length: 24 }, (_, i) =>
    (Math.floor(i / 3) >> (i % 3)) & 1 ? most[i % 3] : least[i % 3],
  );
  return { vertices, topology: new Topology(Int32Array.from(boxFaces), 8) };
}

export function sphere(radius: number, level = 4, center = [0, 0, 0]): PlainMesh {
  const { vertices, topology } = unitIcosphere(level);
  return { vertices: vertices.map((x, i) => center[i % 3] + radius * x), topology };
}

/** The same mesh with every face wound the other way. */
export function reversed({ vertices, topology }: PlainMesh): PlainMesh {
  const faces = topology.faces.map((_, i, all) => all[i - (i % 3) + ((3 - (i % 3)) % 3)]);
  return { vertices, topology: new Topology(faces, topology.vertexCount) };
}

/** The same mesh without the faces that `isHole` says, by their number. */
export function punctured(
  { vertices, topology }: PlainMesh,
  isHole: (face: number, centroid: number[]) => boolean,
): PlainMesh {
  const faces = topology.faces.filter((_, i) => {
    const face = Math.floor(i / 3);
    const corners = topology.faces.subarray(3 * face, 3 * face + 3);
    const centroid = [0, 1, 2].map(
      (axis) => corners.reduce((sum, vertex) => sum + vertices[3 * vertex + axis], 0) / 3,
    );
    return !isHole(face, centroid);
  });
  return { vertices, topology: new Topology(faces, topology.vertexCount) };
}
