// How a task stands: what its last process left beside its record, and what the launcher says of the job that it was.

import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { exitCodeOf, type JobState, type LauncherName, stoppedCodes } from './launcher.ts';

/** A job that worked on a task, or is to. */
export interface Attempt {
  launcher: LauncherName;
  job: string;
  time: string;
}

/**
 * pending: not begun, perhaps waiting in a queue. running. finished: what it is to make is there. failed: ended by an error.
 * interrupted: stopped where it can go on. lost: its job is gone, with no word of how it ended.
 */
export type TaskPhase = 'pending' | 'running' | 'finished' | 'failed' | 'interrupted' | 'lost';

export interface TaskState<Job extends Attempt = Attempt> {
  phase: TaskPhase;
  /** The job that waits or runs. */
  job?: Job;
  /** Whether that is on another machine, which cannot be asked whether it still is. */
  isOutOfReach?: boolean;
  /** Why it failed, or how the launcher calls its state. */
  note?: string;
}

/**
 * How a task stands that is not finished.
 *
 * @param record as of a `Task`
 * @param attempt the last one; undefined where there was none
 * @param job what its launcher says of it; undefined where it has long ended
 */
export function unfinishedState<Job extends Attempt>(
  record: string,
  attempt: Job | undefined,
  job: JobState | undefined,
): TaskState<Job> {
  if (!attempt) return { phase: 'pending' };
  const code = exitCodeOf(record);
  // The local launcher deletes the exit code before it starts a job: where there is one, that job has ended, on whatever machine.
  const state = attempt.launcher === 'local' && code !== undefined ? undefined : job;
  const note = state?.reason;
  if (state?.phase === 'waiting') return { phase: 'pending', job: attempt, note };
  if (state?.phase === 'running') {
    return { phase: 'running', job: attempt, isOutOfReach: state.isOutOfReach, note };
  }
  if (code === undefined) return { phase: 'lost', note };
  if (code === 0 || stoppedCodes.includes(code)) return { phase: 'interrupted' };
  const ended = code > 128 ? `ended by signal ${code - 128}` : undefined;
  return { phase: 'failed', note: ended ?? lastError(`${record}.log`) ?? `exit code ${code}` };
}

/** The last line that says what went wrong. */
function lastError(file: string): string | undefined {
  const lines = tailOf(file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return (lines.findLast((line) => line.startsWith('rastergrad: ')) ?? lines.at(-1))?.replace(
    /^rastergrad: /,
    '',
  );
}

/** The last few kilobytes of a file; none where it is not there. */
export function tailOf(file: string): string {
  if (!existsSync(file)) return '';
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const tail = Buffer.alloc(Math.min(size, 8192));
    readSync(handle, tail, 0, tail.length, size - tail.length);
    return tail.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
