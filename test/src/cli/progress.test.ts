// What a run shows while it goes on: on a terminal, in a log, quietly, as JSON.

import { describe, expect, it } from 'vitest';
import { formatStep, type Progress, showProgress } from '../../../src/cli/progress.ts';
import type { StepEvent } from '../../../src/experiments/observer.ts';
import { formatDuration, formatLoss } from '../../../src/report/format.ts';

const step = (number: number): StepEvent => ({
  step: number,
  steps: 1000,
  losses: { total: 0.01234, chamfer: 0.0081, edge: 0.000_412_3 },
  stepsPerSecond: 10.26,
  secondsLeft: (1000 - number) / 10,
});
const table = {
  title: 'T',
  note: '',
  columns: [{ key: 'f', label: 'F', digits: 1, better: 'higher' as const }],
  rows: [{ label: 'this model', kind: 'model' as const, values: { f: 59.9 } }],
};

/** Runs `scenario` at one step each 50 ms and returns what was written where. */
function watch(
  options: { isTTY?: boolean; quiet?: boolean; json?: boolean },
  scenario: (progress: Progress) => void = (progress) => {
    for (let number = 1; number <= 1000; number++) progress.onStep?.(step(number));
    progress.onNote?.('Evaluating');
    progress.onTable?.(table);
    progress.end();
  },
) {
  const written = { progress: '', results: '' };
  let time = 0;
  const { isTTY = false, quiet = false, json = false } = options;
  const stream = (name: 'progress' | 'results') => ({
    isTTY,
    columns: 60,
    write: (text: string | Uint8Array) => {
      written[name] += text;
      return true;
    },
  });
  const now = () => {
    time += 50;
    return time;
  };
  scenario(showProgress({ progress: stream('progress'), results: stream('results'), quiet, json, now }));
  return written;
}

describe('showProgress', () => {
  it('writes plain lines now and then into a log, and always the last', () => {
    const { progress, results } = watch({});
    const lines = progress.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.length).toBeLessThan(20);
    expect(progress).not.toContain('\x1b');
    expect(lines.at(-2)).toMatch(/^step 1000\/1000 {2}0 s left .* loss 0\.0123/);
    expect(lines.at(-1)).toBe('Evaluating');
    expect(results).toContain('this model');
  });

  it('keeps one live line on a terminal, never wider than it', () => {
    const { progress } = watch({ isTTY: true });
    const updates = progress.split('\r\x1b[2K').slice(1);
    expect(updates.length).toBeGreaterThan(100);
    expect(updates[0].split('\n')).toHaveLength(1);
    expect(Math.max(...updates.map((update) => update.split('\n')[0].length))).toBeLessThan(60);
  });

  it('puts a note above the live line, which stays', () => {
    const { progress } = watch({ isTTY: true }, (shown) => {
      shown.onStep?.(step(1));
      shown.onNote?.('coverage vanishes');
    });
    expect(progress.split('\r\x1b[2K').at(-1)).toMatch(/^coverage vanishes\nstep {4}1\/1000[^\n]*$/);
  });

  it('says nothing but results when quiet, and leaves stdout to JSON', () => {
    expect(watch({ quiet: true }).progress).toBe('');
    expect(watch({ quiet: true }).results).toContain('59.9');
    expect(watch({ json: true }).results).toBe('');
  });
});

describe('numbers in progress', () => {
  it('are short', () => {
    expect(formatStep(step(420))).toBe(
      'step  420/1000  58 s left  10.3 steps/s  loss 0.0123 = chamfer 0.0081 + edge 4.12e-4',
    );
    expect([0, 1, 12.3456, 0.00001, -0.5, 123456, Number.NaN].map(formatLoss)).toEqual([
      '0',
      '1',
      '12.3',
      '1e-5',
      '-0.5',
      '123000',
      'NaN',
    ]);
    expect([0, 59.4, 59.6, 125, 12_000, -1].map(formatDuration)).toEqual([
      '0 s',
      '59 s',
      '1 min 00 s',
      '2 min 05 s',
      '3 h 20 min',
      '0 s',
    ]);
  });
});
