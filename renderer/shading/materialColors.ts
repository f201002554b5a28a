// Flat diffuse colours of materials, as an OBJ file's MTL gives them.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors.ts';
import type { Shading } from './shading.ts';

/** What a face without a material gets: linear mid grey. */
export const noMaterial: [number, number, number] = [0.5, 0.5, 0.5];

/** The diffuse colour of each face's material, unlit; textures are not looked at. */
export const materialColors: Shading = {
  attributes({ materials, faceMaterials, topology }) {
    if (!materials || !faceMaterials) {
      throw new ArgumentError(
        'materialColors needs a mesh with materials and faceMaterials, but it has none',
      );
    }
    const rows = [...materials.map(({ diffuse }) => diffuse), noMaterial];
    const rowOf = (face: number) => (faceMaterials[face] < 0 ? materials.length : faceMaterials[face]);
    return {
      values: tf.tensor3d([rows]),
      indices: Int32Array.from({ length: 3 * topology.faceCount }, (_, i) => rowOf(Math.floor(i / 3))),
    };
  },
};
