// Options of the verbs that hand tasks to a launcher: where they are run, how many, with what for Slurm, and whether to wait.

import type { Launcher, LauncherName } from '../launchers/index.ts';
import { integerOption } from './numbers.ts';
import { repeatedOption } from './repeatedOption.ts';
import { UsageError } from './usageError.ts';

interface LaunchArguments {
  launcher: LauncherName;
  jobs?: string;
  slurm?: string;
  wait?: boolean;
}

/** Definitions of the options; `tasks` names what is launched, `jobs` says what their number is. */
export const launchArguments = (tasks: string, jobs: string) =>
  ({
    launcher: {
      type: 'enum',
      options: ['local', 'slurm'] as LauncherName[],
      default: 'local',
      description: `Where ${tasks} are run`,
    },
    jobs: { type: 'string', alias: 'j', valueHint: 'N', description: jobs },
    slurm: {
      type: 'string',
      valueHint: 'key=value',
      description: 'Option of sbatch, such as time=2:00:00; any number of times',
    },
    wait: { type: 'boolean', description: `With slurm: stay until the ${tasks} have ended` },
  }) as const;

/** `jobs` of `launchArguments` where it is the most tasks at a time. */
export const mostAtATime = (tasks: string) =>
  `Most ${tasks} at a time (default: one a core; with slurm: any number)`;

export interface LaunchChoice {
  launcher: LauncherName;
  jobs?: number;
  /** Options of sbatch. */
  sbatch: Record<string, string>;
  wait: boolean;
}

/** @param rawArgs the command line, of which options that are given several times are read */
export function launchChoice(
  { launcher, jobs, slurm, wait = false }: LaunchArguments,
  rawArgs: readonly string[],
): LaunchChoice {
  const sbatch = sbatchOptions(repeatedOption(rawArgs, 'slurm'));
  if (launcher === 'local' && (wait || slurm !== undefined)) {
    throw new UsageError(`${wait ? '--wait' : '--slurm'} goes with --launcher slurm`);
  }
  const most = jobs === undefined ? undefined : integerOption('jobs', jobs, 1, 10_000);
  return { launcher, jobs: most, sbatch, wait };
}

/** @param place the folder for what Slurm needs and says, and the name of its jobs */
export async function openLauncher(
  { launcher, jobs, sbatch }: LaunchChoice,
  place: { folder: string; jobName: string },
): Promise<Launcher> {
  const { localLauncher, slurmLauncher } = await import('../launchers/index.ts');
  return launcher === 'local' ? localLauncher({ jobs }) : slurmLauncher({ ...place, jobs, sbatch });
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
          : `--slurm is "${text}": ${key} is for rastergrad to say`,
      );
    }),
  );
}

const ownOptions = ['array', 'parsable', 'requeue', 'no-requeue', 'wait', 'wrap', 'chdir'];
