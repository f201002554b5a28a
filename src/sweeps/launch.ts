// Has the runs of a sweep done that are not done yet, by whichever launcher.

import path from 'node:path';
import { type Launcher, type Outcome, outcomeOf, rastergradCommand, type Task } from '../launchers/index.ts';
import { type RunState, runStates } from './runState.ts';
import type { SweepFolder, SweepRun } from './sweepFolder.ts';

export interface SweepObserver {
  /** Before anything is launched: how the runs stand, and which are to be launched now. */
  onPlan?(states: readonly RunState[], launched: readonly RunState[]): void;
  onStart?(run: SweepRun, job: string): void;
  /** A run has ended: with code 0, or stopped where it can go on, or failed. */
  onEnd?(run: SweepRun, outcome: Outcome): void;
}

export interface LaunchSweepOptions {
  /** Runs that failed, too, and those on machines out of reach, which must no longer be at work there. */
  retry?: boolean;
  signal?: AbortSignal;
  observer?: SweepObserver;
}

/**
 * Launches those of `runs` that are neither finished nor at work, nor, unless `retry`, failed or out of reach. Where the launcher
 * waits, they have ended when this resolves.
 */
export async function launchSweep(
  folder: SweepFolder,
  runs: readonly SweepRun[],
  launcher: Launcher,
  { retry = false, signal, observer = {} }: LaunchSweepOptions = {},
): Promise<void> {
  const states = await runStates(folder, runs);
  const open = states.filter(({ phase, job, isOutOfReach }) => {
    if (phase === 'failed' || isOutOfReach) return retry;
    return phase !== 'finished' && job === undefined;
  });
  observer.onPlan?.(states, open);
  if (open.length === 0) return;
  const runOf = new Map(open.map(({ run }) => [run.name, run]));
  await launcher.launch(
    open.map(({ run }) => taskOf(folder, run)),
    {
      signal,
      onJob({ name }, job) {
        const time = new Date().toISOString();
        folder.attempts.append({ run: name, launcher: launcher.name, job, time });
        observer.onStart?.(runOf.get(name)!, job);
      },
      onEnd({ name }, code) {
        observer.onEnd?.(runOf.get(name)!, outcomeOf(code));
      },
    },
  );
}

function taskOf(folder: SweepFolder, run: SweepRun): Task {
  const runFolder = path.resolve(folder.runFolder(run));
  return {
    name: run.name,
    command: rastergradCommand(['run', '--resume', runFolder]),
    record: folder.logOf(run),
    done: path.join(runFolder, 'results.json'),
    goesOn: true,
  };
}
