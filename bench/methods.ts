// Speed and memory of every gradient method: picture and silhouette forward, and the gradients of both to positions and colours,
// through TensorFlow.js on the wasm back end. Prints the tables of bench/results/methods.md.

import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { MethodOptions, Topology } from '../renderer/index.ts';
import { countAllocations } from './allocations.ts';
import { fastest, header, ms, row } from './tables.ts';

// Before the renderer is loaded, so that its scratch buffers are counted too.
const allocations = countAllocations();
const { icosphere, lookAt, PerspectiveCamera, rasterize, useBackend } = await import('../renderer/index.ts');

await useBackend('wasm');

const methods: readonly MethodOptions[] = [
  { type: 'hard' },
  { type: 'dibr' },
  { type: 'dibr', unbiased: true },
  { type: 'softras', sigma: 1e-4 },
  { type: 'softras', variant: 'pytorch3d', facesPerPixel: 10 },
  { type: 'nmr' },
  { type: 'antialias' },
  { type: 'edge' },
];
const nameOf = ({ type, ...options }: MethodOptions) =>
  [type, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(' ');

interface Inputs {
  positions: tf.Tensor3D;
  colors: tf.Tensor3D;
  topology: Topology;
}

/** A sphere that fills most of the picture, from `batch` sides. */
function sphere(level: number, batch: number): Inputs {
  const { vertices, topology } = icosphere(level, { radii: 0.45 });
  const view = Array.from({ length: batch }, (_, i) =>
    lookAt({ eye: [2 * Math.cos(i), 0.6, 2 * Math.sin(i)] }),
  );
  return {
    positions: new PerspectiveCamera({ fovDegrees: 30, view }).project(vertices.expandDims(0)),
    colors: tf.fill([1, topology.vertexCount, 3], 0.5),
    topology,
  };
}

/** Draws, and takes gradients for upstream gradients that are there already: no loss, whose sums would cost as much. */
function step({ positions, colors, topology }: Inputs, size: number, method: MethodOptions): void {
  tf.tidy(() => {
    const draw = (at: tf.Tensor, attributes: tf.Tensor) =>
      rasterize(at as tf.Tensor3D, topology, {
        width: size,
        height: size,
        attributes: attributes as tf.Tensor3D,
        method,
      });
    const upstream = tf.ones([positions.shape[0], size, size]);
    const gradients = tf.grads((at, attributes) => {
      const { image, silhouette } = draw(at, attributes);
      return tf.concat([image, silhouette.expandDims(3)], 3);
    })([positions, colors], tf.stack([upstream, upstream, upstream, upstream], 3));
    for (const gradient of gradients) gradient.dataSync();
  });
}

const sizes = [64, 256, 512];
console.log(
  `Node ${process.version}, ${cpus()[0].model}, one core; processor milliseconds of the fastest run.\n`,
);
for (const level of [3, 5]) {
  for (const batch of [1, 8]) {
    console.log(`\n## ${20 * 4 ** level} faces, ${batch === 1 ? 'one view' : `${batch} views`}\n`);
    header(['method', ...sizes.map((size) => `${size}²`)]);
    for (const method of methods) {
      row([
        nameOf(method),
        ...sizes.map((size) =>
          tf.tidy(() => {
            const inputs = sphere(level, batch);
            return ms(fastest(() => step(inputs, size, method)));
          }),
        ),
      ]);
    }
  }
}

console.log(
  '\n## Memory beyond tensors: all arrays that the first call of a size allocates, in bytes a pixel\n',
);
header(['method', '512², 1280 faces', '1024², 1280 faces']);
for (const method of methods) {
  row([
    nameOf(method),
    ...[512, 1024].map((size) =>
      tf.tidy(() => {
        const inputs = sphere(3, 1);
        allocations.reset();
        step(inputs, size, method);
        return (allocations.bytes() / size ** 2).toFixed(1);
      }),
    ),
  ]);
}
