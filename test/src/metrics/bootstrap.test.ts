import { describe, expect, it } from 'vitest';
import { meanInterval } from '../../../src/metrics/index.ts';
import { Random } from '../../../src/tensor/random.ts';

const random = () => new Random(1);

/** effect + a deviation for each row, each column, and each cell. */
function table(effect: number, rows: number, columns: number, seed: number): number[][] {
  const draw = new Random(seed);
  const ofRow = Array.from({ length: rows }, () => 0.1 * draw.normal());
  const ofColumn = Array.from({ length: columns }, () => draw.normal());
  return ofRow.map((row) => ofColumn.map((column) => effect + row + column + 0.3 * draw.normal()));
}

describe('meanInterval', () => {
  it('is the mean, and about two standard errors to either side', () => {
    const [rows, columns] = [3, 100];
    const numbers = table(0, rows, columns, 5);
    const { mean, low, high } = meanInterval(numbers, { random: random() });
    const columnMeans = numbers[0].map((_, c) => numbers.reduce((sum, row) => sum + row[c], 0) / rows);
    expect(mean).toBeCloseTo(columnMeans.reduce((sum, value) => sum + value, 0) / columns, 12);
    const variance = columnMeans.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns ** 2;
    const halfWidth = 1.96 * Math.sqrt(variance);
    expect((high - low) / 2).toBeGreaterThan(halfWidth);
    expect((high - low) / 2).toBeLessThan(1.4 * halfWidth);
  });

  it('holds the true effect about as often as it says', () => {
    let held = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { low, high } = meanInterval(table(0.7, 5, 30, seed), { resamples: 400, random: random() });
      if (low <= 0.7 && 0.7 <= high) held++;
    }
    expect(held / 200).toBeGreaterThan(0.9);
  });

  it('is a point where nothing varies, and the same for the same stream', () => {
    const constant = meanInterval([[2, 2, 2]], { resamples: 50, random: random() });
    expect(constant.low).toBeCloseTo(2, 12);
    expect(constant.high).toBeCloseTo(2, 12);
    const numbers = table(1, 3, 10, 2);
    expect(meanInterval(numbers, { random: random() })).toEqual(meanInterval(numbers, { random: random() }));
  });

  it.each([
    [[], 'the table of differences is empty, expected seeds × objects'],
    [[[]], 'the table of differences is empty, expected seeds × objects'],
    [[[1, 2], [3]], 'row 1 has 1 numbers, expected 2, as row 0'],
    [[[1, Number.NaN]], 'row 0, column 1 is NaN, expected a finite number'],
  ])('names what is wrong with %j', (numbers, message) => {
    expect(() => meanInterval(numbers, { random: random() })).toThrow(message);
  });
});
