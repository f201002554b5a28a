import { describe, expect, it } from 'vitest';
import { statistic } from '../../../src/sweeps/statistics.ts';

describe('statistic', () => {
  it('is mean and standard deviation with n − 1', () => {
    expect(statistic([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, sd: Math.sqrt(32 / 7) });
  });

  it('leaves out what is not there, and has no deviation of one number', () => {
    expect(statistic([undefined, 3, Number.NaN])).toEqual({ mean: 3 });
    expect(statistic([undefined])).toBeUndefined();
  });
});
