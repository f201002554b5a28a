// Makes one vertex of those at one place, so that faces that touch are neighbours.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { type MeshArrays, topologyOf } from './meshArrays.ts';

/**
 * Lets faces refer to the first vertex within `distance` of each of theirs, in the order of vertices: no two vertices in use are that
 * near each other afterwards, and none moves further. All vertices stay in the arrays, unused ones too; see `dropUnusedVertices`.
 * Colours are those of the vertices that remain. Time about V with a grid of that distance, as long as it is not much
 * larger than most edges.
 *
 * @param distance 0, the default, joins vertices with equal coordinates.
 * @throws ArgumentError unless the distance is a number from 0 up.
 */
export function weldVertices<M extends MeshArrays>(mesh: M, distance = 0): M {
  if (!(distance >= 0 && distance < Number.POSITIVE_INFINITY)) {
    throw new ArgumentError(`distance is ${distance}, expected a number from 0 up`);
  }
  topologyOf(mesh);
  const first = firstWithin(mesh.vertices, distance);
  return { ...mesh, faces: mesh.faces.map((vertex) => first[vertex]) };
}

/** [V] for each vertex the first one that is kept within the distance: itself, where there is none. */
export function firstWithin(vertices: RealArray, distance: number): Int32Array {
  const vertexCount = vertices.length / 3;
  const first = Int32Array.from({ length: vertexCount }, (_, v) => v);
  // Cells of the grid, hashed; each lists the vertices that are kept in it.
  const cell = distance > 0 ? distance : smallestCell(vertices);
  const tableSize = 2 ** Math.ceil(Math.log2(2 * vertexCount + 1));
  const heads = new Int32Array(tableSize).fill(-1);
  const next = new Int32Array(vertexCount);
  const hash = (x: number, y: number, z: number) =>
    (Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(z, 83492791)) & (tableSize - 1);
  const reach = distance > 0 ? 1 : 0;
  const limit = distance * distance;

  for (let v = 0; v < vertexCount; v++) {
    const [px, py, pz] = vertices.subarray(3 * v, 3 * v + 3);
    if (!Number.isFinite(px + py + pz)) continue;
    const [x, y, z] = [px, py, pz].map((value) => Math.floor(value / cell));
    let kept = v;
    for (let i = -reach; i <= reach; i++) {
      for (let j = -reach; j <= reach; j++) {
        for (let k = -reach; k <= reach; k++) {
          for (let other = heads[hash(x + i, y + j, z + k)]; other >= 0; other = next[other]) {
            const dx = vertices[3 * other] - px;
            const dy = vertices[3 * other + 1] - py;
            const dz = vertices[3 * other + 2] - pz;
            if (dx * dx + dy * dy + dz * dz <= limit) kept = Math.min(kept, other);
          }
        }
      }
    }
    first[v] = kept;
    if (kept !== v) continue;
    const slot = hash(x, y, z);
    next[v] = heads[slot];
    heads[slot] = v;
  }
  return first;
}

/** A cell that tells vertices apart well, without numbers of cells that integers cannot hold. */
function smallestCell(vertices: RealArray): number {
  let farthest = 0;
  for (const value of vertices) if (Number.isFinite(value)) farthest = Math.max(farthest, Math.abs(value));
  return farthest > 0 ? farthest / 2 ** 30 : 1;
}
