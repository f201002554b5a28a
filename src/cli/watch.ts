// Asks how tasks stand, again and again. A cluster's queue that does not answer once is asked again: the jobs go on.

import { setTimeout } from 'node:timers/promises';
import { RastergradError } from '../../renderer/errors.ts';
import type { SweepProgress } from './sweepProgress.ts';

/** Failures in a row after which there is no answer to be had: five minutes, where a cluster's queue is asked. */
const mostFailures = 30;

export interface AskOptions {
  /** Milliseconds between questions. */
  pause: number;
  /** Once aborted, the next answer is the last. */
  signal: AbortSignal;
  /** Is told why the first question of several did not get an answer. */
  note(text: string): void;
}

/** Asks until an answer is enough. @throws what `ask` does: a defect at once, a RastergradError after several in a row */
export async function askUntil<Answer>(
  ask: () => Promise<Answer>,
  isEnough: (answer: Answer) => boolean,
  { pause, signal, note }: AskOptions,
): Promise<Answer> {
  let failures = 0;
  for (;;) {
    try {
      const answer = await ask();
      if (isEnough(answer) || signal.aborted) return answer;
      failures = 0;
    } catch (error) {
      if (!(error instanceof RastergradError) || signal.aborted || ++failures === mostFailures) throw error;
      if (failures === 1) note(`${error.message}; asking again`);
    }
    await setTimeout(pause, undefined, { signal }).catch(() => {});
  }
}

/**
 * Shows how tasks stand, every second or less often where asking takes longer, until `work` is done. Where there is no answer to be
 * had, the work goes on unseen.
 */
export async function whileWatching(
  { update, note }: Pick<SweepProgress, 'update' | 'note'>,
  work: Promise<void>,
): Promise<void> {
  const done = new AbortController();
  const watching = askUntil(update, () => false, { pause: 1000, signal: done.signal, note }).catch(
    (error: unknown) => error,
  );
  await work.finally(() => done.abort());
  const error = await watching;
  if (error !== undefined && !(error instanceof RastergradError)) throw error;
}
