// `rastergrad sweep`: a grid or a list of runs, here or on a cluster; how they stand; calling them off; their table.

import path from 'node:path';
import { defineCommand } from 'citty';
import type { Launcher } from '../launchers/index.ts';
import type { PlannedRun, RunState, SweepFolder, SweepRun } from '../sweeps/index.ts';
import { catchInterrupts } from './interrupt.ts';
import { integerOption } from './numbers.ts';
import { repeatedOption } from './repeatedOption.ts';
import { reportSweep } from './reportSweep.ts';
import { table } from './sweepTable.ts';
import { UsageError } from './usageError.ts';

const sweep = { type: 'positional', required: true, description: 'Folder of the sweep' } as const;
const json = { type: 'boolean', description: 'Print it as JSON' } as const;

const status = defineCommand({
  meta: { name: 'status', description: 'Say how far each run of a sweep has come' },
  args: { sweep, json },
  async run({ args }) {
    const { openSweep, runStates } = await import('../sweeps/index.ts');
    const { describeStates } = await import('./sweepProgress.ts');
    const { folder, record } = await openSweep(args.sweep);
    const states = await runStates(folder, record.runs);
    if (args.json) {
      const described = states.map(({ run, phase, step, steps, note, job }) => {
        return { run: run.name, overrides: run.overrides, phase, step, steps, note, job: job?.job };
      });
      return void process.stdout.write(`${JSON.stringify(described)}\n`);
    }
    const width = Math.max(...states.map(({ run }) => run.name.length));
    for (const { run, phase, step, steps, note, job } of states) {
      const words = [phase, step > 0 && `step ${step}/${steps}`, job && `job ${job.job}`, note];
      process.stdout.write(`${run.name.padEnd(width)}  ${words.filter(Boolean).join('  ')}\n`);
    }
    process.stdout.write(`${describeStates(states)}\n`);
  },
});

const cancel = defineCommand({
  meta: { name: 'cancel', description: 'Have the runs of a sweep save and stop' },
  args: { sweep },
  async run({ args }) {
    const { cancelSweep, openSweep } = await import('../sweeps/index.ts');
    const { folder, record } = await openSweep(args.sweep);
    const { told, outOfReach } = await cancelSweep(folder, record);
    const runs = (count: number) => `${count} ${count === 1 ? 'run' : 'runs'}`;
    process.stdout.write(`${args.sweep}: ${runs(told)} called off\n`);
    if (outOfReach > 0) {
      process.stdout.write(`${runs(outOfReach)} elsewhere cannot be reached: cancel the sweep there\n`);
    }
  },
});

export default defineCommand({
  meta: {
    name: 'sweep',
    description: 'Run a config with many values of some fields, or go on with such a sweep',
  },
  subCommands: { status, cancel, table },
  args: {
    config: { type: 'positional', required: true, description: 'Config file that the runs share' },
    overrides: {
      type: 'positional',
      required: false,
      valueHint: 'key=a,b …',
      description: 'Values that fields take in turn, such as model.hidden=32,64 seed=1..3',
    },
    list: {
      type: 'string',
      valueHint: 'file',
      description: 'YAML list, or JSON lines, with the fields of a run in each entry',
    },
    output: {
      type: 'string',
      alias: 'o',
      valueHint: 'folder',
      description: 'Folder of the sweep (default: runs/NAME-sweep)',
    },
    launcher: {
      type: 'enum',
      options: ['local', 'slurm'],
      default: 'local',
      description: 'Where runs are run',
    },
    jobs: {
      type: 'string',
      alias: 'j',
      valueHint: 'N',
      description: 'Most runs at a time (default: one a core; with slurm: any number)',
    },
    slurm: {
      type: 'string',
      valueHint: 'key=value',
      description: 'Option of sbatch, such as time=2:00:00; any number of times',
    },
    wait: { type: 'boolean', description: 'With slurm: stay until the runs have ended' },
    retry: { type: 'boolean', description: 'Run those again that failed, or that cannot be reached' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args, rawArgs }) {
    const [file, ...texts] = args._;
    if (file.includes('=')) throw new UsageError(`expected a config file before "${file}"`);
    const jobs = args.jobs === undefined ? undefined : integerOption('jobs', args.jobs, 1, 10_000);
    const sbatch = sbatchOptions(repeatedOption(rawArgs, 'slurm'));
    if (args.launcher === 'local' && (args.wait || args.slurm !== undefined)) {
      throw new UsageError(`${args.wait ? '--wait' : '--slurm'} goes with --launcher slurm`);
    }
    const { folder, planned } = await plan(file, texts, args);
    const { localLauncher, slurmLauncher } = await import('../launchers/index.ts');
    const launcher =
      args.launcher === 'local'
        ? localLauncher({ jobs })
        : slurmLauncher({
            folder: path.resolve(folder.file('slurm')),
            jobName: path.basename(folder.path),
            jobs,
            sbatch,
          });
    const again = ['rastergrad', 'sweep', ...rawArgs];
    const { retry, wait, quiet } = args;
    return launchAndWatch({ file, folder, planned, launcher, again, retry, wait, quiet });
  },
});

/** The runs that the command line means, checked, and the folder for them, which may not be there yet. */
async function plan(
  file: string,
  texts: readonly string[],
  { list, output }: { list?: string; output?: string },
): Promise<{ folder: SweepFolder; planned: PlannedRun[] }> {
  const { parseAxis, planRuns, readListFile, SweepFolder } = await import('../sweeps/index.ts');
  const planned = await planRuns(file, {
    axes: texts.map(parseAxis),
    list: list === undefined ? undefined : await readListFile(list),
  });
  return { folder: new SweepFolder(output ?? path.join('runs', `${planned[0].config.name}-sweep`)), planned };
}

interface Launch {
  file: string;
  folder: SweepFolder;
  planned: readonly PlannedRun[];
  launcher: Launcher;
  /** The command line that goes on with the sweep. */
  again: readonly string[];
  retry?: boolean;
  wait?: boolean;
  quiet?: boolean;
}

/** @returns the exit code */
async function launchAndWatch({
  file,
  folder,
  planned,
  launcher,
  again,
  retry,
  wait = false,
  quiet = false,
}: Launch): Promise<number> {
  const { launchSweep, prepareSweep, runStates } = await import('../sweeps/index.ts');
  const { describeStates, showSweepProgress } = await import('./sweepProgress.ts');
  const { askUntil, whileWatching } = await import('./sweepWatch.ts');
  const { quoted } = await import('../launchers/index.ts');
  let runs: SweepRun[] = [];
  const states = () => runStates(folder, runs);
  const observer = showSweepProgress({ output: process.stderr, quiet, states });
  const interrupt = catchInterrupts(() =>
    observer.note(
      launcher.waits ? 'Stopping: runs save where they can go on.' : 'The jobs go on by themselves.',
    ),
  );
  const { signal } = interrupt;
  await folder.locked(async () => {
    runs = await prepareSweep(folder, file, planned);
    observer.note(`Sweep folder ${folder.path}`);
    await whileWatching(observer, launchSweep(folder, runs, launcher, { retry, signal, observer }));
  });
  const askAgain = async () => {
    await observer.update();
    return states();
  };
  const hasEnded = (all: readonly RunState[]) => all.every(({ job, isOutOfReach }) => !job || isOutOfReach);
  // Seldom, as a cluster's queue is for everybody.
  const ended = wait
    ? await askUntil(askAgain, hasEnded, { pause: 10_000, signal, note: observer.note })
    : await states();
  interrupt.release();
  observer.end();

  const say = (text: string) => process.stderr.write(`${text}\n`);
  for (const { run, phase, note } of ended) {
    if (phase === 'failed') say(`${run.name} failed: ${note}; see ${folder.file('logs', `${run.name}.log`)}`);
  }
  if (!quiet) say(describeStates(ended));
  const isDone = ended.every(({ phase }) => phase === 'finished');
  if (isDone) {
    const page = await reportSweep(folder.path);
    if (!quiet) say(`Results: rastergrad sweep table ${folder.path}\nReport: ${page}`);
  } else if (launcher.waits && signal.aborted) say(`Saved. To go on: ${again.map(quoted).join(' ')}`);
  else if (!launcher.waits && !quiet) say(`How it goes on: rastergrad sweep status ${folder.path}`);
  if (signal.aborted) return interrupt.exitCode();
  return isDone || !(launcher.waits || wait) ? 0 : 1;
}

/** `key=value`, or `key` alone for a flag. */
function sbatchOptions(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, key, value] = /^([a-z][a-z-]*)(?:=(.*))?$/.exec(text) ?? [];
      if (key !== undefined && !ownOptions.includes(key)) return [key, value ?? ''];
      throw new UsageError(
        key === undefined
          ? `--slurm is "${text}": expected an option of sbatch by its long name, such as partition=gpu`
          : `--slurm is "${text}": ${key} is for the sweep to say`,
      );
    }),
  );
}

const ownOptions = ['array', 'parsable', 'requeue', 'no-requeue', 'wait', 'wrap', 'chdir'];
