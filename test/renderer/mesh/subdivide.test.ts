import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  icosphere,
  loopSubdivide,
  subdivide,
  Topology,
  unitIcosphere,
} from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';
import { box } from './solids.ts';

await useTestBackend();

const octahedron = {
  vertices: Float64Array.of(1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1),
  topology: new Topology(
    Int32Array.of(0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5),
    6,
  ),
};

describe('subdivide', () => {
  it('splits a triangle into four of the same winding around its midpoints', () => {
    const { topology, edges } = subdivide(new Topology(new Int32Array([0, 1, 2]), 3));
    expect([...edges]).toEqual([0, 1, 0, 2, 1, 2]);
    expect(topology.vertexCount).toBe(6);
    expect([...topology.faces]).toEqual([0, 3, 4, 3, 1, 5, 4, 5, 2, 3, 5, 4]);
  });

  it('shares midpoints between the faces at an edge', () => {
    const { topology } = subdivide(new Topology(new Int32Array([0, 1, 2, 3, 2, 1]), 4));
    expect(topology.vertexCount).toBe(9);
    expect(topology.faceCount).toBe(8);
    expect(topology.edgeCount).toBe(16);
  });

  it('keeps a degenerate face degenerate', () => {
    const { topology } = subdivide(new Topology(new Int32Array([0, 0, 1]), 2));
    expect([...topology.faces]).toEqual([0, 0, 2, 0, 0, 2, 2, 2, 1, 0, 2, 2]);
  });

  it('carries positions and colours of a batch to midpoints, differentiably', () => {
    const { vertices, topology } = icosphere(0);
    const fine = subdivide(topology);
    const batch = tf.stack([vertices, vertices.mul(2)]) as tf.Tensor3D;
    const [points] = fine.apply(batch).arraySync();
    for (let e = 0; e < topology.edgeCount; e++) {
      const [a, b] = [0, 1].map((k) => points[fine.edges[2 * e + k]]);
      for (let axis = 0; axis < 3; axis++)
        expect(points[12 + e][axis]).toBeCloseTo((a[axis] + b[axis]) / 2, 6);
    }
    // Each vertex counts once for itself, and half for each of its five edges.
    const gradient = tf.grad((x) => fine.apply(x as tf.Tensor3D).sum())(batch);
    for (const value of gradient.dataSync()) expect(value).toBeCloseTo(3.5, 5);
  });
});

describe('loopSubdivide', () => {
  it("smooths an octahedron by Loop's weights", () => {
    const fine = loopSubdivide(octahedron.topology);
    expect(fine.topology.faces).toEqual(subdivide(octahedron.topology).topology.faces);
    const points = fine.matrix.multiply(octahedron.vertices);
    // β = (5/8 − (3/8)²)/4; of four neighbours around, opposite ones cancel.
    const kept = 1 - (5 / 8 - 9 / 64);
    for (const [i, value] of points.subarray(0, 18).entries()) {
      expect(value).toBeCloseTo(kept * octahedron.vertices[i], 14);
    }
    // Across an edge lie two opposite corners.
    for (let e = 0; e < 12; e++) {
      const [a, b] = fine.edges.subarray(2 * e, 2 * e + 2);
      for (let axis = 0; axis < 3; axis++) {
        const expected = (3 / 8) * (octahedron.vertices[3 * a + axis] + octahedron.vertices[3 * b + axis]);
        expect(points[18 + 3 * e + axis]).toBeCloseTo(expected, 14);
      }
    }
  });

  it('weighs three neighbours by 3/16 each', () => {
    const tetrahedron = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 3, 2), 4);
    const { values, offsets } = loopSubdivide(tetrahedron).matrix;
    [7, 3, 3, 3].forEach((sixteenths, k) => {
      expect(values[offsets[0] + k]).toBeCloseTo(sixteenths / 16, 14);
    });
  });

  it('makes splines of boundaries and of edges with three faces', () => {
    // A square of two triangles, with a third on its diagonal 0–2.
    const topology = new Topology(Int32Array.of(0, 1, 2, 0, 2, 3, 0, 2, 4), 5);
    const corner = (x: number, y: number, z = 0) => [x, y, z];
    const vertices = [corner(0, 0), corner(8, 0), corner(8, 8), corner(0, 8), corner(4, 4, 8)].flat();
    const { matrix, edges } = loopSubdivide(topology);
    const points = matrix.multiply(Float64Array.from(vertices));
    // Corner 1 hears its neighbours 0 and 2 on the boundary; 0 and 2, where four such edges end, stay.
    expect([...points.subarray(3, 6)]).toEqual([7, 1, 0]);
    expect([...points.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([...points.subarray(6, 9)]).toEqual([8, 8, 0]);
    for (let e = 0; e < topology.edgeCount; e++) {
      for (let axis = 0; axis < 3; axis++) {
        const middle = (vertices[3 * edges[2 * e] + axis] + vertices[3 * edges[2 * e + 1] + axis]) / 2;
        expect(points[15 + 3 * e + axis]).toBe(middle);
      }
    }
  });

  it('moves with the mesh: rows sum to 1', () => {
    const rows = [octahedron.topology, unitIcosphere(2).topology, new Topology(Int32Array.of(0, 0, 1), 3)];
    for (const topology of rows) {
      const { matrix } = loopSubdivide(topology);
      const sums = matrix.multiply(new Float64Array(topology.vertexCount).fill(1), 1);
      for (const sum of sums) expect(sum).toBeCloseTo(1, 12);
    }
  });

  it('rounds a box off, more evenly with each level', () => {
    let { vertices, topology } = box([-1, -1, -1], [1, 1, 1]) as {
      vertices: Float64Array;
      topology: Topology;
    };
    for (let level = 0; level < 4; level++) {
      const fine = loopSubdivide(topology);
      vertices = fine.matrix.multiply(vertices);
      topology = fine.topology;
    }
    const radii = Array.from({ length: topology.vertexCount }, (_, v) =>
      Math.hypot(...vertices.subarray(3 * v, 3 * v + 3)),
    );
    expect(Math.max(...radii) / Math.min(...radii)).toBeLessThan(1.3);
  });
});
