import { describe, expect, it } from 'vitest';
import { chamferDistance, fScore, normalConsistency, silhouetteIou } from '../../../src/metrics/index.ts';
import { testNumbers } from '../../gradient.ts';

// To the target: 0 and 1; to the prediction: 0, 1 and 9.
const predicted = new Float32Array([0, 0, 0, 1, 0, 0]);
const target = new Float32Array([0, 0, 0, 0, 1, 0, 4, 0, 0]);

describe('chamferDistance', () => {
  it('sums the mean squared distances of both directions', () => {
    expect(chamferDistance(predicted, target)).toBeCloseTo(1 / 2 + 10 / 3, 12);
  });

  it('is symmetric, and zero between a cloud and itself shuffled', () => {
    const cloud = testNumbers(300, 1);
    const reversed = cloud.map((_, i) => cloud[297 - 3 * Math.floor(i / 3) + (i % 3)]);
    expect(chamferDistance(cloud, reversed)).toBe(0);
    expect(chamferDistance(cloud, target)).toBeCloseTo(chamferDistance(target, cloud), 12);
  });

  it('names an empty cloud', () => {
    expect(() => chamferDistance(predicted, new Float32Array())).toThrow(
      'target has 0 numbers, expected three',
    );
  });
});

describe('fScore', () => {
  it('is the harmonic mean of precision and recall within a distance', () => {
    expect(fScore(predicted, target, 0.9)).toBeCloseTo((2 * (1 / 2) * (1 / 3)) / (1 / 2 + 1 / 3), 12);
    expect(fScore(predicted, target, 1)).toBeCloseTo((2 * 1 * (2 / 3)) / (1 + 2 / 3), 12);
    expect(fScore(predicted, target, 3)).toBe(1);
  });

  it('is zero where nothing is near', () => {
    expect(fScore(predicted, new Float32Array([9, 9, 9]), 0.5)).toBe(0);
  });
});

describe('silhouetteIou', () => {
  it('counts pixels covered by a half or more', () => {
    expect(silhouetteIou([1, 0.5, 0.4, 0], [1, 0, 1, 0])).toBeCloseTo(1 / 3, 12);
    expect(silhouetteIou([0, 0], [0, 0])).toBe(1);
    expect(silhouetteIou([1, 0], [0, 0])).toBe(0);
  });

  it('names lengths that differ', () => {
    expect(() => silhouetteIou([0], [0, 0])).toThrow('predicted has 1 pixels, but target has 2');
  });
});

describe('normalConsistency', () => {
  const up = { points: new Float64Array([0, 0, 0, 1, 0, 0]), normals: new Float64Array([0, 0, 1, 0, 0, 1]) };

  it('averages |cos| at nearest neighbours over both directions', () => {
    const s = Math.SQRT1_2;
    // One point, near the second of the others: from it cos 45°, to it twice.
    expect(
      normalConsistency(up, {
        points: new Float64Array([1.1, 0, 0]),
        normals: new Float64Array([0, s, s]),
      }),
    ).toBeCloseTo(s, 12);
    // The first of two points has no counterpart: from the prediction both see the tilted one, back only one of two is tilted.
    const tilted = {
      points: new Float64Array([0.5, 0, 0, 9, 0, 0]),
      normals: new Float64Array([0, s, s, 0, 0, -3]),
    };
    expect(normalConsistency(up, tilted)).toBeCloseTo((s + (s + 1) / 2) / 2, 12);
  });

  it('does not ask which side is outside, nor how long normals are', () => {
    expect(normalConsistency(up, { ...up, normals: up.normals.map((value) => -2 * value) })).toBeCloseTo(
      1,
      12,
    );
    expect(normalConsistency(up, { ...up, normals: new Float64Array(6) })).toBe(0);
  });

  it('names normals that are not one a point', () => {
    expect(() => normalConsistency(up, { ...up, normals: new Float64Array(3) })).toThrow(
      'target has 3 numbers of normals, expected 3 for each of 2 points',
    );
  });
});
