// The gradient of clay shading against central differences of Lambert's law in double precision.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { clay, icosphere, lookAt, PerspectiveCamera, render } from '../../../renderer/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { relativeError } from '../scenes.ts';

beforeAll(() => useTestBackend());

const size = { width: 16, height: 16 };
const view = lookAt({ eye: [0.9, 0.5, 1.6] });
const camera = new PerspectiveCamera({ fovDegrees: 40, view });
const { vertices, topology } = icosphere(1, { radii: [0.5, 0.4, 0.6] });
const { faces, faceCount } = topology;

/** The lamp in world space: the transposed rotation of the view takes it there. */
const lamp = [0, 1, 2].map((axis) => -0.36 * view[axis] + 0.48 * view[4 + axis] + 0.8 * view[8 + axis]);

/** Σ_f weight_f · grey_f of an outward-facing mesh. */
function weightedGreys(points: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < faceCount; f++) {
    const [a, b, c] = [0, 1, 2].map((k) => points.subarray(3 * faces[3 * f + k], 3 * faces[3 * f + k] + 3));
    const [u, v] = [b, c].map((corner) => corner.map((value, axis) => value - a[axis]));
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const cosine = normal.reduce((dot, n, axis) => dot + n * lamp[axis], 0) / Math.hypot(...normal);
    sum += weights[f] * (0.12 + 0.6 * Math.max(0, cosine));
  }
  return sum;
}

it('has the gradient of Lambert’s law', () => {
  const upstream = testNumbers(16 * 16 * 3, 3).map(Math.fround);
  const draw = (points: tf.Tensor) =>
    render({ vertices: points as tf.Tensor2D, topology }, camera, {
      ...size,
      method: { type: 'hard' },
      shading: clay,
      outputs: ['image', 'faceIndex'],
    });
  const faceWeights = new Float64Array(faceCount);
  draw(vertices)
    .faceIndex.dataSync()
    .forEach((face, p) => {
      if (face >= 0) for (let c = 0; c < 3; c++) faceWeights[face] += upstream[3 * p + c];
    });
  const gradient = tf.grad((points) => {
    const { image } = draw(points);
    return image.mul(tf.tensor(Float32Array.from(upstream), image.shape)).sum();
  })(vertices);

  const points = Float64Array.from(vertices.dataSync());
  const moved = (i: number, by: number) => weightedGreys(points.with(i, points[i] + by), faceWeights);
  const differences = points.map((_, i) => (moved(i, 1e-6) - moved(i, -1e-6)) / 2e-6);
  expect(relativeError(gradient.dataSync(), differences)).toBeLessThan(1e-4);
});
