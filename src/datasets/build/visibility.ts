// Which face is in front at every sample of a square picture: the renderer's own kernel on one mesh.

import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { emptyFragments, type Fragments, type Picture } from '../../../renderer/kernels/scene.ts';

/** By size of the picture: a build takes thousands of them, and clearing megabytes is cheaper than asking for new ones. */
const buffers = new Map<number, Fragments>();

/**
 * The result is overwritten by the next call for the same size.
 *
 * @param positions [V * 4] homogeneous, as a camera's `projectOnHost` gives them.
 * @param size pixels along each side.
 */
export function visibleFaces(positions: Float64Array, faces: Int32Array, size: number): Fragments {
  const picture: Picture = { width: size, height: size, perspectiveCorrect: true, cull: false, near: 0.01 };
  const into = buffers.get(size) ?? emptyFragments(1, picture);
  buffers.set(size, into);
  return scalarKernels.findVisible(
    {
      positions,
      stride: 4,
      faces,
      items: [
        { vertexStart: 0, vertexCount: positions.length / 4, faceStart: 0, faceCount: faces.length / 3 },
      ],
    },
    picture,
    into,
  );
}
