import { describe, expect, it } from 'vitest';
import { voxelize } from '../../../renderer/mesh/index.ts';
import { box, reversed, sphere } from './solids.ts';

const arraysOf = ({ vertices, topology }: ReturnType<typeof sphere>) => ({ vertices, faces: topology.faces });
const sum = (cells: Uint8Array) => cells.reduce((total, cell) => total + cell, 0);

describe('voxelize', () => {
  it('is 1 where the centre of a cell is inside, along x, y and z in that order', () => {
    const { cells } = voxelize(arraysOf(box([0, 0, 0], [1, 2, 3])), {
      resolution: 4,
      box: { least: [0, 0, 0], most: [4, 4, 4] },
    });
    expect(cells.shape).toEqual([4, 4, 4]);
    for (let x = 0; x < 4; x++) {
      for (let y = 0; y < 4; y++) {
        for (let z = 0; z < 4; z++) expect(cells.get(x, y, z)).toBe(x < 1 && y < 2 && z < 3 ? 1 : 0);
      }
    }
  });

  it('fills the volume of a sphere, wound either way, in the smallest cube about it', () => {
    for (const solid of [sphere(0.7, 3, [1, 2, 3]), reversed(sphere(0.7, 3, [1, 2, 3]))]) {
      const { cells, box } = voxelize(arraysOf(solid), { resolution: 40 });
      expect(box.least[0]).toBeCloseTo(0.3, 2);
      expect(box.most[2]).toBeCloseTo(3.7, 2);
      const cell = (box.most[0] - box.least[0]) / 40;
      expect((sum(cells.data) * cell ** 3) / ((4 / 3) * Math.PI * 0.7 ** 3)).toBeCloseTo(1, 1);
    }
  });

  it('closes a hole', () => {
    const { vertices, topology } = sphere(1, 3);
    const open = { vertices, faces: topology.faces.slice(60) };
    const whole = sum(voxelize(arraysOf({ vertices, topology }), { resolution: 24 }).cells.data);
    const closed = sum(voxelize(open, { resolution: 24 }).cells.data);
    expect(closed / whole).toBeGreaterThan(0.97);
  });

  it('names what makes no grid', () => {
    const solid = arraysOf(sphere(1, 0));
    expect(() => voxelize(solid, { resolution: 1.5 })).toThrow('resolution is 1.5');
    expect(() => voxelize(solid, { box: { least: [0, 0, 0], most: [1, 0, 1] } })).toThrow(
      'box goes from 0,0,0 to 1,0,1, expected a positive size',
    );
    expect(() => voxelize({ vertices: solid.vertices, faces: new Int32Array(0) })).toThrow(
      'the mesh has no size',
    );
  });
});
