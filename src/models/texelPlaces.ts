// Which point of a surface each texel of its texture shows.

import type { RealArray } from '../../renderer/backend/index.ts';
import type { SurfacePlaces } from '../../renderer/mesh/index.ts';

/**
 * The place of every texel's centre, row by row from v = 1 down. Where faces leave gaps, as the tips of triangles at a pole do, the place is
 * on the edge of the face that comes nearest of those whose box the texel is in; where it is in none, as beyond the outermost vertices of a mesh
 * without poles, that of the nearest texel of its column.
 *
 * @param uv [R·2] texture coordinates; u repeats after 1
 * @param indices [F·3] rows of the faces' corners
 * @param size texels along each side
 * @returns a place a texel; the face is −1 in a column that no face comes near
 */
export function texelPlaces(uv: RealArray, indices: Int32Array, size: number): SurfacePlaces {
  const faces = new Int32Array(size * size).fill(-1);
  const weights = new Float32Array(3 * faces.length);
  const deepest = new Float64Array(faces.length).fill(Number.NEGATIVE_INFINITY);
  for (let face = 0; face < indices.length / 3; face++) {
    // Columns and rows, whole numbers at the centres of texels.
    const [a, b, c] = [0, 1, 2].map((k) => {
      const row = indices[3 * face + k];
      return { x: uv[2 * row] * size - 0.5, y: (1 - uv[2 * row + 1]) * size - 0.5 };
    });
    const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
    if (area === 0) continue;
    const [left, right] = [Math.min(a.x, b.x, c.x), Math.max(a.x, b.x, c.x)];
    const [top, bottom] = [Math.min(a.y, b.y, c.y), Math.max(a.y, b.y, c.y)];
    for (let y = Math.max(0, Math.ceil(top)); y <= Math.min(size - 1, Math.floor(bottom)); y++) {
      for (let x = Math.ceil(left); x <= Math.floor(right); x++) {
        const first = ((b.x - x) * (c.y - y) - (c.x - x) * (b.y - y)) / area;
        const second = ((c.x - x) * (a.y - y) - (a.x - x) * (c.y - y)) / area;
        const inside = [first, second, 1 - first - second];
        const depth = Math.min(...inside);
        const texel = y * size + (((x % size) + size) % size);
        if (depth <= deepest[texel]) continue;
        deepest[texel] = depth;
        faces[texel] = face;
        const kept = inside.map((weight) => Math.max(0, weight));
        const sum = kept[0] + kept[1] + kept[2];
        for (let k = 0; k < 3; k++) weights[3 * texel + k] = kept[k] / sum;
      }
    }
  }
  fillColumns({ faces, weights }, size);
  return { faces, weights };
}

/** Gives texels without a place that of the nearest one above or below, of two as near the one above. */
function fillColumns({ faces, weights }: SurfacePlaces, size: number): void {
  const placed = faces.slice();
  for (let texel = 0; texel < placed.length; texel++) {
    if (placed[texel] >= 0) continue;
    for (let by = 1; by < size && faces[texel] < 0; by++) {
      for (const from of [texel - by * size, texel + by * size]) {
        if (faces[texel] >= 0 || !(placed[from] >= 0)) continue;
        faces[texel] = placed[from];
        for (let k = 0; k < 3; k++) weights[3 * texel + k] = weights[3 * from + k];
      }
    }
  }
}
