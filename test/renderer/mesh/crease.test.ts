// Sharp edges: which vertices are split, and that every corner keeps its place.

import { describe, expect, it } from 'vitest';
import { box, splitAtCreases, Topology, unitIcosphere } from '../../../renderer/index.ts';

const cube = () => {
  const { vertices, topology } = box();
  return { vertices: vertices.dataSync() as Float32Array, topology };
};

describe('splitAtCreases', () => {
  it('gives the sides of a box vertices of their own, and leaves what is flat together', () => {
    const { vertices, topology } = cube();
    const { topology: split, sources } = splitAtCreases(vertices, topology, 45);
    expect([topology.vertexCount, split.vertexCount]).toEqual([8, 24]);
    expect(Array.from(split.faces, (vertex) => sources[vertex])).toEqual([...topology.faces]);
    // Two faces of a side share two of its four vertices.
    for (let f = 0; f < 12; f += 2) {
      expect(new Set(split.faces.subarray(3 * f, 3 * f + 6)).size).toBe(4);
    }
  });

  it('splits nothing above the sharpest edge, and everything at 0', () => {
    const { vertices, topology } = cube();
    expect(splitAtCreases(vertices, topology, 91).topology.vertexCount).toBe(8);
    expect(splitAtCreases(vertices, topology, 90).topology.vertexCount).toBe(8);
    expect(splitAtCreases(vertices, topology, 89).topology.vertexCount).toBe(24);
    expect(splitAtCreases(vertices, topology, 0).topology.vertexCount).toBe(36);
  });

  it('leaves a sphere whole, where edges are blunter than the crease', () => {
    const { vertices, topology } = unitIcosphere(2);
    const { topology: split } = splitAtCreases(vertices, topology, 45);
    expect(split.vertexCount).toBe(topology.vertexCount);
  });

  it('takes the sharper of two faces’ angles, and joins no face without area', () => {
    const { vertices, topology } = cube();
    // The first side alone is flat by itself, also between its own two faces.
    const { topology: split } = splitAtCreases(vertices, topology, (face) => (face < 2 ? 0 : 91));
    expect(split.vertexCount).toBe(8 + 6);
    const flat = new Topology(Int32Array.of(0, 1, 2, 1, 3, 2), 4);
    const corners = Float64Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0.5, 0.5, 0);
    expect(splitAtCreases(corners, flat, 180).topology.vertexCount).toBe(6);
  });
});
