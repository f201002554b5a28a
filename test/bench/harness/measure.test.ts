import { describe, expect, it } from 'vitest';
import { type MeasureOptions, measure } from '../../../bench/harness/measure.ts';

const options: MeasureOptions = { seconds: 0, rounds: 4, mostSeconds: 10 };

/** Gives these measurements one after the other, and notes its calls. */
function side(name: string, values: number[], calls: string[]) {
  return () => {
    calls.push(name);
    return values.shift()!;
  };
}

describe('measure', () => {
  it('takes case and baseline in turns, neither always first', async () => {
    const calls: string[] = [];
    const run = side('run', [1, 1, 1, 1], calls);
    const baseline = side('baseline', [2, 2, 2, 2], calls);
    await measure({ run, baseline, clock: 'own' }, options);
    expect(calls.join(' ')).toBe('run baseline baseline run run baseline baseline run');
  });

  it('takes the fastest of both for the ratio, and shows how far the others are', async () => {
    const run = side('run', [4, 2, 6, 3], []);
    const baseline = async () => 10;
    const measured = await measure({ run, baseline, clock: 'own' }, options);
    expect(measured.time).toEqual({ min: 2, lower: 2.75, median: 3.5, upper: 4.5, samples: 4 });
    expect(measured.ratio).toBe(5);
    expect(measured.ratioSpread).toMatchObject({ min: 10 / 6, samples: 4 });
  });

  it('does without a baseline', async () => {
    const measured = await measure({ run: () => 3, clock: 'own' }, options);
    expect(measured).toEqual({ time: { min: 3, lower: 3, median: 3, upper: 3, samples: 4 } });
  });

  it('begins no third round after the most time', async () => {
    const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(30), 30));
    const { time } = await measure({ run: slow, clock: 'own' }, { ...options, mostSeconds: 0.001 });
    expect(time.samples).toBe(2);
  });

  it('repeats what is too short for a clock, and waits for promises', async () => {
    let calls = 0;
    const { time } = await measure({ run: () => calls++, clock: 'wall' }, options);
    expect(calls).toBeGreaterThan(1000);
    expect(time.min).toBeLessThan(0.1);
    const waiting = () => new Promise((resolve) => setTimeout(resolve, 20));
    expect((await measure({ run: waiting, clock: 'wall' }, options)).time.min).toBeGreaterThan(15);
  });

  it('counts the time of this process alone, unless told otherwise', async () => {
    const waiting = () => new Promise((resolve) => setTimeout(resolve, 5));
    expect((await measure({ run: waiting }, options)).time.min).toBeLessThan(2.5);
  });
});
