import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundingSphere } from '../../../../src/datasets/build/boundingSphere.ts';

describe('boundingSphere', () => {
  it('is exact where the answer is known', () => {
    const cube = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].flatMap((z) => [x + 3, y, z - 2])));
    const { center, radius } = boundingSphere(Float64Array.from([...cube, 3, 0.5, -2]));
    expect(radius).toBeCloseTo(Math.sqrt(3), 12);
    [3, 0, -2].forEach((value, k) => {
      expect(center[k]).toBeCloseTo(value, 12);
    });
    expect(boundingSphere(Float64Array.of(1, 2, 3)).radius).toBe(0);
    expect(boundingSphere(Float64Array.of(0, 0, 0, 2, 0, 0, 1, 0, 0)).radius).toBeCloseTo(1, 12);
  });

  it('holds every point, and no sphere about another centre that does is smaller', () => {
    const coordinate = fc.double({ min: -1, max: 1, noNaN: true });
    const vectors = fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(vectors, fc.tuple(coordinate, coordinate, coordinate), (points, shift) => {
        const { center, radius } = boundingSphere(Float64Array.from(points.flat()));
        const reach = (about: readonly number[]) =>
          Math.max(...points.map((p) => Math.hypot(p[0] - about[0], p[1] - about[1], p[2] - about[2])));
        expect(reach(center)).toBeLessThanOrEqual(radius * (1 + 1e-8) + 1e-12);
        for (const step of [0.1, 1e-3]) {
          const moved = center.map((value, k) => value + step * shift[k]);
          expect(reach(moved)).toBeGreaterThanOrEqual(radius * (1 - 1e-8));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
