// Shows a run while it goes on: one live line on a terminal, a plain line now and then elsewhere. Progress goes to stderr and
// results to stdout, so that either can be redirected.

import type { RunObserver, StepEvent } from '../experiments/observer.ts';
import { formatDuration, formatLoss } from '../report/format.ts';
import { formatTable } from '../report/textTable.ts';

export interface ProgressOptions {
  /** Where progress and notes go; a terminal gets the live line. */
  progress: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  /** Where tables go. */
  results: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
  /** No progress and no notes. */
  quiet: boolean;
  /** No tables: their numbers are printed as JSON by the verb. */
  json: boolean;
  /** Milliseconds, for tests. */
  now?: () => number;
}

export interface Progress extends RunObserver {
  /** Leaves the live line as it is and goes to the next. */
  end(): void;
}

/** Time between two updates, in milliseconds: of the live line, and of plain lines. */
const LIVE_PERIOD = 100;
const PLAIN_PERIOD = 10_000;

const ERASE_LINE = '\r\x1b[2K';

export function showProgress({ progress, results, quiet, json, now = Date.now }: ProgressOptions): Progress {
  let live = '';
  let lastShown = Number.NEGATIVE_INFINITY;

  const print = (line: string) => {
    if (live === '') progress.write(`${line}\n`);
    else progress.write(`${ERASE_LINE}${line}\n${live}`);
  };
  const end = () => {
    if (live !== '') progress.write('\n');
    live = '';
  };

  return {
    end,
    onStep(event) {
      const isLast = event.step === event.steps;
      const period = progress.isTTY ? LIVE_PERIOD : PLAIN_PERIOD;
      if (quiet || (!isLast && now() - lastShown < period)) return;
      lastShown = now();
      const line = formatStep(event);
      if (progress.isTTY) {
        live = line.slice(0, (progress.columns || 80) - 1);
        progress.write(`${ERASE_LINE}${live}`);
      } else {
        progress.write(`${line}\n`);
      }
      if (isLast) end();
    },
    onValidation({ step, values }) {
      const numbers = Object.entries(values).map(([name, value]) => `${name} ${formatLoss(value)}`);
      if (!quiet) print(`step ${step}, validation: ${numbers.join('  ')}`);
    },
    onNote(text) {
      if (!quiet) print(text);
    },
    onTable(table) {
      end();
      if (!json) results.write(`\n${formatTable(table, { bold: Boolean(results.isTTY) })}\n`);
    },
  };
}

/**
 * "step 420/1000  57 s left  10.2 steps/s  loss 0.0123 = chamfer 0.0081 + edge 4.1e-4": what a narrow terminal cuts off matters
 * least.
 */
export function formatStep({ object, step, steps, losses, stepsPerSecond, secondsLeft }: StepEvent): string {
  const { total, ...terms } = losses;
  const named = Object.entries(terms).map(([name, value]) => `${name} ${formatLoss(value)}`);
  const parts = [
    `${object ? `${object}  ` : ''}step ${String(step).padStart(String(steps).length)}/${steps}`,
    `${formatDuration(secondsLeft)} left`,
    `${stepsPerSecond.toPrecision(3)} steps/s`,
    `loss ${formatLoss(total)}${named.length > 0 ? ` = ${named.join(' + ')}` : ''}`,
  ];
  return parts.join('  ');
}
