// How far each run of a sweep has come: what its folder says, and what the launcher says of the last job that worked on it.

import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ExperimentConfig } from '../config/index.ts';
import { exitCodeOf, type JobState, queues, stoppedCodes } from '../launchers/index.ts';
import { openRun } from '../runs/index.ts';
import type { Attempt, SweepFolder, SweepRun } from './sweepFolder.ts';

/**
 * pending: not begun, perhaps waiting in a queue. running. finished: has results. failed: ended by an error. interrupted: stopped
 * where it can go on. lost: its job is gone, with no word of how it ended.
 */
export type RunPhase = 'pending' | 'running' | 'finished' | 'failed' | 'interrupted' | 'lost';

export interface RunState {
  run: SweepRun;
  phase: RunPhase;
  /** Of a run that is under way, else 0: the last step that is done, and how many there are; of a fit, of the object at work. */
  step: number;
  steps: number;
  /** The job that waits or runs. */
  job?: Attempt;
  /** Whether that is on another machine, which cannot be asked whether it still is. */
  isOutOfReach?: boolean;
  /** Why it failed, or how the launcher calls its state. */
  note?: string;
}

export async function runStates(folder: SweepFolder, runs: readonly SweepRun[]): Promise<RunState[]> {
  const attempts = new Map(folder.attempts.read().map((attempt) => [attempt.run, attempt]));
  const jobs = await jobStates([...attempts.values()]);
  return Promise.all(
    runs.map((run) => runState(folder, run, attempts.get(run.name), (job) => jobs.get(job))),
  );
}

/** What each job's own launcher says of it. */
async function jobStates(attempts: readonly Attempt[]): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>();
  for (const launcher of new Set(attempts.map((attempt) => attempt.launcher))) {
    const jobs = attempts.filter((attempt) => attempt.launcher === launcher).map(({ job }) => job);
    for (const [job, state] of await queues[launcher].states(jobs)) states.set(job, state);
  }
  return states;
}

async function runState(
  folder: SweepFolder,
  run: SweepRun,
  attempt: Attempt | undefined,
  stateOf: (job: string) => JobState | undefined,
): Promise<RunState> {
  const path = folder.runFolder(run);
  if (!existsSync(path)) return { run, phase: 'pending', step: 0, steps: 0 };
  const opened = openRun(path);
  if (existsSync(opened.file('results.json'))) return { run, phase: 'finished', step: 0, steps: 0 };
  const step = lastStep(opened.file('metrics.jsonl'));
  const progress = { run, step, steps: step > 0 ? stepsOf(await opened.readConfig()) : 0 };
  if (!attempt) return { ...progress, phase: 'pending' };
  const code = exitCodeOf(folder.logOf(run));
  // The local launcher deletes the exit code before it starts a job: where there is one, that job has ended, on whatever machine.
  const state = attempt.launcher === 'local' && code !== undefined ? undefined : stateOf(attempt.job);
  const note = state?.reason;
  if (state?.phase === 'waiting') return { ...progress, phase: 'pending', job: attempt, note };
  if (state?.phase === 'running') {
    return { ...progress, phase: 'running', job: attempt, isOutOfReach: state.isOutOfReach, note };
  }
  if (code !== undefined && code !== 0 && !stoppedCodes.includes(code)) {
    const ended = code > 128 ? `ended by signal ${code - 128}` : undefined;
    const note = ended ?? lastError(`${folder.logOf(run)}.log`) ?? `exit code ${code}`;
    return { ...progress, phase: 'failed', note };
  }
  if (code !== undefined) return { ...progress, phase: 'interrupted' };
  if (attempt.cancelled) return { ...progress, phase: progress.step > 0 ? 'interrupted' : 'pending' };
  return { ...progress, phase: 'lost', note };
}

const stepsOf = (config: ExperimentConfig) =>
  config.task === 'train' ? config.training.steps : config.fitting.steps;

/** The step of the last whole line of metrics.jsonl; 0 where there is none. */
function lastStep(file: string): number {
  const line = tailOf(file).split('\n').at(-2);
  if (!line) return 0;
  try {
    return (JSON.parse(line) as { step: number }).step;
  } catch {
    return 0;
  }
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
function tailOf(file: string): string {
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
