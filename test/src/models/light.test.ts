// Light on vertices, against the shader of the same light and against finite differences of a double-precision evaluation.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, shRows, smoothNormals } from '../../../renderer/index.ts';
import { type LightOptions, lightOnVertices, lightSize } from '../../../src/models/light.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

const kinds: LightOptions[] = (['sphericalHarmonics', 'lamp'] as const).flatMap((type) =>
  [false, true].map((colored) => ({ type, colored })),
);

const sphere = () => icosphere(1, { radii: [0.3, 0.35, 0.4] });
const batch = () => {
  const { vertices, topology } = sphere();
  const moves = tf.tensor3d(Float32Array.from(testNumbers(6 * topology.vertexCount, 3)), [
    2,
    topology.vertexCount,
    3,
  ]);
  return { vertices: vertices.expandDims(0).add(moves.mul(0.03)) as tf.Tensor3D, topology };
};
const numbersOf = (options: LightOptions, seed = 5) =>
  tf.tensor2d(Float32Array.from(testNumbers(2 * lightSize(options), seed)), [2, lightSize(options)]);

describe('predicted light', () => {
  it.each(kinds)('of zeros is 1: $type, coloured: $colored', (options) => {
    const { vertices, topology } = batch();
    const light = lightOnVertices(options, tf.zeros([2, lightSize(options)]), vertices, topology);
    expect(light.shape).toEqual([2, topology.vertexCount, options.colored ? 3 : 1]);
    for (const value of light.dataSync()) expect(value).toBe(1);
  });

  it('as spherical harmonics is that of the shader, with 1 added', () => {
    const { vertices, topology } = batch();
    const options = { type: 'sphericalHarmonics', colored: true } as const;
    const numbers = numbersOf(options);
    const light = lightOnVertices(options, numbers, vertices, topology);
    for (const item of [0, 1]) {
      const normals = smoothNormals(vertices, topology)
        .slice([item, 0, 0], [1, -1, -1])
        .squeeze<tf.Tensor2D>([0]);
      const coefficients = numbers.slice([item, 0], [1, -1]).reshape([9, 3]) as tf.Tensor2D;
      const expected = shRows({
        coefficients,
        albedo: tf.ones([topology.vertexCount, 3]),
        normals,
      }).dataSync();
      light
        .slice([item, 0, 0], [1, -1, -1])
        .dataSync()
        .forEach((value, i) => {
          expect(value).toBeCloseTo(1 + expected[i], 5);
        });
    }
  });

  it('of a lamp falls on what faces it', () => {
    const { vertices, topology } = sphere();
    const light = lightOnVertices(
      { type: 'lamp', colored: false },
      tf.tensor2d([[-0.6, 0, 0, 0.8]]),
      vertices.expandDims(0) as tf.Tensor3D,
      topology,
    ).dataSync();
    const places = vertices.dataSync();
    light.forEach((value, vertex) => {
      if (places[3 * vertex + 2] <= 0) expect(value).toBeCloseTo(0.4, 6);
      else expect(value).toBeGreaterThan(0.4);
    });
    expect(Math.max(...light)).toBeCloseTo(1.2, 1);
  });

  it.each(kinds)('has the gradient of finite differences: $type, coloured: $colored', (options) => {
    const { vertices, topology } = batch();
    const numbers = numbersOf(options);
    const upstream = testNumbers(2 * topology.vertexCount * (options.colored ? 3 : 1), 8);
    const [places, given] = [vertices, numbers].map((tensor) => Float64Array.from(tensor.dataSync()));
    const loss = () => {
      const light = referenceLight(options, given, places, topology.faces);
      return light.reduce((sum, value, i) => sum + value * upstream[i], 0);
    };
    const [ofNumbers, ofVertices] = tf.grads((n: tf.Tensor, v: tf.Tensor) =>
      lightOnVertices(options, n as tf.Tensor2D, v as tf.Tensor3D, topology)
        .reshape([-1])
        .mul(tf.tensor1d(Float32Array.from(upstream)))
        .sum(),
    )([numbers, vertices]);
    for (const [gradient, values] of [
      [ofNumbers.dataSync() as Float32Array, given],
      [ofVertices.dataSync() as Float32Array, places],
    ] as const) {
      const largest = gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
      for (let i = 0; i < values.length; i += 7) {
        const value = values[i];
        values[i] = value + 1e-6;
        const above = loss();
        values[i] = value - 1e-6;
        const slope = (above - loss()) / 2e-6;
        values[i] = value;
        expect(Math.abs(gradient[i] - slope) / largest).toBeLessThan(1e-4);
      }
    }
  });
});

/** The same in double precision, written from the formulas of the irradiance paper rather than from the code. */
function referenceLight(
  options: LightOptions,
  numbers: Float64Array,
  places: Float64Array,
  faces: Int32Array,
): number[] {
  const channels = options.colored ? 3 : 1;
  const size = numbers.length / 2;
  const vertexCount = places.length / 6;
  const result: number[] = [];
  for (const item of [0, 1]) {
    const sums = new Float64Array(3 * vertexCount);
    const at = (vertex: number) =>
      places.subarray(3 * (item * vertexCount + vertex), 3 * (item * vertexCount + vertex) + 3);
    for (let f = 0; f < faces.length; f += 3) {
      const [a, b, c] = [at(faces[f]), at(faces[f + 1]), at(faces[f + 2])];
      const [p, q] = [b.map((value, k) => value - a[k]), c.map((value, k) => value - a[k])];
      const normal = [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
      for (let k = 0; k < 3; k++)
        for (let axis = 0; axis < 3; axis++) sums[3 * faces[f + k] + axis] += normal[axis];
    }
    for (let vertex = 0; vertex < vertexCount; vertex++) {
      const length = Math.hypot(sums[3 * vertex], sums[3 * vertex + 1], sums[3 * vertex + 2]);
      const [x, y, z] = Array.from(sums.subarray(3 * vertex, 3 * vertex + 3), (value) => value / length);
      for (let c = 0; c < channels; c++) {
        const n = (k: number) => numbers[item * size + k * channels + c];
        result.push(
          1 +
            (options.type === 'lamp'
              ? n(0) + Math.max(0, x * n(1) + y * n(2) + z * n(3))
              : 0.28209479177387814 * n(0) +
                0.3257350079352799 * (y * n(1) + z * n(2) + x * n(3)) +
                0.27313710764801974 * (x * y * n(4) + y * z * n(5) + x * z * n(7)) +
                0.07884789131313 * (3 * z * z - 1) * n(6) +
                0.13656855382400987 * (x * x - y * y) * n(8)),
        );
      }
    }
  }
  return result;
}
