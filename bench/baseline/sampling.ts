// FROZEN. Points spread evenly over a surface by TensorFlow.js's own operations: faces drawn by their area, and the square-root map.

import * as tf from '@tensorflow/tfjs';

/** [count, 3] of a mesh of [V, 3] vertices and [F, 3] faces. */
export function sampleByTensors(
  vertices: tf.Tensor2D,
  faces: tf.Tensor2D,
  count: number,
  seed: number,
): Float32Array {
  return tf.tidy(() => {
    const [a, b, c] = [0, 1, 2].map((k) => tf.gather(vertices, faces.slice([0, k], [-1, 1]).flatten()));
    const [u, v] = [tf.sub(b, a), tf.sub(c, a)];
    const [ux, uy, uz] = tf.split(u, 3, 1);
    const [vx, vy, vz] = tf.split(v, 3, 1);
    const normal = tf.concat(
      [
        tf.sub(tf.mul(uy, vz), tf.mul(uz, vy)),
        tf.sub(tf.mul(uz, vx), tf.mul(ux, vz)),
        tf.sub(tf.mul(ux, vy), tf.mul(uy, vx)),
      ],
      1,
    );
    const areas = tf.euclideanNorm(normal, 1) as tf.Tensor1D;
    const drawn = tf.multinomial(tf.log(areas), count, seed) as tf.Tensor1D;
    const root = tf.sqrt(tf.randomUniform([count, 1], 0, 1, 'float32', seed));
    const along = tf.randomUniform([count, 1], 0, 1, 'float32', seed + 1);
    const points = tf.addN([
      tf.mul(tf.gather(a, drawn), tf.sub(1, root)),
      tf.mul(tf.gather(b, drawn), tf.mul(root, tf.sub(1, along))),
      tf.mul(tf.gather(c, drawn), tf.mul(root, along)),
    ]);
    return points.dataSync() as Float32Array;
  });
}
