// Depth maps of a data set: what the renderer's hard visibility shows at the centres of pixels.

import { PerspectiveCamera, type ViewMatrix } from '../../../renderer/camera/index.ts';
import type { Triangles } from './surfacePoints.ts';
import { visibleFaces } from './visibility.ts';

/**
 * [size * size] height of the nearest surface over the plane through the origin that faces the camera, which looks at the origin: the
 * camera-space depth is this minus the camera's distance. NaN where there is none.
 */
export function takeHeights(
  { vertices, faces }: Triangles,
  view: ViewMatrix,
  { size, fovDegrees }: { size: number; fovDegrees: number },
): Float32Array {
  const positions = new PerspectiveCamera({ fovDegrees, view }).projectOnHost(vertices);
  const { faces: visible, weights } = visibleFaces(positions, faces, size);
  const heights = new Float32Array(size * size).fill(Number.NaN);
  for (let pixel = 0; pixel < heights.length; pixel++) {
    const corner = 3 * visible[pixel];
    if (corner < 0) continue;
    let depth = 0;
    for (let k = 0; k < 3; k++) depth += weights[3 * pixel + k] * positions[4 * faces[corner + k] + 2];
    heights[pixel] = depth - view[11];
  }
  return heights;
}
