// Speed of the rasterizer: kernels alone over picture sizes and face counts, and whole training-like calls through TensorFlow.js.
// Prints the tables of bench/results/rasterizer.md. Every number is the processor time of the fastest of many runs, which other
// work on the machine disturbs least.

import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import {
  icosphere,
  kernelsNamed,
  lookAt,
  type Mesh,
  PerspectiveCamera,
  type Picture,
  rasterize,
  type Scene,
  useBackend,
} from '../renderer/index.ts';
import { fastest, header, ms, row } from './tables.ts';

await useBackend('wasm');
const scalar = kernelsNamed('scalar');
const softOptions = { sharpness: 7000, boxSize: 0.02, maxFaces: 30, order: 'index' as const };
const channels = 3;

const views = (count: number) =>
  Array.from({ length: count }, (_, i) => lookAt({ eye: [2 * Math.cos(i), 0.6, 2 * Math.sin(i)] }));

const cameraOf = (count: number) => new PerspectiveCamera({ fovDegrees: 30, view: views(count) });

interface KernelTimes {
  visible: number;
  interpolate: number;
  mask: number;
  backward: number;
  maskBackward: number;
  covered: number;
}

/** The stages of one picture on plain arrays. */
function kernelTimes({ vertices, topology }: Mesh, size: number): KernelTimes {
  const { vertexCount, faceCount, faces } = topology;
  const scene: Scene = {
    positions: Float32Array.from(cameraOf(1).projectOnHost(vertices.dataSync())),
    stride: 4,
    faces,
    items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount }],
  };
  const picture: Picture = { width: size, height: size, perspectiveCorrect: true, cull: false, near: 0.01 };
  const pixels = size * size;
  const colors = {
    values: new Float32Array(vertexCount * channels).fill(0.5),
    channels,
    indices: faces,
    rowStarts: [0],
  };
  const visible = scalar.findVisible(scene, picture);
  const image = new Float32Array(pixels * channels);
  const mask = new Float32Array(pixels);
  const state = scalar.softMask(scene, picture, visible, softOptions, mask);
  const upstream = new Float32Array(pixels * channels).fill(0.1);
  const colorGradient = new Float32Array(colors.values.length);
  const positionGradient = new Float32Array(scene.positions.length);
  return {
    visible: fastest(() => scalar.findVisible(scene, picture)),
    interpolate: fastest(() => scalar.interpolate(scene, visible, colors, image)),
    mask: fastest(() => scalar.softMask(scene, picture, visible, softOptions, mask)),
    backward: fastest(() =>
      scalar.interpolateBackward(scene, picture, visible, colors, upstream, colorGradient, positionGradient),
    ),
    maskBackward: fastest(() => scalar.softMaskBackward(scene, picture, state, upstream, positionGradient)),
    covered: visible.faces.reduce((count, face) => count + (face >= 0 ? 1 : 0), 0),
  };
}

/** Picture and silhouette of `batch` views, and the gradients of both to positions and colours, as ordinary tensors. */
function trainingStep(mesh: Mesh, size: number, batch: number): number {
  return tf.tidy(() => {
    const positions = cameraOf(batch).project(mesh.vertices.expandDims(0) as tf.Tensor3D);
    const colors = tf.fill([1, mesh.topology.vertexCount, channels], 0.5) as tf.Tensor3D;
    const loss = (p: tf.Tensor, c: tf.Tensor) => {
      const { image, silhouette } = rasterize(p as tf.Tensor3D, mesh.topology, {
        width: size,
        height: size,
        attributes: c as tf.Tensor3D,
        method: { type: 'dibr', ...softOptions },
      });
      return tf.add(image.sum(), silhouette.sum());
    };
    return fastest(() => {
      tf.tidy(() => {
        const { value, grads } = tf.valueAndGrads(loss)([positions, colors]);
        value.dataSync();
        for (const gradient of grads) gradient.dataSync();
      });
    });
  });
}

/** Time of the loss of `trainingStep` without any rendering: the two sums, and their gradients. */
function sumsAlone(size: number, batch: number): number {
  return tf.tidy(() => {
    const image = tf.zeros([batch, size, size, channels]);
    const silhouette = tf.zeros([batch, size, size]);
    const loss = (a: tf.Tensor, b: tf.Tensor) => tf.add(a.sum(), b.sum());
    return fastest(() => {
      tf.tidy(() => {
        const { value } = tf.valueAndGrads(loss)([image, silhouette]);
        value.dataSync();
      });
    });
  });
}

const sphere = (level: number) => icosphere(level, { radii: [0.45, 0.45, 0.45] });
console.log(
  `Node ${process.version}, ${cpus()[0].model}, one core; processor milliseconds of the fastest run.\n`,
);

console.log('## Kernels, one view, forward and backward\n');
header([
  'picture',
  'faces',
  'covered pixels',
  'visibility',
  'colours',
  'colours back',
  'ns a face or covered pixel',
  'soft mask',
  'mask back',
  'all',
]);
for (const size of [64, 128, 256, 512, 1024]) {
  for (const level of [1, 2, 3, 4, 5, 6]) {
    const mesh = sphere(level);
    const { visible, interpolate, backward, mask, maskBackward, covered } = kernelTimes(mesh, size);
    const { faceCount } = mesh.topology;
    const surface = visible + interpolate + backward;
    row([
      `${size}²`,
      faceCount,
      covered,
      ...[visible, interpolate, backward].map(ms),
      ((1e6 * surface) / (faceCount + covered)).toFixed(0),
      ...[mask, maskBackward, surface + mask + maskBackward].map(ms),
    ]);
  }
}

console.log(
  '\n## rasterize() with image and silhouette, forward and backward of their sum, through tensors\n',
);
header(['picture', 'views', 'faces', 'all', 'of which the sums', 'rasterize(), a view']);
for (const [size, batch] of [
  [64, 1],
  [64, 8],
  [128, 8],
  [256, 1],
  [256, 8],
]) {
  const time = trainingStep(sphere(3), size, batch);
  const sums = sumsAlone(size, batch);
  row([`${size}²`, batch, 1280, ms(time), ms(sums), ms((time - sums) / batch)]);
}
