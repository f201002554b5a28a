// Tasks as child processes of this one, so many at a time.

import { spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, constants, hostname } from 'node:os';
import type { JobState, Launcher, LaunchOptions, Queue, Task } from './launcher.ts';

export interface LocalOptions {
  /** Processes at a time. Default: one a core. */
  jobs?: number;
}

/** Jobs are named `host:process`. */
export function localLauncher({ jobs = availableParallelism() }: LocalOptions = {}): Launcher {
  return {
    name: 'local',
    waits: true,

    async launch(tasks, options) {
      const waiting = [...tasks];
      const env =
        jobs > 1 ? withThreads(Math.max(1, Math.floor(availableParallelism() / jobs))) : process.env;
      const work = async () => {
        for (let task = waiting.shift(); task && !options.signal?.aborted; task = waiting.shift()) {
          if (existsSync(task.done) || (await options.isTaken?.(task))) continue;
          const code = await runTask(task, env, options);
          options.onEnd?.(task, code);
        }
      };
      await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
    },
  };
}

/** Child processes, while they live. Those of another host are out of reach. */
export const localQueue: Queue = {
  async states(jobs) {
    return new Map(jobs.filter(isAlive).map((job) => [job, stateOf(job)]));
  },

  async cancel(jobs) {
    const pids = jobs.filter(isAlive).map(processOf);
    for (const pid of pids) if (pid !== undefined) process.kill(pid, 'SIGTERM');
  },
};

function stateOf(job: string): JobState {
  if (processOf(job) !== undefined) return { phase: 'running' };
  const reason = `on ${job.split(':')[0]}, cannot be reached`;
  return { phase: 'running', reason, isOutOfReach: true };
}

/** Runs one task to its end, passing on a wish to stop. Returns its exit code: 128 + n where signal n ended it. */
function runTask(task: Task, env: NodeJS.ProcessEnv, { onJob, signal }: LaunchOptions): Promise<number> {
  const [program, ...args] = task.command;
  rmSync(`${task.record}.exit`, { force: true });
  const log = openSync(`${task.record}.log`, 'a');
  // A group of its own: a terminal's Ctrl-C comes once, through us; a second one would stop it before it has saved.
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  if (child.pid !== undefined) onJob(task, `${hostname()}:${child.pid}`);
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  return new Promise((resolve) => {
    const end = (exitCode: number) => {
      signal?.removeEventListener('abort', stop);
      writeFileSync(`${task.record}.exit`, `${exitCode}\n`);
      resolve(exitCode);
    };
    child.on('error', ({ message }) => {
      appendFileSync(`${task.record}.log`, `${message}\n`);
      end(cannotStart);
    });
    child.on('exit', (code, killer) => end(code ?? 128 + constants.signals[killer!]));
  });
}

/** What shells say of a program that cannot be started. */
const cannotStart = 127;

/** As many threads for mathematics as each process can have a core for, unless the user has said how many. */
function withThreads(count: number): NodeJS.ProcessEnv {
  const threads = String(count);
  return { RASTERGRAD_THREADS: threads, OPENBLAS_NUM_THREADS: threads, ...process.env };
}

/** The number of the process on this host that a job's name stands for; undefined on another. */
export function processOf(job: string): number | undefined {
  const [host, pid] = job.split(':');
  return host === hostname() ? Number(pid) : undefined;
}

/** Whether the process is there and, where the system shows it, runs this program: numbers of processes come back. */
export function isAlive(job: string): boolean {
  const pid = processOf(job);
  if (pid === undefined || pid === process.pid) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return /cli[\\/]main\.[jt]s|rastergrad/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return !existsSync('/proc/self');
  }
}
