// Measures of likeness on vectors whose angles and lengths are known.

import { describe, expect, it } from 'vitest';
import { cosine, meanOf, normRatio, quantile, vertexMeasures } from '../../../src/comparison/measures.ts';

describe('cosine and norm ratio', () => {
  it('see direction and length apart', () => {
    expect(cosine([3, 4, 0, 0], [6, 8, 0, 0])).toBeCloseTo(1, 12);
    expect(normRatio([3, 4, 0, 0], [6, 8, 0, 0])).toBe(0.5);
    expect(cosine([1, 0, 0, 1], [0, 1, 1, 0])).toBe(0);
    expect(cosine([1, 1], [-2, -2])).toBeCloseTo(-1, 12);
  });

  it('have no value where there is no direction', () => {
    expect(cosine([0, 0], [1, 0])).toBeNull();
    expect(cosine([1, 0], [0, 0])).toBeNull();
    expect(normRatio([0, 0], [1, 0])).toBe(0);
    expect(normRatio([1, 0], [0, 0])).toBeNull();
  });
});

describe('vertex measures', () => {
  it('give the angle at each vertex, to either side', () => {
    const { angles } = vertexMeasures([1, 1, 0, 2, -3, 0], [1, 0, 1, 0, 1, 0]);
    expect(angles.map((angle) => Math.round(angle))).toEqual([45, 90, 180]);
  });

  it('count vertices where the method has nothing, and leave their angle out', () => {
    const measures = vertexMeasures([0, 0, 1, 0], [1, 0, 1, 0]);
    expect(measures).toMatchObject({ vertices: 2, zero: 1, angles: [0] });
  });

  it('look only where the oracle has a gradient worth the name', () => {
    const measures = vertexMeasures([1, 0, 5, 5], [1, 0, 1e-4, 0]);
    expect(measures).toMatchObject({ vertices: 1, zero: 0, components: 1, agreeing: 1 });
    expect(vertexMeasures([1, 1], [0, 0])).toMatchObject({ vertices: 0, components: 0 });
  });

  it('count signs by component; a missing component does not agree', () => {
    const measures = vertexMeasures([1, -1, 0, 2], [1, 1, 1, 1]);
    expect(measures).toMatchObject({ components: 4, agreeing: 2 });
  });
});

describe('means and quantiles', () => {
  it('give the standard error of the mean', () => {
    expect(meanOf([1, 2, 3, 4])).toEqual({ mean: 2.5, standardError: Math.sqrt(5 / 3 / 4) });
    expect(meanOf([7])).toEqual({ mean: 7, standardError: 0 });
    expect(meanOf([])).toBeNull();
  });

  it('interpolate between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([5], 0.95)).toBe(5);
    expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5, 12);
    expect(quantile([], 0.5)).toBeNull();
  });
});
