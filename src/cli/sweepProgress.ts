// Shows a sweep while its runs go on: a live line on a terminal, a line for each run that starts or ends elsewhere.

import type { TaskPhase } from '../launchers/index.ts';
import { formatDuration } from '../report/format.ts';
import type { RunState, SweepObserver } from '../sweeps/index.ts';
import { describeStates } from './describeStates.ts';

export interface SweepProgressOptions {
  /** A terminal gets the live line. */
  output: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  quiet: boolean;
  /** How the runs stand now. */
  states(): Promise<readonly RunState[]>;
  /** Milliseconds, for tests. */
  now?: () => number;
}

export interface SweepProgress extends SweepObserver {
  /** Asks how the runs stand, and shows it. */
  update(): Promise<void>;
  note(text: string): void;
  end(): void;
}

const ERASE_LINE = '\r\x1b[2K';

export function showSweepProgress({
  output,
  quiet,
  states,
  now = Date.now,
}: SweepProgressOptions): SweepProgress {
  let live = '';
  let total = 0;
  let done = 0;
  let began: { time: number; work: number } | undefined;
  const note = (line: string) => {
    if (!quiet) output.write(live === '' ? `${line}\n` : `${ERASE_LINE}${line}\n${live}`);
  };
  return {
    note,
    onPlan(all, launched) {
      total = all.length;
      done = count(all, 'finished');
      began = { time: now(), work: workDone(all) };
      note(describeStates(all));
      const failed = count(all, 'failed');
      if (failed > 0 && launched.every(({ phase }) => phase !== 'failed')) {
        note(
          failed === 1
            ? '1 failed run is left alone: --retry runs it again'
            : `${failed} failed runs are left alone: --retry runs them again`,
        );
      }
      const leftAlone = all.filter((state) => state.isOutOfReach && !launched.includes(state));
      for (const { run, note: where } of leftAlone) {
        note(`${run.name} is left alone, ${where}: where it is no longer at work, --retry takes it over`);
      }
    },
    onStart: ({ name }) => note(`${name}: started`),
    onEnd({ name }, outcome) {
      if (outcome === 'finished') done++;
      note(`${name}: ${outcome} (${done} of ${total} finished)`);
    },
    async update() {
      if (quiet || !output.isTTY) return;
      const all = await states();
      const seconds = (now() - (began?.time ?? now())) / 1000;
      const worked = workDone(all) - (began?.work ?? 0);
      const left = worked > 0 ? (seconds * (all.length - workDone(all))) / worked : undefined;
      const text = `${describeStates(all)}${left === undefined ? '' : `  ${formatDuration(left)} left`}`;
      live = text.slice(0, (output.columns || 80) - 1);
      output.write(`${ERASE_LINE}${live}`);
    },
    end() {
      if (live !== '') output.write(ERASE_LINE);
      live = '';
    },
  };
}

const count = (states: readonly RunState[], wanted: TaskPhase) =>
  states.filter(({ phase }) => phase === wanted).length;

/** In runs: those finished, and what is done of the others. */
const workDone = (states: readonly RunState[]) =>
  count(states, 'finished') +
  states.reduce((sum, { step, steps }) => sum + (steps > 0 ? step / steps : 0), 0);
