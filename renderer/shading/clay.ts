// Grey, matt, flat faces under a lamp over the viewer's left shoulder: shows shape and nothing else.

import * as tf from '@tensorflow/tfjs';
import { hostOp } from '../backend/index.ts';
import type { Topology } from '../mesh/index.ts';
import type { Shading } from './shading.ts';

/** From the surface to the lamp, in camera space; of length 1. */
const lamp = [-0.36, 0.48, 0.8];
const ambient = 0.12;
const diffuse = 0.6;

/**
 * Lambert's law on face normals, grey = ambient + diffuse · max(0, n · l), with the normal on the viewer's side. Three linear
 * channels. Gradients reach the vertices through the normals.
 */
export const clay: Shading = {
  attributes({ vertices, topology }, camera, positions) {
    const { faceCount } = topology;
    // Faces with a vertex that is not finite are not drawn, but zero times NaN would still spoil the gradients of the others.
    const known = tf.where(tf.isFinite(vertices), vertices, 0);
    const corner = (k: number) =>
      tf.gather(
        known,
        tf.tensor1d(
          topology.faces.filter((_, i) => i % 3 === k),
          'int32',
        ),
      ) as tf.Tensor2D;
    const [a, b, c] = [corner(0), corner(1), corner(2)];
    const normals = cross(b.sub(a), c.sub(a));
    const lengths = normals.square().sum(1, true).add(1e-24).sqrt();
    const lamps = camera.views.map((view) =>
      [0, 1, 2].map(
        (column) => lamp[0] * view[column] + lamp[1] * view[4 + column] + lamp[2] * view[8 + column],
      ),
    );
    const cosines = normals.div(lengths).matMul(tf.tensor2d(lamps), false, true).transpose();
    const values = cosines.mul(facing(positions, topology)).expandDims(2) as tf.Tensor3D;
    return { values, indices: Int32Array.from({ length: 3 * faceCount }, (_, i) => Math.floor(i / 3)) };
  },
  shader: (cosines) => cosines.relu().mul(diffuse).add(ambient).tile([1, 3]) as tf.Tensor2D,
};

function cross(u: tf.Tensor, v: tf.Tensor): tf.Tensor2D {
  const [ux, uy, uz] = tf.unstack(u, 1);
  const [vx, vy, vz] = tf.unstack(v, 1);
  return tf.stack(
    [uy.mul(vz).sub(uz.mul(vy)), uz.mul(vx).sub(ux.mul(vz)), ux.mul(vy).sub(uy.mul(vx))],
    1,
  ) as tf.Tensor2D;
}

/** [N, F]: 1 where a face winds counter-clockwise in the picture, −1 where its back is seen. */
function facing(positions: tf.Tensor3D, { faces, faceCount, vertexCount }: Topology): tf.Tensor {
  const [batch] = positions.shape;
  const [sides] = hostOp(
    [positions],
    [{ shape: [batch, faceCount], dtype: 'float32' }],
    ([rows], [output]) => {
      for (let i = 0; i < output.length; i++) {
        const corner = 3 * (i % faceCount);
        const item = Math.floor(i / faceCount) * vertexCount;
        const [a, b, c] = [0, 1, 2].map((k) => 4 * (item + faces[corner + k]));
        const winding =
          rows[a] * (rows[b + 1] * rows[c + 3] - rows[c + 1] * rows[b + 3]) +
          rows[b] * (rows[c + 1] * rows[a + 3] - rows[a + 1] * rows[c + 3]) +
          rows[c] * (rows[a + 1] * rows[b + 3] - rows[b + 1] * rows[a + 3]);
        output[i] = winding < 0 ? -1 : 1;
      }
    },
  );
  return sides;
}
