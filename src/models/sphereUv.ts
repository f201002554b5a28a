// Texture coordinates of a sphere that is any mesh: by longitude and latitude, as `uvSphere` lays them out.

import * as tf from '@tensorflow/tfjs';
import type { RealArray } from '../../renderer/backend/index.ts';
import type { MeshUv } from '../../renderer/index.ts';
import type { Topology } from '../../renderer/mesh/index.ts';

/** Where a direction of length 1 is within this of ±y, it has no longitude. */
const poleWidth = 1e-4;

/**
 * u runs once around the y axis, ½ at +z and to the right from there; v from 0 at −y to 1 at +y. At the seam, −z, and at the poles a vertex
 * has several coordinates, one a row, so that no face spans the texture the wrong way: across the seam u goes on beyond 1, for a texture
 * that repeats; at a pole u is that of the middle of the face.
 *
 * @param vertices [V·3] around the origin, none at it
 * @returns [R, 2] values, the caller's, and [F·3] indices of their rows
 */
export function sphereUv(vertices: RealArray, { faces }: Topology): MeshUv {
  const rows: number[] = [];
  const known = new Map<string, number>();
  const rowOf = (vertex: number, u: number, v: number) => {
    const key = `${vertex} ${u}`;
    const row = known.get(key) ?? rows.push(u, v) / 2 - 1;
    known.set(key, row);
    return row;
  };
  const indices = new Int32Array(faces.length);
  for (let face = 0; face < faces.length; face += 3) {
    const corners = [0, 1, 2].map((k) => spherical(vertices, faces[face + k]));
    const around = corners.flatMap(({ u }) => (u === undefined ? [] : [u]));
    const spansSeam = Math.max(...around) - Math.min(...around) > 0.5;
    const unrolled = around.map((u) => (spansSeam && u < 0.5 ? u + 1 : u));
    const middle = unrolled.reduce((sum, u) => sum + u, 0) / unrolled.length;
    for (const [k, { u, v }] of corners.entries()) {
      const own = u === undefined ? middle : spansSeam && u < 0.5 ? u + 1 : u;
      indices[face + k] = rowOf(faces[face + k], own, v);
    }
  }
  return { values: tf.tensor2d(rows, [rows.length / 2, 2]), indices };
}

/** u is missing at the poles. */
function spherical(vertices: RealArray, vertex: number): { u: number | undefined; v: number } {
  const [x, y, z] = [vertices[3 * vertex], vertices[3 * vertex + 1], vertices[3 * vertex + 2]];
  const across = Math.hypot(x, z);
  return {
    u: across > poleWidth * Math.hypot(across, y) ? 0.5 + Math.atan2(x, z) / (2 * Math.PI) : undefined,
    v: 0.5 + Math.atan2(y, across) / Math.PI,
  };
}
