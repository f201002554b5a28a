import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule } from '../../../src/training/schedule.ts';

const base = { learningRate: 0.1, warmupSteps: 0, steps: 100 };

describe('learning rate', () => {
  it('stays where it is when constant', () => {
    expect(learningRateAt(73, { ...base, schedule: { type: 'constant' } })).toBe(0.1);
  });

  it('falls as half a cosine: full at the first step, half in the middle, nearly zero at the last', () => {
    const at = (step: number) => learningRateAt(step, { ...base, schedule: { type: 'cosine' } });
    expect(at(1)).toBe(0.1);
    expect(at(51)).toBeCloseTo(0.05, 12);
    expect(at(100)).toBeGreaterThan(0);
    expect(at(100)).toBeLessThan(1e-4);
  });

  it('rises over the warm-up to its peak', () => {
    const options = { ...base, warmupSteps: 10, schedule: { type: 'cosine' } } as const;
    expect(learningRateAt(1, options)).toBeCloseTo(0.01, 12);
    expect(learningRateAt(10, options)).toBeCloseTo(0.1, 12);
    expect(learningRateAt(11, options)).toBeCloseTo(0.1, 12);
  });

  it('falls by the factor after each milestone', () => {
    const schedule: Schedule = { type: 'step', at: [80, 30], factor: 0.1 };
    const at = (step: number) => learningRateAt(step, { ...base, schedule });
    expect([1, 30].map(at)).toEqual([0.1, 0.1]);
    for (const step of [31, 80]) expect(at(step)).toBeCloseTo(0.01, 12);
    for (const step of [81, 100]) expect(at(step)).toBeCloseTo(0.001, 12);
  });

  it('of a plateau is for validations to lower', () => {
    const schedule = { type: 'plateau', patience: 2, factor: 0.5 } as const;
    const options = { ...base, warmupSteps: 4, schedule };
    expect([2, 4, 99].map((step) => learningRateAt(step, options))).toEqual([0.05, 0.1, 0.1]);
  });
});
