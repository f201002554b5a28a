import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { weldVertices } from '../../../renderer/mesh/index.ts';
import { firstWithin } from '../../../renderer/mesh/weld.ts';
import { testNumbers } from '../../gradient.ts';

describe('weldVertices', () => {
  it('joins vertices with equal coordinates, −0 and 0 too', () => {
    const vertices = Float32Array.of(
      0,
      1,
      2,
      3,
      4,
      5,
      -0,
      1,
      2,
      3,
      4,
      5.0001,
      Number.NaN,
      0,
      0,
      Number.NaN,
      0,
      0,
    );
    const mesh = { vertices, faces: Int32Array.of(0, 1, 2, 3, 4, 5), name: 'kept' };
    const welded = weldVertices(mesh);
    expect([...welded.faces]).toEqual([0, 1, 0, 3, 4, 5]);
    expect(welded.vertices).toBe(vertices);
    expect(welded.name).toBe('kept');
  });

  it('finds the first vertex that is kept within the distance, as trying all of them does', () => {
    const someClouds = fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      count: fc.integer({ min: 0, max: 80 }),
      distance: fc.constantFrom(0, 1e-3, 0.1, 0.5, 3),
      grid: fc.boolean(),
    });
    fc.assert(
      fc.property(someClouds, ({ seed, count, distance, grid }) => {
        const vertices = testNumbers(3 * count, seed).map((x) => (grid ? Math.round(4 * x) / 4 : x));
        const expected: number[] = [];
        for (let v = 0; v < count; v++) {
          const near = (u: number) =>
            [0, 1, 2].reduce(
              (sum, axis) => sum + (vertices[3 * u + axis] - vertices[3 * v + axis]) ** 2,
              0,
            ) <=
            distance ** 2;
          expected.push(expected.findIndex((kept, u) => kept === u && near(u)));
          if (expected[v] < 0) expected[v] = v;
        }
        expect([...firstWithin(vertices, distance)]).toEqual(expected);
      }),
    );
  });

  it('names a distance that is none', () => {
    const mesh = { vertices: new Float32Array(0), faces: new Int32Array(0) };
    expect(() => weldVertices(mesh, -1)).toThrow('distance is -1, expected a number from 0 up');
  });
});
