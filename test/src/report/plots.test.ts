// Ticks and styles of the curves in reports.

import { describe, expect, it } from 'vitest';
import { curveStyle, logTicks } from '../../../src/report/plots.ts';

describe('ticks of a logarithmic axis', () => {
  it('are powers of ten where the values span many', () => {
    expect(logTicks([0.0004, 3])).toEqual([0.001, 0.01, 0.1, 1]);
  });

  it('have 2 and 5 times as much between them where the values span few', () => {
    expect(logTicks([0.03, 0.6])).toEqual([0.05, 0.1, 0.2, 0.5]);
  });

  it('are none for no values', () => {
    expect(logTicks([])).toEqual([]);
  });
});

it('no two of fourteen curves look the same', () => {
  const looks = Array.from({ length: 14 }, (_, i) => JSON.stringify(curveStyle(i)));
  expect(new Set(looks).size).toBe(14);
});
