// Where command lines run: child processes on this machine, or arrays of Slurm jobs.

export {
  exitCodeOf,
  type JobState,
  type Launcher,
  type LauncherName,
  type LaunchOptions,
  type Outcome,
  outcomeOf,
  type Queue,
  type Task,
} from './launcher.ts';
export { isAlive, type LocalOptions, localLauncher, processOf } from './localLauncher.ts';
export { jobStates, queues } from './queues.ts';
export { rastergradCommand } from './rastergradCommand.ts';
export { type SlurmOptions, slurmLauncher } from './slurmLauncher.ts';
export { quoted } from './slurmScript.ts';
export { type Attempt, type TaskPhase, type TaskState, tailOf, unfinishedState } from './taskState.ts';
export { launchTasks, type TaskObserver, taskStates } from './tasks.ts';
