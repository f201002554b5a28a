// What gives a surface its colours: numbers at the corners of faces, and a shader from interpolated rows of them to colours.

import type * as tf from '@tensorflow/tfjs';
import type { Camera } from '../camera/index.ts';
import { ArgumentError } from '../errors.ts';
import type { Mesh } from '../mesh/index.ts';
import type { CornerAttributes, Shader } from '../visibility/index.ts';

export interface Shading {
  /** The rows to interpolate. `positions` [N, V, 4] is the mesh as `camera` projects it, one item a view. */
  attributes(mesh: Mesh, camera: Camera, positions: tf.Tensor3D): CornerAttributes;
  /** From interpolated rows to colours. Absent: the rows are colours. */
  shader?: Shader;
}

/** The mesh's own colours, unlit. */
export const vertexColors: Shading = {
  attributes({ colors, topology }) {
    if (!colors) throw new ArgumentError('vertexColors needs a mesh with colours, but it has none');
    if (colors.shape[0] !== topology.vertexCount) {
      throw new ArgumentError(
        `colors have ${colors.shape[0]} rows, but the mesh has ${topology.vertexCount} vertices`,
      );
    }
    return { values: colors.expandDims(0) as tf.Tensor3D, indices: topology.faces };
  },
};
