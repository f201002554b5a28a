// Tasks as arrays of Slurm jobs, which go on when this process has ended. A job is named by its array and its index in it (`17_3`),
// never by its own number: the last task of an array bears the array's.

import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { RastergradError } from '../../renderer/errors.ts';
import type { JobState, Launcher, Queue } from './launcher.ts';
import { slurmScript } from './slurmScript.ts';

export interface SlurmOptions {
  /** Folder for scripts, and for what Slurm itself has to say of jobs. It must be there, on a disk that all nodes share. */
  folder: string;
  /** Name of the jobs in the queue. */
  jobName: string;
  /** Most tasks at a time; default: as many as the cluster gives. */
  jobs?: number;
  /** Options of sbatch by their long names: `{ partition: 'gpu', time: '2:00:00' }`. */
  sbatch?: Readonly<Record<string, string>>;
}

/** Seconds before the time limit when a task is told to save: more than its longest step takes. */
const warning = 120;

/** Slurm's default MaxArraySize of 1001 allows the indices 0 to 1000. */
const mostTasks = 1000;

const waitingStates = ['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT', 'RESV_DEL_HOLD'];
const runningStates = [
  'RUNNING',
  'CONFIGURING',
  'COMPLETING',
  'RESIZING',
  'SIGNALING',
  'STAGE_OUT',
  'STOPPED',
  'SUSPENDED',
];

export function slurmLauncher({ folder, jobName, jobs, sbatch = {} }: SlurmOptions): Launcher {
  const submit = async (script: string, count: number): Promise<string> => {
    const options = {
      'job-name': jobName,
      array: `0-${count - 1}${jobs === undefined ? '' : `%${jobs}`}`,
      output: path.join(folder, '%A_%a.out'),
      'open-mode': 'append',
      chdir: process.cwd(),
      signal: `B:USR1@${warning}`,
      ...sbatch,
    };
    const args = Object.entries(options).map(([key, value]) =>
      value === '' ? `--${key}` : `--${key}=${value}`,
    );
    const answer = await slurm('sbatch', ['--parsable', '--requeue', ...args, script]);
    // With several clusters: "17;cluster".
    return answer.trim().split(';')[0];
  };
  return {
    name: 'slurm',
    waits: false,

    async launch(tasks, { onJob }) {
      for (let first = 0; first < tasks.length; first += mostTasks) {
        const some = tasks.slice(first, first + mostTasks);
        const script = path.join(folder, `${crypto.randomUUID().slice(0, 8)}.sh`);
        await writeFile(script, slurmScript(some));
        await chmod(script, 0o755);
        const array = await submit(script, some.length);
        for (const [i, task] of some.entries()) onJob(task, `${array}_${i}`);
      }
    },
  };
}

export const slurmQueue: Queue = {
  states: jobStates,
  async cancel(jobs) {
    if (jobs.length > 0) await slurm('scancel', [...jobs]);
  },
};

/** What the queue says; where it has forgotten a job (minutes after its end), what the accounting says, if there is any. */
async function jobStates(jobs: readonly string[]): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>();
  if (jobs.length === 0) return states;
  const wanted = new Set(jobs);
  const note = (job: string, state: string) => {
    if (wanted.has(job)) states.set(job, { phase: phaseOf(state), reason: state });
  };
  const queue = await slurm('squeue', ['--me', '--noheader', '--array', '--states=all', '--format=%F_%K %T']);
  for (const line of queue.split('\n')) {
    const [job, state] = line.trim().split(' ');
    note(job, state);
  }
  const forgotten = jobs.filter((job) => !states.has(job));
  if (forgotten.length === 0) return states;
  const arrays = [...new Set(forgotten.map((job) => job.split('_')[0]))];
  const options = ['--noheader', '--allocations', '--parsable2', '--format=JobID,State', `--jobs=${arrays}`];
  const accounts = await slurm('sacct', options).catch(() => '');
  for (const line of accounts.split('\n')) {
    const [job, state] = line.split('|');
    // "CANCELLED by 1000"
    if (!states.has(job)) note(job, state?.split(' ')[0]);
  }
  return states;
}

function phaseOf(state: string): JobState['phase'] {
  if (waitingStates.includes(state)) return 'waiting';
  return runningStates.includes(state) ? 'running' : 'ended';
}

async function slurm(program: string, args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { maxBuffer: 2 ** 28 })).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new RastergradError(`${program}: not found: Slurm is not installed here`);
    const lines = stderr.trim().split('\n');
    const said = lines.findLast((line) => line !== '' && !line.startsWith('Try "')) ?? String(code);
    throw new RastergradError(said.startsWith(program) ? said : `${program}: ${said}`);
  }
}
