// Normals of vertices, beside surfaces whose normals are known.

import { describe, expect, it } from 'vitest';
import { Topology, unitIcosphere, vertexNormals } from '../../../renderer/mesh/index.ts';

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
