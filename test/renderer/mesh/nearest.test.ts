import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestFew, nearestPoints } from '../../../renderer/mesh/nearest.ts';
import { testNumbers } from '../../gradient.ts';

function nearestByTryingAll(queries: Float64Array, points: Float64Array): number[] {
  return Array.from({ length: queries.length / 3 }, (_, q) => {
    let best = Number.POSITIVE_INFINITY;
    let nearest = -1;
    for (let p = 0; p < points.length / 3; p++) {
      const [dx, dy, dz] = [0, 1, 2].map((axis) => queries[3 * q + axis] - points[3 * p + axis]);
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared < best) {
        best = squared;
        nearest = p;
      }
    }
    return nearest;
  });
}

describe('nearestPoints', () => {
  it('finds the very point that trying all finds, of equal ones the first', () => {
    // Coordinates on a coarse grid, so that most distances tie.
    const cloud = fc
      .array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -2, max: 2 }))), {
        minLength: 0,
        maxLength: 120,
      })
      .map((points) => Float64Array.from(points.flat()));
    fc.assert(
      fc.property(cloud, cloud, (queries, points) => {
        expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
      }),
      { seed: 2 },
    );
  });

  it('does so for a thousand points at random', () => {
    const queries = testNumbers(3 * 700, 1);
    const points = testNumbers(3 * 1000, 2).map((x, i) => (i % 3 === 1 ? 0.1 * x : x));
    expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
  });

  it('finds nothing among no points, and nothing for a query that is not a number', () => {
    expect([...nearestPoints(new Float64Array(3), new Float64Array())]).toEqual([-1]);
    expect([...nearestPoints(new Float64Array([0, Number.NaN, 0]), new Float64Array(3))]).toEqual([-1]);
  });
});

describe('nearestFew', () => {
  it('finds the very points that sorting all finds, of equal ones the first', () => {
    const coordinate = fc.integer({ min: -2, max: 2 });
    const cloud = fc
      .array(fc.tuple(coordinate, coordinate, coordinate), { maxLength: 90 })
      .map((points) => Float64Array.from(points.flat()));
    fc.assert(
      fc.property(cloud, cloud, fc.integer({ min: 1, max: 12 }), (queries, points, count) => {
        const squared = (q: number, p: number) =>
          [0, 1, 2].reduce((sum, axis) => sum + (queries[3 * q + axis] - points[3 * p + axis]) ** 2, 0);
        const expected = Array.from({ length: queries.length / 3 }, (_, q) => {
          const order = Array.from({ length: points.length / 3 }, (_, p) => p);
          order.sort((i, j) => squared(q, i) - squared(q, j) || i - j);
          return Array.from({ length: count }, (_, k) => order[k] ?? -1);
        });
        expect([...nearestFew(queries, points, count)]).toEqual(expected.flat());
      }),
      { seed: 4 },
    );
  });
});
