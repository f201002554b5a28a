// Tasks whose jobs are noted beside their records (`.jobs`, lines of JSON), so that any later command finds them at work.

import { existsSync } from 'node:fs';
import { JsonLines } from '../runs/jsonLines.ts';
import { type Launcher, type Outcome, outcomeOf, type Task } from './launcher.ts';
import { jobStates } from './queues.ts';
import { type Attempt, type TaskState, unfinishedState } from './taskState.ts';

export interface TaskObserver {
  onStart?(task: Task, job: string): void;
  /** Not called where tasks go on after `launchTasks` has returned. */
  onEnd?(task: Task, outcome: Outcome): void;
}

/** How each task stands. */
export async function taskStates(tasks: readonly Pick<Task, 'record' | 'done'>[]): Promise<TaskState[]> {
  const attempts = tasks.map(({ record }) => jobsOf(record).read().at(-1));
  const jobs = await jobStates(attempts.filter((attempt) => attempt !== undefined));
  return tasks.map(({ record, done }, i) => {
    const attempt = attempts[i];
    if (existsSync(done)) return { phase: 'finished' };
    return unfinishedState(record, attempt, attempt && jobs.get(attempt.job));
  });
}

/**
 * Launches tasks, and notes their jobs for `taskStates`. Where the launcher waits, they have ended when this resolves, but for those that
 * another command has launched meanwhile.
 */
export function launchTasks(
  tasks: readonly Task[],
  launcher: Launcher,
  { signal, onStart, onEnd }: TaskObserver & { signal?: AbortSignal } = {},
): Promise<void> {
  return launcher.launch(tasks, {
    signal,
    onJob(task, job) {
      jobsOf(task.record).append({ launcher: launcher.name, job, time: new Date().toISOString() });
      onStart?.(task, job);
    },
    onEnd: (task, code) => onEnd?.(task, outcomeOf(code)),
    isTaken: async (task) => (await taskStates([task]))[0].job !== undefined,
  });
}

const jobsOf = (record: string) => new JsonLines<Attempt & { step?: undefined }>(`${record}.jobs`);
