import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestBothWays, nearestFew, nearestPoints } from '../../../renderer/mesh/nearest.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

// Single precision goes to the compiled kernels.
await useTestBackend('wasm');

function nearestByTryingAll(queries: ArrayLike<number>, points: ArrayLike<number>): number[] {
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

describe.each([
  ['double', Float64Array],
  ['single', Float32Array],
] as const)('nearestPoints, %s precision', (_, Reals) => {
  it('finds the very point that trying all finds, of equal ones the first', () => {
    // Coordinates on a coarse grid, so that most distances tie.
    const cloud = fc
      .array(fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -2, max: 2 }))), {
        minLength: 0,
        maxLength: 120,
      })
      .map((points) => Reals.from(points.flat()));
    fc.assert(
      fc.property(cloud, cloud, (queries, points) => {
        expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
      }),
      { seed: 2 },
    );
  });

  it('does so for a thousand points at random', () => {
    const queries = Reals.from(testNumbers(3 * 700, 1));
    const points = Reals.from(testNumbers(3 * 1000, 2).map((x, i) => (i % 3 === 1 ? 0.1 * x : x)));
    expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
  });

  it('does so for points whose distances single precision cannot tell apart', () => {
    const near = (count: number, seed: number) =>
      Reals.from(testNumbers(3 * count, seed).map((x) => 1 + 1e-6 * x));
    const [queries, points] = [near(300, 3), near(500, 4)];
    expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
    const far = queries.map((x) => x + 1000);
    expect([...nearestPoints(far, points)]).toEqual(nearestByTryingAll(far, points));
  });

  it('does so for tiny and for equal points', () => {
    const queries = Reals.from(testNumbers(3 * 50, 5).map((x) => 1e-24 * x));
    const points = Reals.from(testNumbers(3 * 70, 6).map((x) => 1e-24 * x));
    expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
    expect([...nearestPoints(queries, new Reals(30))]).toEqual(new Array(50).fill(0));
  });

  it('leaves out a point that is not a number, and no other', () => {
    const points = Reals.from(testNumbers(3 * 40, 9));
    points[3 * 7] = Number.NaN;
    const queries = Reals.from(testNumbers(3 * 30, 10));
    if (Reals === Float32Array)
      expect([...nearestPoints(queries, points)]).toEqual(nearestByTryingAll(queries, points));
  });

  it('answers both ways', () => {
    const [a, b] = [Reals.from(testNumbers(3 * 90, 7)), Reals.from(testNumbers(3 * 40, 8))];
    const [ofA, ofB] = nearestBothWays(a, b);
    expect([...ofA]).toEqual(nearestByTryingAll(a, b));
    expect([...ofB]).toEqual(nearestByTryingAll(b, a));
  });

  it('finds nothing among no points, and nothing for a query that is not a number', () => {
    expect([...nearestPoints(new Reals(3), new Reals())]).toEqual([-1]);
    expect([...nearestPoints(new Reals([0, Number.NaN, 0, 1, 1, 1]), new Reals(3))]).toEqual([-1, 0]);
    expect([...nearestPoints(new Reals([Infinity, 0, 0, 1, 1, 1]), new Reals(3))]).toEqual([-1, 0]);
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

describe('on the cpu back end', () => {
  it('distances are in double precision, also where the wasm back end was in use before', async () => {
    await useTestBackend('cpu');
    // 1 + 2⁻²⁶ and 1: the same in single precision, where the first of equal ones counts.
    const points = Float32Array.of(1, 2 ** -13, 0, 1, 0, 0);
    expect([...nearestPoints(new Float32Array(3), points)]).toEqual([1]);
    expect(nearestBothWays(new Float32Array(3), points)[0]).toEqual(Int32Array.of(1));
    await useTestBackend('wasm');
  });
});
