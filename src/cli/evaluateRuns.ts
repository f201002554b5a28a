// Many runs evaluated by a launcher, a task each. What is kept in a run's folder is not evaluated again; in the end there is one table
// of all of them.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { makeFolder } from '../../renderer/io/files.ts';
import type { EvaluateOptions } from '../experiments/evaluate.ts';
import { evaluationFile, readEvaluation } from '../experiments/keptEvaluation.ts';
import { tablesOfRuns } from '../experiments/tablesOfRuns.ts';
import { launchTasks, rastergradCommand, type Task, type TaskState, taskStates } from '../launchers/index.ts';
import { formatTable } from '../report/textTable.ts';
import { openRun } from '../runs/runFolder.ts';
import { SweepFolder } from '../sweeps/index.ts';
import { counted, describeStates } from './describeStates.ts';
import { catchInterrupts } from './interrupt.ts';
import { type LaunchChoice, openLauncher } from './launchOptions.ts';
import { askUntil } from './watch.ts';

/** Milliseconds between questions: a cluster's queue is for everybody. */
const pause = 10_000;

/** @returns the exit code */
export async function evaluateRuns(
  folders: readonly string[],
  asked: EvaluateOptions,
  launch: LaunchChoice,
  { json, quiet }: { json: boolean; quiet: boolean },
): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const note = quiet ? () => {} : say;
  const runs = await finishedRuns(folders, note);
  const names = namesOf(runs);
  const tasks: Task[] = [];
  for (const [i, run] of runs.entries()) tasks.push(await taskOf(names[i], run, asked));
  for (const { record } of tasks) await makeFolder(path.dirname(record));
  const slurm = path.join(path.dirname(tasks[0].record), 'slurm');
  if (launch.launcher === 'slurm') await makeFolder(slurm);
  const launcher = await openLauncher(launch, { folder: slurm, jobName: 'evaluate' });

  let described = '';
  const states = async () => {
    const all = await taskStates(tasks);
    const text = describeStates(all, 'evaluation');
    if (text !== described) note(text);
    described = text;
    return all;
  };
  const before = await states();
  const open = tasks.filter((_, i) => before[i].phase !== 'finished' && !before[i].job);
  const interrupt = catchInterrupts(() =>
    note(
      launcher.waits ? 'Stopping: what is not done is for another time.' : 'The jobs go on by themselves.',
    ),
  );
  const { signal } = interrupt;
  await launchTasks(open, launcher, {
    signal,
    onStart: ({ name }) => note(`${name}: ${launcher.waits ? 'started' : 'submitted'}`),
    onEnd: ({ name }, outcome) => note(`${name}: ${outcome}`),
  });
  const hasEnded = (all: readonly TaskState[]) => all.every(({ job, isOutOfReach }) => !job || isOutOfReach);
  const after = launch.wait ? await askUntil(states, hasEnded, { pause, signal, note }) : await states();
  interrupt.release();

  await printResults(runs, tasks, json);
  for (const [i, state] of after.entries()) {
    const why = complaintOf(tasks[i], state);
    if (why !== undefined) say(why);
  }
  const isDone = after.every(({ phase }) => phase === 'finished');
  if (!isDone) note('The same command again goes on.');
  if (signal.aborted) return interrupt.exitCode();
  return isDone || !(launcher.waits || launch.wait) ? 0 : 1;
}

/** What is kept by now: as tables, or as JSON. */
async function printResults(runs: readonly string[], tasks: readonly Task[], json: boolean): Promise<void> {
  const kept = await Promise.all(tasks.map(({ done }) => readEvaluation(done)));
  if (json) {
    const said = runs.map((run, i) => ({ run, results: kept[i] ?? null }));
    return void process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  const known = kept.flatMap((results, i) => (results ? [{ label: tasks[i].name, results }] : []));
  for (const table of tablesOfRuns(known)) {
    process.stdout.write(`\n${formatTable(table, { bold: Boolean(process.stdout.isTTY) })}\n`);
  }
}

/** What a user has to see to. */
function complaintOf({ name, record }: Task, { phase, note, isOutOfReach }: TaskState): string | undefined {
  if (phase === 'failed') return `${name} failed: ${note}; see ${record}.log`;
  if (!isOutOfReach) return undefined;
  return `${name} is left alone, ${note}: where it is no longer at work, delete ${record}.jobs`;
}

async function taskOf(name: string, run: string, asked: EvaluateOptions): Promise<Task> {
  const { split, checkpoint, protocols, emdPoints } = asked;
  const words = Object.entries({
    split,
    checkpoint,
    protocol: protocols?.join(','),
    'emd-points': emdPoints,
  });
  const file = path.resolve(await evaluationFile(run, asked));
  return {
    name,
    command: rastergradCommand([
      ...['evaluate', path.resolve(run), '--keep'],
      ...words.flatMap(([option, value]) => (value === undefined ? [] : [`--${option}`, String(value)])),
    ]),
    record: file.replace(/\.json$/, ''),
    done: file,
    goesOn: false,
  };
}

/**
 * The run folders that the words of the command line mean, each once.
 *
 * @throws ArgumentError where one is not finished, or no run of a sweep is; FileError where a folder is neither
 */
async function finishedRuns(folders: readonly string[], note: (text: string) => void): Promise<string[]> {
  const runs = new Map<string, string>();
  const isFinished = (run: string) => existsSync(path.join(run, 'results.json'));
  for (const folder of folders) {
    const sweep = new SweepFolder(folder);
    const record = await sweep.read();
    const all = record ? record.runs.map((run) => sweep.runFolder(run)) : [openRun(folder).path];
    const finished = all.filter(isFinished);
    if (finished.length === 0) {
      throw new ArgumentError(
        record
          ? `${folder}: no run of this sweep is finished`
          : `${folder}: is not finished; such a run can be evaluated alone`,
      );
    }
    const unfinished = all.length - finished.length;
    if (unfinished > 0) note(`${folder}: ${counted(unfinished, 'run')} not finished, left out`);
    for (const run of finished) runs.set(path.resolve(run), run);
  }
  return [...runs.values()];
}

/** The last part of each path where that tells them apart, else the whole. */
function namesOf(runs: readonly string[]): string[] {
  const short = runs.map((run) => path.basename(run));
  return new Set(short).size === short.length ? short : [...runs];
}
