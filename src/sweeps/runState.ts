// How far each run of a sweep has come: what its folder says, and what the launcher says of the last job that worked on it.

import { existsSync } from 'node:fs';
import type { ExperimentConfig } from '../config/index.ts';
import { type JobState, jobStates, type TaskState, tailOf, unfinishedState } from '../launchers/index.ts';
import { openRun } from '../runs/index.ts';
import type { RunAttempt, SweepFolder, SweepRun } from './sweepFolder.ts';

export interface RunState extends TaskState<RunAttempt> {
  run: SweepRun;
  /** Of a run that is under way, else 0: the last step that is done, and how many there are; of a fit, of the object at work. */
  step: number;
  steps: number;
}

export async function runStates(folder: SweepFolder, runs: readonly SweepRun[]): Promise<RunState[]> {
  const attempts = new Map(folder.attempts.read().map((attempt) => [attempt.run, attempt]));
  const jobs = await jobStates([...attempts.values()]);
  return Promise.all(
    runs.map((run) => {
      const attempt = attempts.get(run.name);
      return runState(folder, run, attempt, attempt && jobs.get(attempt.job));
    }),
  );
}

async function runState(
  folder: SweepFolder,
  run: SweepRun,
  attempt: RunAttempt | undefined,
  job: JobState | undefined,
): Promise<RunState> {
  const path = folder.runFolder(run);
  if (!existsSync(path)) return { run, phase: 'pending', step: 0, steps: 0 };
  const opened = openRun(path);
  if (existsSync(opened.file('results.json'))) return { run, phase: 'finished', step: 0, steps: 0 };
  const step = lastStep(opened.file('metrics.jsonl'));
  const progress = { run, step, steps: step > 0 ? stepsOf(await opened.readConfig()) : 0 };
  const state = unfinishedState(folder.logOf(run), attempt, job);
  if (state.phase === 'lost' && attempt?.cancelled) {
    return { ...progress, phase: step > 0 ? 'interrupted' : 'pending' };
  }
  return { ...progress, ...state };
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
