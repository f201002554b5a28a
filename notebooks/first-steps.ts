// # First steps
//
// Load a mesh, draw it, take a gradient, and use it to fit a mesh to pictures. As a script: `npx tsx notebooks/first-steps.ts`; as
// an executed notebook: `npm run notebooks first-steps`.

// %% A mesh
import * as tf from '@tensorflow/tfjs';
import { icosphere, lookAt, PerspectiveCamera, readMesh, render, useBackend } from '../renderer/index.ts';
import { laplacianLoss } from '../src/index.ts';
import { dataPath, show, valuesOf } from './notebook.ts';

await useBackend('wasm');
const lamp = await readMesh(dataPath('furniture-meshes/lamp.obj'));
console.log(`${lamp.topology.vertexCount} vertices, ${lamp.topology.faceCount} faces`);

// %% [markdown]
// A `Mesh` is a tensor of vertices, an immutable topology, and what its surface looks like. The camera looks at the origin from
// eight sides; `render` draws one picture a view, `[8, 64, 64, 3]` here.

// %% Eight pictures
const views = Array.from({ length: 8 }, (_, i) => {
  const azimuth = (i * Math.PI) / 4;
  return lookAt({ eye: [1.95 * Math.sin(azimuth), i % 2 === 0 ? 0.3 : 0.9, 1.95 * Math.cos(azimuth)] });
});
const camera = new PerspectiveCamera({ fovDegrees: 32, view: views });
const size = { width: 64, height: 64 };
const background = [1, 1, 1];
const truth = render(lamp, camera, { ...size, background, method: { type: 'antialias' } });
const [first, second, third] = tf.unstack(truth.image) as tf.Tensor3D[];
await show('lamp', [
  { title: 'front', values: valuesOf(first) },
  { title: '45°', values: valuesOf(second) },
  { title: '90°', values: valuesOf(third) },
  { title: 'silhouette', values: valuesOf(truth.silhouette.slice([0], [1])) },
]);

// %% [markdown]
// ## A gradient
//
// Every output but the face index is differentiable, so `tf.grad` works on whatever is made of it. Which way should the lamp move to
// cover more of the pictures? Nearer to the cameras would do, but they stand all around; larger does it: the gradient of the covered
// area points outwards from the origin almost everywhere it is not zero.

// %% The gradient of the covered area
const area = (vertices: tf.Tensor) =>
  render({ ...lamp, vertices: vertices as tf.Tensor2D }, camera, {
    ...size,
    method: { type: 'dibr', unbiased: true },
    outputs: ['silhouette'],
  }).silhouette.mean();
const gradient = tf.grad(area)(lamp.vertices) as tf.Tensor2D;
const moving = gradient.square().sum(1).greater(0).sum().dataSync()[0];
const growth = gradient.mul(lamp.vertices).sum().dataSync()[0];
console.log(`${moving} vertices feel the outline; d(area)/d(scale) = ${growth.toFixed(3)}`);
console.log(
  `twice the covered share, as area grows with the square: ${(2 * area(lamp.vertices).dataSync()[0]).toFixed(3)}`,
);

// %% [markdown]
// ## A fit
//
// A sphere is pulled into the lamp's eight silhouettes. The Laplacian loss keeps neighbouring vertices together where no outline
// speaks. `optimizer.minimize` takes the gradient of everything inside.

// %% Eighty steps of Adam
const sphere = icosphere(3, { radii: 0.4 });
const mesh = tf.variable(sphere.vertices);
const optimizer = tf.train.adam(0.01);
const silhouettes = () =>
  render({ vertices: mesh, topology: sphere.topology }, camera, {
    ...size,
    method: { type: 'dibr', sharpness: 20000 },
    outputs: ['silhouette'],
  }).silhouette;
const start = tf.tidy(() => silhouettes().slice([0], [1]));
const losses: number[] = [];
for (let step = 0; step < 80; step++) {
  const loss = optimizer.minimize(() => {
    const outline = silhouettes().sub(truth.silhouette).square().mean();
    const smooth = laplacianLoss(
      sphere.vertices.expandDims(0) as tf.Tensor3D,
      mesh.expandDims(0) as tf.Tensor3D,
      sphere.topology,
    );
    return outline.add(smooth.mul(20)) as tf.Scalar;
  }, true)!;
  losses.push(loss.dataSync()[0]);
  loss.dispose();
}
console.log(`loss ${losses[0].toFixed(4)} at first, ${losses.at(-1)!.toFixed(4)} at last`);

// %% What came of it
const fitted = render({ vertices: mesh, topology: sphere.topology }, camera, {
  ...size,
  background,
  method: { type: 'antialias' },
});
await show('fit', [
  { title: 'target', values: valuesOf(truth.silhouette.slice([0], [1])) },
  { title: 'start', values: valuesOf(start) },
  { title: 'fit', values: valuesOf(fitted.silhouette.slice([0], [1])) },
  { title: 'fit, as clay', values: valuesOf(fitted.image.slice([0], [1])) },
]);
