// Which side of a face is seen.

import { hostOp } from '../backend/index.ts';
import type { Geometry } from '../visibility/index.ts';

/** [Σ faces of items] 1 where a face winds counter-clockwise in the picture, −1 where its back is seen; items one after another. */
export function facing({ positions, items, faces }: Geometry): Float32Array {
  const count = items.reduce((sum, { faceCount }) => sum + faceCount, 0);
  const sides = new Float32Array(count);
  hostOp([positions], [], ([rows]) => {
    let at = 0;
    for (const { vertexStart, faceStart, faceCount } of items) {
      for (let f = 0; f < faceCount; f++) {
        const a = 4 * (vertexStart + faces[3 * (faceStart + f)]);
        const b = 4 * (vertexStart + faces[3 * (faceStart + f) + 1]);
        const c = 4 * (vertexStart + faces[3 * (faceStart + f) + 2]);
        // det [X Y w]: its sign is that of the area in the picture, times those of the w.
        const winding =
          rows[a] * (rows[b + 1] * rows[c + 3] - rows[c + 1] * rows[b + 3]) +
          rows[b] * (rows[c + 1] * rows[a + 3] - rows[a + 1] * rows[c + 3]) +
          rows[c] * (rows[a + 1] * rows[b + 3] - rows[b + 1] * rows[a + 3]);
        sides[at++] = winding < 0 ? -1 : 1;
      }
    }
  });
  return sides;
}
