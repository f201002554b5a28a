// A model's triangles as a mesh to work with: equal vertices merged, and without what has no area or is there twice.

import type { PaintedMesh } from './pictures.ts';
import { cross, length, subtract, vectorAt } from './vectors.ts';

/** A face of less area is a line; the frame's sphere has radius 0.5. */
const leastArea = 1e-10;

/**
 * Vertices that are equal in single precision become one, as do texture coordinates; faces without area, and faces over the same
 * vertices the same way round as an earlier one, go; then what no face uses. Faces keep their order, places and materials.
 */
export function cleanMesh(mesh: PaintedMesh): PaintedMesh {
  const positions = mergedRows(mesh.vertices, 3);
  const coordinates = mergedRows(mesh.uv, 2);
  const kept = keptFaces(mesh, positions);
  const corners = (of: Int32Array, rows: Int32Array) =>
    Int32Array.from({ length: 3 * kept.length }, (_, i) => {
      const row = of[3 * kept[Math.floor(i / 3)] + (i % 3)];
      return row < 0 ? row : rows[row];
    });
  const [vertices, faces] = used(mesh.vertices, 3, corners(mesh.faces, positions));
  const [uv, uvFaces] = used(mesh.uv, 2, corners(mesh.uvFaces, coordinates));
  return {
    vertices,
    faces,
    uv,
    uvFaces,
    faceMaterials: Int32Array.from(kept, (f) => mesh.faceMaterials[f]),
    materials: mesh.materials,
  };
}

/** For each row of `width` numbers, the first that is equal to it in single precision. */
function mergedRows(rows: ArrayLike<number>, width: number): Int32Array {
  const firsts = new Map<string, number>();
  return Int32Array.from({ length: rows.length / width }, (_, row) => {
    let key = '';
    for (let k = 0; k < width; k++) key += `${Math.fround(rows[width * row + k]) + 0} `;
    const first = firsts.get(key) ?? row;
    firsts.set(key, first);
    return first;
  });
}

function keptFaces({ vertices, faces }: PaintedMesh, merged: Int32Array): number[] {
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let f = 0; f < faces.length / 3; f++) {
    const corners = [0, 1, 2].map((k) => merged[faces[3 * f + k]]);
    const [a, b, c] = corners.map((vertex) => vectorAt(vertices, vertex));
    if (!(length(cross(subtract(b, a), subtract(c, a))) / 2 >= leastArea)) continue;
    const first = corners.indexOf(Math.min(...corners));
    const key = [0, 1, 2].map((k) => corners[(first + k) % 3]).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(f);
  }
  return kept;
}

/** The rows that `indices` name, in the order of first use, and the indices into those. */
function used(
  rows: ArrayLike<number>,
  width: number,
  indices: Int32Array,
): [Float64Array<ArrayBuffer>, Int32Array] {
  const places = new Map<number, number>();
  const renumbered = indices.map((row) => {
    if (row < 0) return row;
    const place = places.get(row) ?? places.size;
    places.set(row, place);
    return place;
  });
  const values = new Float64Array(width * places.size);
  for (const [row, place] of places) {
    for (let k = 0; k < width; k++) values[width * place + k] = rows[width * row + k];
  }
  return [values, renumbered];
}
