import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../../src/training/schedule.ts';

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
});
