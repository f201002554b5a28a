import { describe, expect, it } from 'vitest';
import { edgeDefects, isWatertight, Topology, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { box, punctured, reversed, sphere } from './solids.ts';

const tetrahedron = [0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3];
const topologyOf = (...faces: number[]) => new Topology(Int32Array.from(faces), Math.max(-1, ...faces) + 1);

describe('isWatertight', () => {
  it('holds for closed surfaces, wound either way', () => {
    for (const solid of [box([0, 0, 0], [1, 1, 1]), sphere(1, 2), reversed(sphere(1, 2))]) {
      expect(isWatertight(solid.topology)).toBe(true);
    }
  });

  it('does not for nothing, or for what has a hole', () => {
    expect(isWatertight(topologyOf())).toBe(false);
    expect(isWatertight(punctured(sphere(1, 1), (face) => face === 7).topology)).toBe(false);
  });
});

describe('edgeDefects', () => {
  it('counts the edges of holes', () => {
    const { topology } = punctured(sphere(1, 1), (face) => face === 7);
    expect(edgeDefects(topology)).toEqual({ boundary: 3, nonManifold: 0, inconsistent: 0 });
  });

  it('counts edges with more than two faces', () => {
    const fin = topologyOf(...tetrahedron, 0, 1, 4);
    expect(edgeDefects(fin)).toEqual({ boundary: 2, nonManifold: 1, inconsistent: 0 });
  });

  it('counts edges along which both faces run in one direction', () => {
    const faces = [...tetrahedron];
    [faces[1], faces[2]] = [faces[2], faces[1]];
    expect(edgeDefects(topologyOf(...faces))).toEqual({ boundary: 0, nonManifold: 0, inconsistent: 3 });
  });

  it('looks through faces that repeat a vertex', () => {
    const { topology } = unitIcosphere(0);
    const faces = Int32Array.of(...topology.faces, 0, 1, 1, 2, 2, 2);
    expect(isWatertight(new Topology(faces, 12))).toBe(true);
  });
});
