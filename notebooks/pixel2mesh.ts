// # One picture through Pixel2Mesh
//
// A graph network looks at a picture of a chair that it has never seen and bends an ellipsoid into a mesh of it. On the way: the feature
// maps that its vertices look at, the mesh after each block, and which way 3D and 2D losses pull its vertices. As a script:
// `npx tsx notebooks/pixel2mesh.ts`; as an executed notebook: `npm run notebooks pixel2mesh`.

// %% Setup
import * as tf from '@tensorflow/tfjs';
import { clay, PerspectiveCamera, rasterize, render, type Topology, useBackend } from '../renderer/index.ts';
import {
  chamferLoss,
  modelOf,
  openDataset,
  Pixel2Mesh,
  type Pixel2MeshOptions,
  parseConfig,
  silhouetteIouLoss,
  type TrainConfig,
  toSample,
} from '../src/index.ts';
import { Random } from '../src/tensor/random.ts';
import { networkInput } from '../src/training/batch.ts';
import { Trainer } from '../src/training/trainer.ts';
import { type Arrow, type Panel, show, valuesOf, withArrows } from './notebook.ts';

await useBackend('wasm');
const dataset = await openDataset('furniture-mini');
const { fovDegrees } = dataset.camera;

// %% [markdown]
// ## A network that has learnt a little
//
// The quickstart trains for 1,200 steps; 150 of them, a quarter of a minute, are enough to see what happens. 3D losses compare vertices
// with points of the true surface; 2D losses draw the mesh with DIB-R and compare pictures.

// %% 150 steps with 3D and 2D losses
const config = parseConfig({
  task: 'train',
  model: { hidden: 32, blocks: { residualBlocks: 1 } },
  losses: {
    chamfer: { weight: 1 },
    edge: { weight: 0.1 },
    laplacian: { weight: 0.5 },
    silhouette: { weight: 0.07 },
    color: { weight: 0.1 },
  },
  renderer: { method: { type: 'dibr', sharpness: 20000 } },
  training: { steps: 150, clipNorm: 1 },
}) as TrainConfig;
const options = modelOf(config.model).options.parse(config.model) as unknown as Pixel2MeshOptions;
const model = new Pixel2Mesh(options, dataset.camera, new Random(1));
const trainer = new Trainer(
  model,
  dataset.split('train'),
  {
    ...config.training,
    views: config.supervision.views,
    objective: {
      losses: config.losses,
      renderedLevels: 1,
      renderer: config.renderer,
      fovDegrees,
    },
  },
  new Random(1).split('examples'),
);
for (let step = 1; step <= config.training.steps; step++) {
  const { losses } = trainer.step(step);
  if (step % 50 === 0) console.log(`step ${step}: total loss ${losses.total.toFixed(4)}`);
}

// %% A chair of the test objects
const chairs = dataset.split('test').filter(({ category }) => category === 'chair');
const sample = toSample(chairs[1], 0, [0, 2]);
const pictures = networkInput([sample.input.image]);
const layers = new Map<string, tf.Tensor>();
const { levels } = model.predict(pictures, (name: string, output: tf.Tensor) => layers.set(name, output));
const views = sample.supervision.map(({ objectToCamera }) => objectToCamera);
const size = { width: 128, height: 128 };
const white = [1, 1, 1];
const rgba = pictures.squeeze([0]) as tf.Tensor3D;
const alpha = rgba.slice([0, 0, 3]);
// sRGB as it is: near enough for looking at.
const onWhite = rgba.slice([0, 0, 0], [-1, -1, 3]).mul(alpha).add(tf.sub(1, alpha)).pow(2.2);

// %% [markdown]
// ## Feature maps
//
// The encoder's four convolutions halve the picture again and again. Each map has many channels; here is how strongly all of them
// together respond. A vertex looks at all four maps where it projects, between texels bilinearly: it gets 16 + 32 + 64 + 128 numbers, the
// pixel itself, and a code of the whole picture.

// %% The picture, and how strongly each map responds
const maps = [0, 1, 2, 3].map((i): Panel => {
  const map = layers.get(`nn_encoder.${i}`) as tf.Tensor4D;
  const norm = map.square().sum(3).sqrt();
  return { title: `${map.shape[1]}² × ${map.shape[3]}`, values: valuesOf(norm.div(norm.max())) };
});
await show('feature maps', [{ title: 'picture', values: valuesOf(onWhite) }, ...maps]);
for (const level of levels.keys()) {
  const { shape } = layers.get(`projection.${level}`)!;
  console.log(`block ${level + 1}: ${shape[1]} vertices look up ${shape[2]! - 3} features each`);
}

// %% [markdown]
// ## Block by block
//
// Block 1 moves 42 vertices. Unpooling puts a new one on the middle of every edge; block 2 moves 162, block 3 642. Above: as the input
// camera sees it; below: from 90° further round, where the network has never been.

// %% The ellipsoid, and the mesh after each block
const input = new PerspectiveCamera({ fovDegrees, view: views[0] });
const aside = new PerspectiveCamera({ fovDegrees, view: views[1] });
const shapeOf = (vertices: tf.Tensor, topology: Topology, camera: PerspectiveCamera) =>
  render({ vertices: vertices.squeeze([0]) as tf.Tensor2D, topology }, camera, {
    ...size,
    background: white,
    shading: clay,
    method: { type: 'antialias' },
    outputs: ['image'],
  }).image;
for (const [name, camera] of [
  ['blocks', input],
  ['blocks from the side', aside],
] as const) {
  const [first] = levels;
  await show(name, [
    { title: 'ellipsoid', values: valuesOf(shapeOf(first.before, first.topology, camera)) },
    ...levels.map(({ vertices, topology }, i): Panel => {
      return { title: `block ${i + 1}`, values: valuesOf(shapeOf(vertices, topology, camera)) };
    }),
  ]);
}

// %% [markdown]
// ## Where losses pull
//
// Which way would a step of descent move each vertex of the finest mesh? Chamfer pulls vertices to the nearest points of the true surface,
// and each point pulls its nearest vertex: arrows everywhere, also to and from what the picture hides. The silhouette pulls at outlines
// alone, and only across them. Arrows are as long as gradients are strong, each loss on a scale of its own.

// %% Gradients on the vertices of the finest mesh
const finest = levels.at(-1)!;
const points = tf.tensor3d(sample.points, [1, sample.points.length / 3, 3]);
const target = networkInput([sample.input.image]).slice([0, 0, 0, 3]).squeeze([3]) as tf.Tensor3D;
const silhouette = (vertices: tf.Tensor) =>
  rasterize(input.project(vertices as tf.Tensor3D), finest.topology, {
    width: 64,
    height: 64,
    method: { type: 'dibr', unbiased: true },
    outputs: ['silhouette'],
  }).silhouette;
const gradients = {
  'chamfer, 3D': tf.grad((vertices) => chamferLoss(vertices as tf.Tensor3D, points))(finest.vertices),
  'silhouette, 2D': tf.grad((vertices) => silhouetteIouLoss(silhouette(vertices), target))(finest.vertices),
};
/** Of the gradient of a loss, by descent, as the input camera sees them; the longest is a sixth of the picture. */
const arrowsOf = (gradient: tf.Tensor): Arrow[] => {
  const place = (vertices: tf.Tensor) => {
    const positions = input.project(vertices as tf.Tensor3D).dataSync();
    return Array.from({ length: positions.length / 4 }, (_, v): [number, number] => [
      (1 + positions[4 * v] / positions[4 * v + 3]) / 2,
      (1 - positions[4 * v + 1] / positions[4 * v + 3]) / 2,
    ]);
  };
  const longest = gradient.square().sum(2).sqrt().max().dataSync()[0];
  const ends = place(finest.vertices.sub(gradient.mul(0.17 / longest)));
  return place(finest.vertices)
    .map((from, v): Arrow => ({ from, to: ends[v] }))
    .filter(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]) > 0.006);
};
const ground = valuesOf(shapeOf(finest.vertices, finest.topology, input));
for (const [name, gradient] of Object.entries(gradients)) {
  const arrows = arrowsOf(gradient);
  const felt = (gradient.square().sum(2).sqrt().dataSync() as Float32Array).filter((length) => length > 1e-9);
  console.log(`${name}: ${felt.length} of ${finest.topology.vertexCount} vertices feel it`);
  await show(
    `gradient of ${name}`,
    [
      {
        title: name,
        values: withArrows(ground, arrows, name.endsWith('3D') ? [0.7, 0.1, 0] : [0, 0.2, 0.7]),
      },
    ],
    384,
  );
}

// %% [markdown]
// One learns from what it can see: the silhouette leaves the back and the inside alone, and cannot tell depth. Chamfer knows all of it,
// but needs points of the true surface, which pictures do not give.

// %% How far apart the two directions are
const [a, b] = Object.values(gradients);
const cosine = a.mul(b).sum().div(a.norm().mul(b.norm())).dataSync()[0];
console.log(`cosine between the two gradients: ${cosine.toFixed(3)}`);
