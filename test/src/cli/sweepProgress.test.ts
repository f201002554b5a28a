import { describe, expect, it } from 'vitest';
import { showSweepProgress } from '../../../src/cli/sweepProgress.ts';
import type { TaskPhase } from '../../../src/launchers/index.ts';
import type { RunState } from '../../../src/sweeps/index.ts';

const state = (name: string, phase: TaskPhase, step = 0): RunState => ({
  run: { name, overrides: {} },
  phase,
  step,
  steps: 100,
});

function progressOn(isTTY: boolean, quiet = false) {
  let text = '';
  let time = 0;
  const states = [
    state('a', 'finished'),
    state('b', 'pending'),
    state('c', 'failed', 3),
    state('d', 'pending'),
  ];
  const write = (more: string) => {
    text += more;
    return true;
  };
  const output = { isTTY, columns: 60, write };
  const progress = showSweepProgress({ output, quiet, states: async () => states, now: () => time });
  const wait = (milliseconds: number) => {
    time += milliseconds;
  };
  return { progress, states, wait, text: () => text };
}

describe('the progress of a sweep', () => {
  it('is a line for each run that starts or ends', async () => {
    const { progress, states, text } = progressOn(false);
    progress.onPlan!(states, [states[1], states[3]]);
    progress.onStart!(states[1].run, 'host:1');
    await progress.update();
    progress.onEnd!(states[1].run, 'finished');
    progress.onEnd!(states[3].run, 'interrupted');
    progress.end();
    expect(text()).toBe(`4 runs: 1 finished, 2 pending, 1 failed
1 failed run is left alone: --retry runs it again
b: started
b: finished (2 of 4 finished)
d: interrupted (2 of 4 finished)
`);
  });

  it('says which runs on other machines are left alone', () => {
    const { progress, text } = progressOn(false);
    const away = { ...state('a', 'running'), isOutOfReach: true, note: 'on elsewhere, cannot be reached' };
    progress.onPlan!([away], []);
    progress.onPlan!([away], [away]);
    expect(text()).toBe(`1 run: 1 running
a is left alone, on elsewhere, cannot be reached: where it is no longer at work, --retry takes it over
1 run: 1 running
`);
  });

  it('is a live line on a terminal, with the time that is left', async () => {
    const { progress, states, wait, text } = progressOn(true);
    progress.onPlan!(states.toSpliced(2, 1), [states[1], states[3]]);
    states.splice(2, 1);
    states[1] = state('b', 'running', 50);
    wait(60_000);
    await progress.update();
    expect(text().split('\x1b[2K').at(-1)).toBe('3 runs: 1 finished, 1 running, 1 pending  3 min 00 s left');
    progress.onEnd!(states[1].run, 'finished');
    expect(text()).toContain('\x1b[2Kb: finished (2 of 3 finished)\n3 runs: ');
    progress.end();
    expect(text().endsWith('\r\x1b[2K')).toBe(true);
  });

  it('is nothing when quiet', async () => {
    const { progress, states, text } = progressOn(true, true);
    progress.onPlan!(states, []);
    await progress.update();
    expect(text()).toBe('');
  });
});
