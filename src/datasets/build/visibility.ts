// Which face is in front at every sample of a square picture: the renderer's own kernel on one mesh.

import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import type { Fragments } from '../../../renderer/kernels/scene.ts';

/**
 * @param positions [V * 4] homogeneous, as a camera's `projectOnHost` gives them.
 * @param size pixels along each side.
 */
export function visibleFaces(positions: Float64Array, faces: Int32Array, size: number): Fragments {
  return scalarKernels.findVisible(
    {
      positions,
      stride: 4,
      faces,
      items: [
        { vertexStart: 0, vertexCount: positions.length / 4, faceStart: 0, faceCount: faces.length / 3 },
      ],
    },
    { width: size, height: size, perspectiveCorrect: true, cull: false, near: 0.01 },
  );
}
