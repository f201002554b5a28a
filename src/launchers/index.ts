// Where command lines run: child processes on this machine, or arrays of Slurm jobs.

import type { LauncherName, Queue } from './launcher.ts';
import { localQueue } from './localLauncher.ts';
import { slurmQueue } from './slurmLauncher.ts';

export {
  exitCodeOf,
  type JobState,
  type Launcher,
  type LauncherName,
  type LaunchOptions,
  type Queue,
  stoppedCodes,
  type Task,
} from './launcher.ts';
export { isAlive, type LocalOptions, localLauncher, processOf } from './localLauncher.ts';
export { rastergradCommand } from './rastergradCommand.ts';
export { type SlurmOptions, slurmLauncher } from './slurmLauncher.ts';
export { quoted } from './slurmScript.ts';

/** Where the jobs of each launcher are found again, by another process too. */
export const queues: Readonly<Record<LauncherName, Queue>> = { local: localQueue, slurm: slurmQueue };
