import { describe, expect, it } from 'vitest';
import { subdivide, Topology } from '../../../renderer/mesh/index.ts';

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
});
