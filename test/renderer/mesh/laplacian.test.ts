// Laplacians beside what they are known to give: curvature of spheres, areas, and 0 for linear functions on a plane.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  cotangentLaplacian,
  cotangentStiffness,
  curvatureLaplacian,
  graphLaplacian,
  type SparseMatrix,
  Topology,
  uniformLaplacian,
  unitIcosphere,
} from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

await useTestBackend();

/** A flat fan of uneven triangles around vertex 0. */
const fan = {
  vertices: Float64Array.of(0.1, 0.2, 1, 2, 0, 1, 0.5, 1.5, 1, -1, 1, 1, -1, -1, 1, 0.7, -2, 1),
  topology: new Topology(Int32Array.of(0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 5, 0, 5, 1), 6),
};

const crumpled = () => {
  const { vertices, topology } = unitIcosphere(2);
  const noise = testNumbers(vertices.length, 1);
  return { vertices: vertices.map((value, i) => value + 0.05 * noise[i]), topology };
};

function area(vertices: Float64Array, { faces }: Topology): number {
  let sum = 0;
  for (let i = 0; i < faces.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => vertices.subarray(3 * faces[i + k]));
    const u = [0, 1, 2].map((axis) => b[axis] - a[axis]);
    const v = [0, 1, 2].map((axis) => c[axis] - a[axis]);
    sum += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
  }
  return sum;
}

function entry({ offsets, columns, values }: SparseMatrix, row: number, column: number): number {
  const k = columns.subarray(offsets[row], offsets[row + 1]).indexOf(column);
  return k < 0 ? 0 : values[offsets[row] + k];
}

describe('graphLaplacian and uniformLaplacian', () => {
  it('count neighbours, and take their mean', () => {
    const graph = graphLaplacian(fan.topology);
    expect([0, 1, 2, 3].map((column) => entry(graph, 1, column))).toEqual([-1, 3, -1, 0]);
    expect(entry(graph, 0, 0)).toBe(5);
    const values = uniformLaplacian(fan.topology).multiply(fan.vertices);
    const mean = (2 + 0.5 - 1 - 1 + 0.7) / 5;
    expect(values[0]).toBeCloseTo(0.1 - mean, 14);
  });

  it('are 0 at a vertex without neighbours', () => {
    const topology = new Topology(Int32Array.of(0, 1, 2), 4);
    const x = Float64Array.from({ length: 12 }, (_, i) => i);
    expect([...uniformLaplacian(topology).multiply(x).subarray(9)]).toEqual([0, 0, 0]);
  });

  it('pull in tensors with a gradient', () => {
    const { vertices, topology } = unitIcosphere(0);
    const matrix = graphLaplacian(topology);
    const x = tf.tensor2d([...vertices], [12, 3]);
    // The gradient of xᵀLx/2 is Lx.
    const gradient = tf.grad((x) =>
      x
        .mul(matrix.apply(x as tf.Tensor2D))
        .sum()
        .div(2),
    )(x);
    const expected = matrix.multiply(vertices);
    gradient.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });
});

describe('cotangentStiffness', () => {
  it('is symmetric and gives the gradient of the area', () => {
    const { vertices, topology } = crumpled();
    const matrix = cotangentStiffness(vertices, topology);
    for (let e = 0; e < topology.edges.length; e += 2) {
      const [a, b] = topology.edges.subarray(e, e + 2);
      expect(entry(matrix, a, b)).toBe(entry(matrix, b, a));
    }
    const gradient = matrix.multiply(vertices);
    for (const i of [0, 7, 100]) {
      const moved = [1e-5, -1e-5].map((step) => {
        const there = vertices.slice();
        there[i] += step;
        return area(there, topology);
      });
      expect(gradient[i]).toBeCloseTo((moved[0] - moved[1]) / 2e-5, 8);
    }
  });

  it('measures the area: half the Dirichlet energy of the positions', () => {
    const { vertices, topology } = crumpled();
    const product = cotangentStiffness(vertices, topology).multiply(vertices);
    const energy = product.reduce((sum, value, i) => sum + value * vertices[i], 0) / 2;
    expect(energy).toBeCloseTo(area(vertices, topology), 10);
  });

  it('leaves out faces that have no area or a corner that is not finite', () => {
    const faces = Int32Array.of(0, 1, 2, 0, 2, 3, 0, 0, 1, 1, 4, 2, 1, 2, 5);
    const vertices = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 0.5, 0.5, 0, Number.NaN, 0, 0];
    const matrix = cotangentStiffness(Float64Array.from(vertices), new Topology(faces, 6));
    const alone = cotangentStiffness(Float64Array.from(vertices), new Topology(faces.slice(0, 3), 6));
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) expect(entry(matrix, a, b) + 0).toBe(entry(alone, a, b) + 0);
    }
  });
});

describe('cotangentLaplacian', () => {
  it('is 0 inside a plane, however it is cut', () => {
    const flat = cotangentLaplacian(fan.vertices, fan.topology).multiply(fan.vertices);
    for (const value of flat.subarray(0, 3)) expect(value).toBeCloseTo(0, 14);
    const uniform = uniformLaplacian(fan.topology).multiply(fan.vertices);
    expect(Math.hypot(...uniform.subarray(0, 3))).toBeGreaterThan(0.1);
  });

  it('names vertices that are not of the topology', () => {
    expect(() => cotangentLaplacian(new Float64Array(3), fan.topology)).toThrow(
      'vertices has 3 numbers, expected 18',
    );
  });
});

describe('curvatureLaplacian', () => {
  it.each([1, 0.25])('gives 1/r times the outward normal on a sphere of radius %d', (radius) => {
    const { vertices: directions, topology } = unitIcosphere(4);
    const vertices = directions.map((value) => radius * value);
    const curvature = curvatureLaplacian(vertices, topology).multiply(vertices);
    for (let i = 0; i < vertices.length; i += 3) {
      const [x, y, z] = [0, 1, 2].map((axis) => curvature[i + axis] * radius - directions[i + axis]);
      expect(Math.hypot(x, y, z)).toBeLessThan(0.02);
    }
  });
});
