// `rastergrad dataset build --launcher slurm`: the parts of a large set as jobs of a cluster. Each call looks at what is there, submits
// what is neither done nor at work, and joins the parts once all of them are done.

import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { makeFolder } from '../../renderer/io/files.ts';
import type {
  BuildListener,
  BuildOptions,
  BuildParts,
  BuildResult,
  DatasetSource,
} from '../datasets/index.ts';
import {
  launchTasks,
  queues,
  rastergradCommand,
  type Task,
  type TaskState,
  taskStates,
} from '../launchers/index.ts';
import { counted, describeStates } from './describeStates.ts';
import { catchInterrupts } from './interrupt.ts';
import { type LaunchChoice, openLauncher } from './launchOptions.ts';
import { askUntil } from './watch.ts';

/** Milliseconds between questions: a cluster's queue is for everybody. */
const pause = 10_000;

/** How the parts stand where they are not joined yet. */
export interface UnjoinedParts {
  parts: (Pick<TaskState, 'phase' | 'note'> & { name: string; job?: string })[];
  exitCode: number;
}

export async function buildOnCluster(
  source: DatasetSource,
  options: BuildOptions,
  count: number,
  launch: Omit<LaunchChoice, 'jobs'>,
  listener: BuildListener,
): Promise<BuildResult | UnjoinedParts> {
  if (!source.parts) {
    throw new ArgumentError(`${source.name} is too small to be built in parts; leave out --launcher slurm`);
  }
  const { output } = options;
  const folder = path.resolve(output, 'jobs');
  const join = async (from = options.source) => {
    const result = await source.build({ ...options, source: from }, listener);
    await rm(folder, { recursive: true, force: true });
    return result;
  };
  const parts = await source.parts(options, count, listener);
  if (!parts) return join();

  await makeFolder(folder);
  await refuseOthers(output, folder, count);
  const cores = String(options.workers ?? (Number(launch.sbatch['cpus-per-task']) || 1));
  const tasks = partTasks(source.name, options, { source: parts.source, folder, count, cores });
  const launcher = await openLauncher(
    { ...launch, sbatch: { 'cpus-per-task': cores, ...launch.sbatch } },
    { folder, jobName: `build-${source.name}` },
  );
  const states = () => partStates(parts, tasks, listener);
  const before = await states();
  const open = tasks.filter((_, i) => before[i].phase !== 'finished' && !before[i].job);
  await launchTasks(open, launcher);
  if (open.length > 0) listener.onNote?.(`${counted(open.length, 'part')} submitted`);

  const interrupt = catchInterrupts(() => listener.onNote?.('The jobs go on by themselves.'));
  const { signal } = interrupt;
  const note = (text: string) => listener.onNote?.(text);
  const hasEnded = (all: readonly TaskState[]) => all.every(({ phase, job }) => phase === 'finished' || !job);
  const after = launch.wait ? await askUntil(states, hasEnded, { pause, signal, note }) : await states();
  interrupt.release();
  if (after.every(({ phase }) => phase === 'finished')) {
    // A job that came back into the queue although another process had done its part.
    await queues.slurm.cancel(after.flatMap(({ job }) => (job ? [job.job] : [])));
    return join(parts.source);
  }
  const stand = after.map(({ phase, job, note }, i) => ({ name: tasks[i].name, phase, job: job?.job, note }));
  return { parts: stand, exitCode: signal.aborted ? interrupt.exitCode() : launch.wait ? 1 : 0 };
}

interface Place {
  source: string;
  /** Where records go: absolute. */
  folder: string;
  count: number;
  cores: string;
}

function partTasks(
  name: string,
  { output, size, points, rig, categories, liveries }: BuildOptions,
  { source, folder, count, cores }: Place,
): Task[] {
  const asked = { size, points, rig, categories: categories?.join(','), liveries };
  const words = Object.entries(asked).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, String(value)],
  );
  const places = ['--source', path.resolve(source), '--output', path.resolve(output)];
  return Array.from({ length: count }, (_, i) => ({
    name: partName(i + 1, count),
    command: rastergradCommand([
      ...['dataset', 'build', name, ...places, ...words],
      ...['--workers', cores, '--shard', `${i + 1}/${count}`],
    ]),
    record: path.join(folder, partName(i + 1, count)),
    done: path.resolve(output, 'dataset.json'),
    goesOn: true,
  }));
}

const partName = (index: number, count: number) => `${index}-of-${count}`;

/** How the parts stand. What is there counts, whatever became of the jobs. */
async function partStates(
  parts: BuildParts,
  tasks: readonly Task[],
  { onProgress }: BuildListener,
): Promise<TaskState[]> {
  // In this order: a job that ends in between has done its part.
  const states = await taskStates(tasks);
  const missing = await parts.missing();
  const done = parts.total - missing.reduce((sum, objects) => sum + objects, 0);
  const known = states.map(
    (state, i): TaskState => (missing[i] === 0 ? { phase: 'finished', job: state.job } : state),
  );
  onProgress?.({ done, total: parts.total, id: describeStates(known, 'part') });
  return known;
}

/** @throws ArgumentError where jobs of another number of parts are at work on the folder */
async function refuseOthers(output: string, folder: string, count: number): Promise<void> {
  const names = (await readdir(folder)).flatMap((file) => {
    const [, name, parts] = /^(\d+-of-(\d+))\.jobs$/.exec(file) ?? [];
    return name !== undefined && Number(parts) !== count ? [name] : [];
  });
  const done = path.join(output, 'dataset.json');
  const states = await taskStates(names.map((name) => ({ record: path.join(folder, name), done })));
  const at = states.findIndex(({ job }) => job);
  if (at < 0) return;
  const parts = names[at].split('-of-')[1];
  throw new ArgumentError(
    `${output} is being built in ${parts} parts (job ${states[at].job!.job}): give --jobs ${parts}, or cancel those jobs`,
  );
}
