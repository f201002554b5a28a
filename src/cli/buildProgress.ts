// Shows how far the build of a data set is: a bar on a terminal, a plain line now and then elsewhere.

import type { BuildListener } from '../datasets/index.ts';
import { formatDuration } from '../report/format.ts';

export interface BuildProgressOptions {
  stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  quiet: boolean;
  /** Milliseconds, for tests. */
  now?: () => number;
}

/** Milliseconds between two updates: of the bar, and of plain lines. */
const livePeriod = 100;
const plainPeriod = 10_000;

const eraseLine = '\r\x1b[2K';
const barWidth = 20;

export function showBuild({ stream, quiet, now = Date.now }: BuildProgressOptions): {
  listener: BuildListener;
  /** Takes the bar away. */
  end(): void;
} {
  if (quiet) return { listener: {}, end: () => {} };
  const { isTTY } = stream;
  let lastShown = Number.NEGATIVE_INFINITY;
  /** When the first object was done, and how many were by then: the rate leaves out what was there before. */
  let first: { at: number; done: number } | undefined;
  const listener: BuildListener = {
    onProgress({ done, total, id }) {
      const at = now();
      first ??= { at, done };
      if (done < total && at - lastShown < (isTTY ? livePeriod : plainPeriod)) return;
      lastShown = at;
      const rate = (1000 * (done - first.done)) / (at - first.at);
      const pace =
        rate > 0 ? `  ${rate.toPrecision(2)} a second  ${formatDuration((total - done) / rate)} left` : '';
      const count = `${String(done).padStart(String(total).length)}/${total}`;
      if (!isTTY) return void stream.write(`${count}${pace}  ${id}\n`);
      const filled = Math.round((barWidth * done) / total);
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      stream.write(`${eraseLine}${`${bar} ${count}${pace}  ${id}`.slice(0, (stream.columns || 80) - 1)}`);
    },
    onNote(note) {
      stream.write(`${isTTY ? eraseLine : ''}${note}\n`);
    },
  };
  return { listener, end: () => isTTY && stream.write(eraseLine) };
}
