// What every mesh that is rendered must be, said in terms of the mesh.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import { type Mesh, Topology } from '../mesh/index.ts';
import { shown } from '../shown.ts';

/** @throws ArgumentError where parts of the mesh do not fit together. */
export function checkMesh(mesh: Mesh): void {
  if (!(mesh?.vertices instanceof tf.Tensor) || !(mesh.topology instanceof Topology)) {
    throw new ArgumentError('a mesh to render must have vertices, a tensor, and a topology, a Topology');
  }
  const { vertices, topology, colors, uv, faceMaterials, materials = [] } = mesh;
  const { faceCount, vertexCount } = topology;
  if (vertices.rank !== 2 || vertices.shape[0] !== vertexCount || vertices.shape[1] !== 3) {
    throw new ArgumentError(`vertices must have shape [${vertexCount}, 3], but have [${vertices.shape}]`);
  }
  if (colors && (colors.rank !== 2 || colors.shape[0] !== vertexCount)) {
    throw new ArgumentError(`colors must have shape [${vertexCount}, 3], but have [${colors.shape}]`);
  }
  if (uv) {
    const { values, indices } = uv;
    if (values.rank !== 2 || values.shape[1] !== 2) {
      throw new ArgumentError(`uv.values must have shape [rows, 2], but have [${values.shape}]`);
    }
    checkIndices('uv.indices', indices, 3 * faceCount, values.shape[0]);
  }
  if (faceMaterials) checkIndices('faceMaterials', faceMaterials, faceCount, materials.length);
}

/** @throws ArgumentError unless there are so many, each −1 or below `rows`. */
function checkIndices(name: string, indices: Int32Array, length: number, rows: number): void {
  if (!(indices instanceof Int32Array) || indices.length !== length) {
    throw new ArgumentError(
      `${name} must be an Int32Array of ${length}, but ${indices instanceof Int32Array ? `has ${indices.length}` : `is ${shown(indices)}`}`,
    );
  }
  for (let i = 0; i < length; i++) {
    if (indices[i] < -1 || indices[i] >= rows) {
      throw new ArgumentError(`${name}[${i}] is ${indices[i]}, but there are ${rows} rows to refer to`);
    }
  }
}
