// What gives a surface its colours: attributes at the corners of faces, and a shader from interpolated rows of them to colours.

import * as tf from '@tensorflow/tfjs';
import type { Camera } from '../camera/index.ts';
import type { Mesh } from '../mesh/index.ts';
import type { CornerAttributes, Geometry, Shader } from '../visibility/index.ts';

/** What is to be shaded: meshes as a camera projects them, the same number of views of each. */
export interface ShadingScene {
  meshes: readonly Mesh[];
  camera: Camera;
  /** One item a view, those of a mesh after another; each mesh has faces of its own. */
  geometry: Geometry;
}

/** What `rasterize` takes. */
export interface Shaded {
  attributes?: CornerAttributes;
  /** Absent: the attributes are colours. */
  shader?: Shader;
}

export type Shading = (scene: ShadingScene) => Shaded;

/** Rows of every mesh with three indices a face into them, as attributes of the whole batch. */
export function packedAttributes(
  { meshes, geometry }: ShadingScene,
  rowsOf: (mesh: Mesh, index: number) => { values: tf.Tensor2D; indices: Int32Array },
): CornerAttributes {
  const parts = meshes.map(rowsOf);
  const views = geometry.items.length / meshes.length;
  if (parts.length === 1) {
    const [{ values, indices }] = parts;
    return { values: values.expandDims(0) as tf.Tensor3D, indices };
  }
  let start = 0;
  const rowStarts = parts.flatMap(({ values }) => {
    start += values.shape[0];
    return new Array(views).fill(start - values.shape[0]);
  });
  const indices = new Int32Array(geometry.faces.length);
  let at = 0;
  for (const part of parts) {
    indices.set(part.indices, at);
    at += part.indices.length;
  }
  return { values: tf.concat(parts.map(({ values }) => values)) as tf.Tensor2D, indices, rowStarts };
}

/** One number a face of every mesh, in the order of their faces: `of(mesh, face)`. */
export function ofFaces(
  { meshes }: ShadingScene,
  of: (mesh: Mesh, face: number, index: number) => number,
): Int32Array {
  const count = meshes.reduce((sum, { topology }) => sum + topology.faceCount, 0);
  const numbers = new Int32Array(count);
  let at = 0;
  meshes.forEach((mesh, index) => {
    for (let face = 0; face < mesh.topology.faceCount; face++) numbers[at++] = of(mesh, face, index);
  });
  return numbers;
}

/** A number a face at each of its corners: [F] to [F·3]. */
export function atCorners(numbers: Int32Array): Int32Array {
  const corners = new Int32Array(3 * numbers.length);
  for (let face = 0, at = 0; face < numbers.length; face++) {
    corners[at++] = numbers[face];
    corners[at++] = numbers[face];
    corners[at++] = numbers[face];
  }
  return corners;
}

/** The same number for each of N fragments, given the item and face of each; `none` where there is no face. */
export function atFragments(
  { items }: Geometry,
  { items: itemOf, faces }: { items: Int32Array; faces: Int32Array },
  numbers: Int32Array,
  none: number,
): Int32Array {
  const found = new Int32Array(faces.length);
  for (let i = 0; i < faces.length; i++) {
    found[i] = faces[i] < 0 ? none : numbers[items[itemOf[i]].faceStart + faces[i]];
  }
  return found;
}
