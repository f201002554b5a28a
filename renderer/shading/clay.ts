// Grey, matt, flat faces under a lamp over the viewer's left shoulder: shows shape and nothing else.

import * as tf from '@tensorflow/tfjs';
import { faceNormals } from '../mesh/index.ts';
import { facing } from './facing.ts';
import { atCorners, ofFaces, type Shading } from './shading.ts';

/** From the surface to the lamp, in camera space; of length 1. */
const lamp = [-0.36, 0.48, 0.8];
const ambient = 0.12;
const diffuse = 0.6;

/**
 * Lambert's law on face normals, grey = ambient + diffuse · max(0, n · l), with the normal on the viewer's side. Three linear
 * channels. Gradients reach the vertices through the normals.
 */
export const clay: Shading = (scene) => {
  const { meshes, camera, geometry } = scene;
  const views = geometry.items.length / meshes.length;
  const rotations = camera.viewMatrices().slice([0, 0, 0], [-1, 3, 3]);
  const seen = rotations.mul(tf.tensor3d(lamp, [1, 3, 1])).sum(1);
  const lamps = camera.viewCount === 1 ? seen.tile([geometry.items.length, 1]) : seen;
  const cosines = meshes.map(({ vertices, topology }, m) => {
    const own = lamps.slice([views * m, 0], [views, 3]);
    return tf.matMul(own, faceNormals(vertices, topology), false, true).reshape([-1, 1]);
  });
  let start = 0;
  const rowStarts = geometry.items.map(({ faceCount }) => {
    start += faceCount;
    return start - faceCount;
  });
  return {
    attributes: {
      values: tf.concat(cosines).mul(tf.tensor2d(facing(geometry), [start, 1])) as tf.Tensor2D,
      indices: atCorners(ofFaces(scene, (_, face) => face)),
      rowStarts,
    },
    shader: (rows) => rows.relu().mul(diffuse).add(ambient).tile([1, 3]) as tf.Tensor2D,
  };
};
