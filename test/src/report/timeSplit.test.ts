// Where the time of a run went.

import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/report/tensorboard/wallClock.ts';
import { timeParts } from '../../../src/report/timeSplit.ts';
import type { TimingsRecord } from '../../../src/runs/results.ts';

const line = (step: number, seconds: number, more: Partial<TimingsRecord> = {}): TimingsRecord => ({
  step,
  seconds,
  stepsPerSecond: 1,
  memoryMegabytes: 1,
  ...more,
});
const parts = {
  waitMilliseconds: 100,
  forwardMilliseconds: 400,
  backwardMilliseconds: 300,
  optimizerMilliseconds: 100,
};

describe('parts of the time', () => {
  it('weigh means by the steps that they are of, and add up to the whole', () => {
    const split = timeParts([
      line(10, 12, { ...parts, validationSeconds: 2 }),
      line(40, 45, { ...parts, forwardMilliseconds: 500 }),
    ]);
    const seconds = split.map((part) => part.seconds);
    expect(seconds).toEqual([4, 19, 12, 4, 2, 4].map((value) => expect.closeTo(value, 9)));
    expect(seconds.reduce((sum, value) => sum + value)).toBeCloseTo(45, 9);
  });

  it('are none of runs that did not measure them', () => {
    expect(timeParts([])).toEqual([]);
    expect(timeParts([line(10, 12, { waitMilliseconds: 3 })])).toEqual([]);
  });
});

describe('the wall clock', () => {
  it('leaves the pause before a resumed part between its steps and those before', () => {
    const clock = new WallClock([line(50, 100, { time: 1100 }), line(100, 200, { time: 9200 })]);
    expect(clock.start).toBe(1000);
    expect([1, 50, 51, 100, 120].map((step) => clock.at(step))).toEqual([1002, 1100, 9102, 9200, 9200]);
  });

  it('counts from the start of runs that did not tell the time', () => {
    const clock = new WallClock([line(10, 5)]);
    expect([clock.start, clock.at(2), clock.end]).toEqual([0, 1, 5]);
  });
});
