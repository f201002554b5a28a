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
  return Float32Array.from(visible, (face, pixel) => {
    if (face < 0) return Number.NaN;
    let depth = 0;
    for (let k = 0; k < 3; k++) depth += weights[3 * pixel + k] * positions[4 * faces[3 * face + k] + 2];
    return depth - view[11];
  });
}
