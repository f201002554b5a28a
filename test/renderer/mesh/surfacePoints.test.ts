import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { icosphere, sampleSurface, surfacePoints, uvSphere } from '../../../renderer/mesh/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const { vertices, topology } = icosphere(1);
const random = new Random(1);
const samples = sampleSurface(vertices.dataSync() as Float32Array, topology, 50, () => random.uniform());

describe('surfacePoints', () => {
  it('are where the samples are, with their normals', () => {
    const { points, normals, attributes } = surfacePoints(vertices, topology, samples, { normals: true });
    expect(points.shape).toEqual([50, 3]);
    points.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(samples.points[i], 6);
    });
    normals!.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(samples.normals[i], 5);
    });
    expect(attributes).toBeUndefined();
  });

  it('move with the vertices of each item, and their colours change along', () => {
    const batch = tf.stack([vertices, vertices.mul([1, 2, 3]).add([0, 0, 1])]) as tf.Tensor3D;
    const { points, attributes } = surfacePoints(batch, topology, samples, { attributes: batch.mul(2) });
    const [, other] = points.unstack();
    other.dataSync().forEach((value, i) => {
      const moved = samples.points[i] * [1, 2, 3][i % 3] + (i % 3 === 2 ? 1 : 0);
      expect(value).toBeCloseTo(moved, 5);
    });
    expect(attributes!.sub(points.mul(2)).abs().max().dataSync()[0]).toBeLessThan(1e-6);
  });

  it('pull at the corners of their faces by their weights', () => {
    const pull = tf.randomNormal([50, 3], 0, 1, 'float32', 3);
    const gradient = tf.grad((v) =>
      surfacePoints(v as tf.Tensor2D, topology, samples)
        .points.mul(pull)
        .sum(),
    )(vertices);
    const expected = new Float64Array(3 * topology.vertexCount);
    pull.dataSync().forEach((value, i) => {
      const n = Math.floor(i / 3);
      for (let k = 0; k < 3; k++) {
        const corner = topology.faces[3 * samples.faces[n] + k];
        expected[3 * corner + (i % 3)] += samples.weights[3 * n + k] * value;
      }
    });
    gradient.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });

  it('turn with their normals differentiably', () => {
    const gradient = tf.grad((v) =>
      surfacePoints(v as tf.Tensor2D, topology, samples, { normals: true })
        .normals!.mul([0, 1, 0])
        .sum(),
    )(vertices);
    // Scaling does not turn normals: no derivative along the vertices themselves, all together.
    expect(gradient.mul(vertices).sum().dataSync()[0]).toBeCloseTo(0, 4);
    expect(gradient.abs().max().dataSync()[0]).toBeGreaterThan(0.1);
  });

  it('names places that the mesh has not', () => {
    const { vertices: few, topology: small } = uvSphere({ segments: 3, rings: 2 });
    expect(() =>
      surfacePoints(few, small, { faces: Int32Array.of(1, 6), weights: new Float32Array(6) }),
    ).toThrow('places.faces[1] is 6, but the mesh has 6 faces');
    expect(() =>
      surfacePoints(few, small, { faces: Int32Array.of(1), weights: new Float32Array(2) }),
    ).toThrow('places.weights has 2 numbers, expected 3');
  });
});
