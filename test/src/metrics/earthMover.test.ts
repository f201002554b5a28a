import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalAssignment } from '../../../src/metrics/assignment.ts';
import { earthMoversDistance } from '../../../src/metrics/index.ts';
import { entropicTransportCost } from '../../../src/metrics/transport.ts';
import { testNumbers } from '../../gradient.ts';

function distances(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const n = a.length / 3;
  return Float64Array.from({ length: n * n }, (_, k) => {
    const i = 3 * Math.floor(k / n);
    const j = 3 * (k % n);
    return Math.hypot(a[i] - b[j], a[i + 1] - b[j + 1], a[i + 2] - b[j + 2]);
  });
}

const costOf = (columnOf: Int32Array, costs: Float64Array) =>
  columnOf.reduce((sum, j, i) => sum + costs[i * columnOf.length + j], 0);

function leastByTryingAll(costs: Float64Array, n: number, row = 0, taken = 0): number {
  if (row === n) return 0;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < n; j++) {
    if (taken & (1 << j)) continue;
    least = Math.min(least, costs[row * n + j] + leastByTryingAll(costs, n, row + 1, taken | (1 << j)));
  }
  return least;
}

/**
 * The Hungarian method as Munkres wrote it down (J. SIAM 1957): stars, primes and covers on a matrix of reduced costs. Nothing of it
 * is shared with the solver under test.
 */
function leastByMunkres(costs: Float64Array, n: number): number {
  const reduced = Array.from({ length: n }, (_, i) => Array.from(costs.subarray(i * n, (i + 1) * n)));
  for (const row of reduced) {
    const least = Math.min(...row);
    for (let j = 0; j < n; j++) row[j] -= least;
  }
  const star = new Int32Array(n).fill(-1);
  const starIn = new Int32Array(n).fill(-1);
  for (let i = 0; i < n; i++) {
    const j = reduced[i].findIndex((value, column) => value === 0 && starIn[column] < 0);
    if (j >= 0) {
      star[i] = j;
      starIn[j] = i;
    }
  }
  while (star.includes(-1)) {
    const prime = new Int32Array(n).fill(-1);
    const rowCovered = new Uint8Array(n);
    const columnCovered = Uint8Array.from(starIn, (i) => (i >= 0 ? 1 : 0));
    for (;;) {
      let least = Number.POSITIVE_INFINITY;
      let [row, column] = [-1, -1];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n && !rowCovered[i]; j++) {
          if (!columnCovered[j] && reduced[i][j] < least) {
            least = reduced[i][j];
            [row, column] = [i, j];
          }
        }
      }
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          if (rowCovered[i] && columnCovered[j]) reduced[i][j] += least;
          if (!rowCovered[i] && !columnCovered[j]) reduced[i][j] -= least;
        }
      }
      prime[row] = column;
      if (star[row] >= 0) {
        rowCovered[row] = 1;
        columnCovered[star[row]] = 0;
        continue;
      }
      for (let i = row; i >= 0; ) {
        const j = prime[i];
        const displaced = starIn[j];
        star[i] = j;
        starIn[j] = i;
        i = displaced;
      }
      break;
    }
  }
  return costOf(star, costs);
}

/** Clouds of n points each on a coarse grid, so that many distances are equal and points coincide, or anywhere. */
const clouds = (count: number, least: number, most: number) =>
  fc.integer({ min: least, max: most }).chain((n) => {
    const coordinate = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.double({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true }),
    );
    const cloud = fc
      .array(coordinate, { minLength: 3 * n, maxLength: 3 * n })
      .map((numbers) => Float64Array.from(numbers));
    return fc.tuple(...Array.from({ length: count }, () => cloud));
  });

const emd = (a: Float64Array, b: Float64Array) => earthMoversDistance(a, b).distance;

describe('earthMoversDistance of small clouds', () => {
  it('is the least mean distance over all assignments', () => {
    fc.assert(
      fc.property(clouds(2, 1, 6), ([a, b]) => {
        const n = a.length / 3;
        expect(emd(a, b)).toBeCloseTo(leastByTryingAll(distances(a, b), n) / n, 12);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('agrees with the Hungarian method on a hundred points, near each other and far apart', () => {
    for (const shift of [0, 0.3, 5]) {
      const n = 120;
      const a = testNumbers(3 * n, 11);
      const b = testNumbers(3 * n, 12).map((value, i) => (i % 3 === 0 ? 0.2 * value : value) + shift);
      expect(emd(a, b)).toBeCloseTo(leastByMunkres(distances(a, b), n) / n, 12);
    }
  });

  it('gives every row a column of its own for costs that are no distances', () => {
    const n = 90;
    for (const costs of [
      testNumbers(n * n, 5).map(Math.abs),
      testNumbers(n * n, 6).map((x) => Math.round(3 * Math.abs(x))),
      new Float64Array(n * n),
    ]) {
      const columnOf = optimalAssignment(costs, n);
      expect(new Set(columnOf).size).toBe(n);
      expect(costOf(columnOf, costs)).toBeCloseTo(leastByMunkres(costs, n), 10);
    }
  });

  it('is a metric', () => {
    fc.assert(
      fc.property(clouds(3, 1, 30), ([a, b, c]) => {
        expect(emd(a, b)).toBeCloseTo(emd(b, a), 12);
        expect(emd(a, c)).toBeLessThanOrEqual(emd(a, b) + emd(b, c) + 1e-12);
        // Coordinates of 1e-162 are below the rounding of prices.
        expect(emd(a, a)).toBeLessThan(1e-14);
      }),
      { seed: 2 },
    );
  });

  it('is the length of a translation', () => {
    const offset = [0.3, -0.1, 0.2];
    for (const n of [1, 50, 1024]) {
      const a = testNumbers(3 * n, n);
      const { distance, method } = earthMoversDistance(
        a,
        a.map((value, i) => value + offset[i % 3]),
      );
      expect(distance).toBeCloseTo(Math.hypot(...offset), 12);
      expect(method).toBe('exact');
    }
  });

  it('names clouds of different sizes, and what is no point', () => {
    const a = new Float64Array(6);
    expect(() => earthMoversDistance(a, new Float64Array(9))).toThrow(
      'predicted has 2 points, but target has 3',
    );
    expect(() => earthMoversDistance(a, new Float64Array())).toThrow('target has 0 numbers, expected three');
    expect(() => earthMoversDistance(a, new Float64Array([0, 0, 0, 0, Number.NaN, 0]))).toThrow(
      'target has a coordinate NaN',
    );
  });
});

describe('earthMoversDistance of large clouds', () => {
  it('is labelled, and no less than the exact distance', () => {
    const n = 1100;
    const a = testNumbers(3 * n, 21);
    const b = testNumbers(3 * n, 22).map((value, i) => (i % 3 === 0 ? 0.5 * value : value));
    const { distance, method } = earthMoversDistance(a, b);
    const costs = distances(a, b);
    const exact = costOf(optimalAssignment(costs, n), costs) / n;
    expect(method).toBe('entropic');
    expect(distance).toBeGreaterThanOrEqual(exact - 1e-12);
    expect(distance).toBeLessThan(1.05 * exact);
  });

  it('bounds the exact distance for clouds of every kind, and goes to 0 between equal ones', () => {
    fc.assert(
      fc.property(clouds(2, 2, 40), ([a, b]) => {
        const n = a.length / 3;
        const exact = emd(a, b);
        const bound = entropicTransportCost(distances(a, b), n);
        expect(bound).toBeGreaterThanOrEqual(exact - 1e-12);
        expect(bound).toBeLessThan(1.1 * exact + 1e-3);
      }),
      { seed: 3 },
    );
    const cloud = testNumbers(3 * 200, 4);
    expect(entropicTransportCost(distances(cloud, cloud), 200)).toBeLessThan(1e-4);
  });

  it('is nearly the length of a translation', () => {
    const cloud = testNumbers(3 * 300, 5);
    const moved = cloud.map((value) => value + 0.2);
    const bound = entropicTransportCost(distances(cloud, moved), 300);
    expect(bound).toBeGreaterThanOrEqual(0.2 * Math.sqrt(3) - 1e-12);
    expect(bound).toBeLessThan(1.02 * 0.2 * Math.sqrt(3));
  });
});
