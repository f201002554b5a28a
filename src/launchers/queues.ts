// Where the jobs of each launcher are found again, by another process too.

import type { JobState, LauncherName, Queue } from './launcher.ts';
import { localQueue } from './localLauncher.ts';
import { slurmQueue } from './slurmLauncher.ts';
import type { Attempt } from './taskState.ts';

export const queues: Readonly<Record<LauncherName, Queue>> = { local: localQueue, slurm: slurmQueue };

/** What each job's own launcher says of it, by the job's name; one that is not in the map has long ended. */
export async function jobStates(attempts: readonly Attempt[]): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>();
  for (const launcher of new Set(attempts.map((attempt) => attempt.launcher))) {
    const jobs = attempts.filter((attempt) => attempt.launcher === launcher).map(({ job }) => job);
    for (const [job, state] of await queues[launcher].states(jobs)) states.set(job, state);
  }
  return states;
}
