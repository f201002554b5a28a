// Where the gradient of an outline comes from: hard and DIB-R rasterization of one triangle, side by side.
// A percent script: `npx tsx notebooks/outlines.ts` runs it, and editors run it cell by cell.

// %% One triangle, already divided: image-plane x and y, and depth
import * as tf from '@tensorflow/tfjs';
import { type MethodOptions, rasterize, Topology, useBackend } from '../renderer/index.ts';

await useBackend('wasm');
const triangle = tf.tensor3d([-0.6, -0.5, -1, 0.6, -0.5, -1, 0, 0.6, -1], [1, 3, 3]);
const topology = new Topology(Int32Array.of(0, 1, 2), 3);

// %% Coverage, as a function of the corners
const size = 32;
const coverage = (corners: tf.Tensor3D, method: MethodOptions) =>
  rasterize(corners, topology, { width: size, height: size, method, outputs: ['silhouette'] }).silhouette;

// %% What a silhouette looks like: soft methods fade out around the outline
const soft: MethodOptions = { type: 'dibr', sharpness: 300, boxSize: 0.2 };
const [rows] = coverage(triangle, soft).arraySync();
for (const row of rows.filter((_, r) => r % 2 === 0)) {
  console.log(row.map((value) => ' .:-=+*#%@'[Math.round(value * 9)]).join(''));
}

// %% How the covered area changes with each corner: nothing for hard, outwards for DIB-R
for (const method of [{ type: 'hard' }, soft]) {
  const area = (corners: tf.Tensor) => coverage(corners as tf.Tensor3D, method).mean() as tf.Scalar;
  const [corners] = (tf.grad(area)(triangle) as tf.Tensor3D).arraySync();
  console.log(method.type);
  for (const [x, y] of corners) console.log(`  d(area)/d(x, y) = ${x.toFixed(3)}, ${y.toFixed(3)}`);
}
