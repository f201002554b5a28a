// Normals of faces and vertices, beside surfaces whose normals are known, and their derivatives beside finite differences.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  faceNormals,
  smoothNormals,
  Topology,
  unitIcosphere,
  vertexNormals,
} from '../../../renderer/mesh/index.ts';
import { faceNormalsKernel, smoothNormalsKernel } from '../../../renderer/mesh/normals.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';

await useTestBackend();

const tensor = (vertices: Float64Array) => tf.tensor2d([...vertices], [vertices.length / 3, 3]);

const bothWeights = ['area', 'angle'] as const;

/** A level-1 icosphere with crumpled vertices, so that no symmetry hides a wrong term. */
function crumpled(seed: number) {
  const { vertices, topology } = unitIcosphere(1);
  const noise = testNumbers(vertices.length, seed);
  return { topology, vertices: vertices.map((value, i) => value + 0.15 * noise[i]) };
}

describe('vertexNormals', () => {
  it('weighs faces by area', () => {
    // At vertex 0 meet a face of area 1/2 in the plane z = 0 and one of area 1 in the plane y = 0.
    const vertices = Float64Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2);
    const normals = vertexNormals(vertices, new Topology(Int32Array.of(0, 1, 2, 0, 3, 1), 4));
    const length = Math.hypot(1, 2);
    expect(normals.slice(0, 3)).toEqual(Float32Array.of(0, 2 / length, 1 / length));
    expect(normals.slice(6, 9)).toEqual(Float32Array.of(0, 0, 1));
    expect(normals.slice(9)).toEqual(Float32Array.of(0, 1, 0));
  });

  it('point outwards where faces wind counter-clockwise', () => {
    // The faces around each of these vertices are symmetric.
    const { vertices, topology } = unitIcosphere(1);
    const normals = vertexNormals(vertices, topology);
    for (let i = 0; i < normals.length; i++) expect(Math.abs(normals[i] - vertices[i])).toBeLessThan(1e-6);
  });

  it('are (0, 0, 1) where there is no surface', () => {
    const vertices = Float64Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 9, 9, 9);
    const normals = vertexNormals(vertices, new Topology(Int32Array.of(0, 1, 2), 4));
    expect([...normals]).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
  });
});

describe.each(bothWeights)('smoothNormals weighted by %s', (weights) => {
  const normalsOf = (vertices: tf.Tensor2D, topology: Topology) =>
    smoothNormals(vertices, topology, { weights });

  it('are the directions of points of a sphere', () => {
    const { vertices, topology } = unitIcosphere(4);
    const normals = normalsOf(tensor(vertices), topology).dataSync();
    for (let i = 0; i < normals.length; i++) expect(Math.abs(normals[i] - vertices[i])).toBeLessThan(6e-3);
  });

  it('have the derivative of finite differences, in a batch too', () => {
    const { vertices, topology } = crumpled(1);
    const batch = Float64Array.of(...vertices, ...crumpled(2).vertices);
    const kernel = smoothNormalsKernel(topology, weights);
    expect(kernelGradientError(kernel, [batch], batch.length)).toBeLessThan(1e-7);
  });

  it('are the same for a batch as one by one', () => {
    const { vertices, topology } = crumpled(3);
    const one = tensor(vertices);
    const other = one.mul<tf.Tensor2D>([1, 2, 3]);
    const both = smoothNormals(tf.stack([one, other]) as tf.Tensor3D, topology, { weights });
    expect(both.unstack().map((normals) => [...normals.dataSync()])).toEqual(
      [one, other].map((vertices) => [...normalsOf(vertices, topology).dataSync()]),
    );
  });

  it('stay apart from a vertex that is not finite, in value and gradient', () => {
    // Vertex 3 spoils the second face; vertex 5 is in no face that counts.
    const topology = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3, 3, 4, 5, 4, 4, 5), 6);
    const whole = [0, 0, 0, 1, 0, 0, 0, 1, 0.5];
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const vertices = tf.tensor2d([...whole, bad, 0, 0, 2, 2, 2, 3, 2, 2], [6, 3]);
      const normals = [...normalsOf(vertices, topology).dataSync()];
      const alone = new Topology(Int32Array.of(0, 1, 2), 3);
      expect(normals.slice(0, 9)).toEqual([...normalsOf(tf.tensor2d(whole, [3, 3]), alone).dataSync()]);
      expect(normals.slice(9)).toEqual(new Array(9).fill(0));
      const gradient = tf.grad((v) =>
        normalsOf(v as tf.Tensor2D, topology)
          .mul([1, 2, 3])
          .sum(),
      )(vertices);
      expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
      expect([...gradient.dataSync()].slice(9)).toEqual(new Array(9).fill(0));
      expect([...gradient.dataSync()].some((value) => value !== 0)).toBe(true);
    }
  });

  it('are (0, 0, 0) without a gradient where faces have no area or cancel each other', () => {
    const flat = new Topology(Int32Array.of(0, 1, 2), 3);
    const folded = new Topology(Int32Array.of(0, 1, 2, 0, 2, 1), 3);
    const line = tf.tensor2d([1, 1, 1, 2, 2, 2, 3, 3, 3], [3, 3]);
    const sheet = tf.tensor2d([0.1, 0, 0, 1, 0, 0.7, 0, 1, 0], [3, 3]);
    const tiny = line.mul<tf.Tensor2D>(1e-38);
    for (const [vertices, topology] of [
      [line, flat],
      [sheet, folded],
      [tiny, flat],
    ] as const) {
      const { value, grad } = tf.valueAndGrad((v) => normalsOf(v as tf.Tensor2D, topology).sum())(vertices);
      expect([value.dataSync()[0], ...grad.dataSync()].map(Math.abs)).toEqual(new Array(10).fill(0));
    }
  });

  it('keep no tensors', () => {
    const { vertices, topology } = crumpled(4);
    const variable = tf.variable(tensor(vertices));
    const before = tf.memory().numTensors;
    tf.tidy(
      () => void tf.variableGrads(() => normalsOf(variable as tf.Tensor as tf.Tensor2D, topology).sum()),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('smoothNormals', () => {
  it('weighted by angle do not depend on how a flat side is cut', () => {
    // A corner of a box, whose upper side is one triangle or two there.
    const vertices = tf.tensor2d([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0], [5, 3]);
    const sides = [0, 2, 3, 0, 3, 1];
    const cuts = [
      [0, 1, 2],
      [0, 1, 4, 0, 4, 2],
    ];
    for (const cut of cuts) {
      const topology = new Topology(Int32Array.of(...cut, ...sides), 5);
      const normals = smoothNormals(vertices, topology, { weights: 'angle' }).dataSync();
      for (let axis = 0; axis < 3; axis++) expect(normals[axis]).toBeCloseTo(1 / Math.sqrt(3), 6);
    }
  });

  it('names vertices of another mesh, and unknown weights', () => {
    const { topology } = unitIcosphere(0);
    expect(() => smoothNormals(tf.zeros<tf.Rank.R2>([11, 3]), topology)).toThrow(
      'vertices has shape [11, 3], expected [12, 3] or [B, 12, 3]',
    );
    expect(() =>
      smoothNormals(tf.zeros<tf.Rank.R2>([12, 3]), topology, { weights: 'size' as 'area' }),
    ).toThrow('weights is "size", expected one of area, angle');
  });
});

describe('faceNormals', () => {
  it('are perpendicular to each face, on the side from which it winds counter-clockwise', () => {
    const topology = new Topology(Int32Array.of(0, 1, 2, 0, 2, 1, 0, 0, 1), 3);
    const normals = faceNormals(tf.tensor2d([0, 0, 5, 2, 0, 5, 0, 3, 5], [3, 3]), topology);
    expect([...normals.dataSync()].map((value) => value + 0)).toEqual([0, 0, 1, 0, 0, -1, 0, 0, 0]);
  });

  it('have the derivative of finite differences, in a batch too', () => {
    const { vertices, topology } = crumpled(5);
    const batch = Float64Array.of(...vertices, ...crumpled(6).vertices);
    const error = kernelGradientError(faceNormalsKernel(topology), [batch], 6 * topology.faceCount);
    expect(error).toBeLessThan(1e-7);
    const both = tf.tensor3d([...batch], [2, topology.vertexCount, 3]);
    expect(faceNormals(both, topology).shape).toEqual([2, topology.faceCount, 3]);
  });
});
