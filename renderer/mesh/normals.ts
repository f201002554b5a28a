// Normals of faces and vertices.

import type { RealArray } from '../backend/index.ts';
import type { Topology } from './topology.ts';

/**
 * Unit normals of the vertices of a smooth surface: the mean of the faces around, weighted by area. A vertex whose faces have no area,
 * or cancel each other, gets (0, 0, 1).
 *
 * @param vertices [V·3] of `topology`.
 * @returns [V·3]
 */
export function vertexNormals(
  vertices: RealArray,
  { faces, faceCount, vertexCount }: Topology,
): Float32Array {
  const sums = new Float64Array(3 * vertexCount);
  const normal = new Float64Array(3);
  for (let f = 0; f < faceCount; f++) {
    const area = faceNormal(vertices, faces, f, normal, 0);
    if (area === 0) continue;
    for (let k = 3 * f; k < 3 * f + 3; k++) {
      for (let axis = 0; axis < 3; axis++) sums[3 * faces[k] + axis] += area * normal[axis];
    }
  }
  const normals = new Float32Array(3 * vertexCount);
  for (let i = 0; i < sums.length; i += 3) {
    const length = Math.hypot(sums[i], sums[i + 1], sums[i + 2]);
    if (length === 0) normals[i + 2] = 1;
    else for (let axis = 0; axis < 3; axis++) normals[i + axis] = sums[i + axis] / length;
  }
  return normals;
}

/**
 * Writes the unit normal of face f to `normals` from `offset` on, which stays as it is where the face has no area.
 *
 * @returns twice the face's area
 */
export function faceNormal(
  vertices: RealArray,
  faces: Int32Array,
  f: number,
  normals: Float64Array,
  offset: number,
): number {
  const a = 3 * faces[3 * f];
  const b = 3 * faces[3 * f + 1];
  const c = 3 * faces[3 * f + 2];
  const ux = vertices[b] - vertices[a];
  const uy = vertices[b + 1] - vertices[a + 1];
  const uz = vertices[b + 2] - vertices[a + 2];
  const vx = vertices[c] - vertices[a];
  const vy = vertices[c + 1] - vertices[a + 1];
  const vz = vertices[c + 2] - vertices[a + 2];
  const x = uy * vz - uz * vy;
  const y = uz * vx - ux * vz;
  const z = ux * vy - uy * vx;
  const length = Math.hypot(x, y, z);
  if (length > 0) {
    normals[offset] = x / length;
    normals[offset + 1] = y / length;
    normals[offset + 2] = z / length;
  }
  return length;
}
