// What runs command lines somewhere: as child processes here, or as jobs of a cluster. It knows tasks, not experiments, so that
// sweeps, evaluations and the building of data sets can share it.

import { existsSync, readFileSync } from 'node:fs';

/** A command line to be run to its end in a process of its own. */
export interface Task {
  /** Unique among the tasks that are launched together. */
  name: string;
  /** The program and its arguments. */
  command: string[];
  /** Absolute path without ending: `.log` gets what the command prints, `.exit` its exit code once it has ended. */
  record: string;
  /** A file that is there when there is nothing left to do: the command is not run again then. */
  done: string;
  /**
   * Whether the command, told to stop and run again, goes on where it was: then it may be stopped before its time is up, and put back into
   * the queue.
   */
  goesOn: boolean;
}

/** What a launcher knows of a job. The reason is in its own words, such as Slurm's `NODE_FAIL`. */
export interface JobState {
  phase: 'waiting' | 'running' | 'ended';
  reason?: string;
  /** Whether it is where nothing can be asked of it from here: it is taken for running, and may be long gone. */
  isOutOfReach?: boolean;
}

export interface LaunchOptions {
  /** A task has become a job, whose name is unique for ever. */
  onJob(task: Task, job: string): void;
  /** A task has ended, with this exit code. Not called where tasks go on after `launch` has returned. */
  onEnd?(task: Task, code: number): void;
  /** Whether another command has taken up the task since; asked before each task is, where they are taken up one by one. */
  isTaken?(task: Task): Promise<boolean>;
  /** Asks what runs to save and stop, and starts nothing more. */
  signal?: AbortSignal;
}

/** What tells about jobs, and ends them. */
export interface Queue {
  /** What is known of each job; one that is not in the map has long ended. */
  states(jobs: readonly string[]): Promise<Map<string, JobState>>;
  /** Asks jobs to save and stop, and takes those that wait out of the queue. */
  cancel(jobs: readonly string[]): Promise<void>;
}

export type LauncherName = 'local' | 'slurm';

export interface Launcher {
  readonly name: LauncherName;
  /** Whether jobs end before `launch` returns; else they go on by themselves. */
  readonly waits: boolean;
  /** @throws RastergradError where the tasks cannot be launched */
  launch(tasks: readonly Task[], options: LaunchOptions): Promise<void>;
}

/** How a task's process ended: done, or stopped where it can be run again, or failed. */
export type Outcome = 'finished' | 'interrupted' | 'failed';

export const outcomeOf = (code: number): Outcome =>
  code === 0 ? 'finished' : stoppedCodes.includes(code) ? 'interrupted' : 'failed';

/** Exit codes of a command that was asked to stop, and has saved what it needs to go on. */
export const stoppedCodes: readonly number[] = [130, 143];

/** The exit code that a task's last process left; undefined where it has not ended, or was killed with its machine. */
export function exitCodeOf(record: string): number | undefined {
  const file = `${record}.exit`;
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}
