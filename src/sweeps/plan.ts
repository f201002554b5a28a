// The runs that a grid and a list make, each with its config resolved and checked before anything starts.

import { ArgumentError, FileError, RastergradError } from '../../renderer/errors.ts';
import { type ExperimentConfig, loadConfig } from '../config/index.ts';
import type { Axis } from './axis.ts';
import { formatOverrides, type OverrideSet } from './overrideSet.ts';

export interface PlannedRun {
  overrides: OverrideSet;
  config: ExperimentConfig;
}

/** Most runs of one sweep. */
const mostRuns = 10_000;

/**
 * Every entry of the list with every combination of the axes' values, the first axis turning slowest. Of runs whose configs come
 * out the same, the first is kept.
 *
 * @throws ArgumentError, FileError for an axis given twice, too many runs, or a run whose config is wrong: it is named.
 */
export async function planRuns(
  file: string,
  { axes, list = [{}] }: { axes: readonly Axis[]; list?: readonly OverrideSet[] },
): Promise<PlannedRun[]> {
  const sets = combine(axes, list);
  const runs = new Map<string, PlannedRun>();
  for (const [i, overrides] of sets.entries()) {
    const config = await resolve(file, overrides, `run ${i + 1} of ${sets.length}`);
    const run = { overrides, config };
    const identity = identityOf(run);
    if (!runs.has(identity)) runs.set(identity, run);
  }
  return [...runs.values()];
}

/** What makes two runs the same: what decides their results, and threads where the sweep itself gives them, to time them. */
export function identityOf({ overrides, config }: PlannedRun): string {
  return JSON.stringify([decisiveFields(config), overrides.threads]);
}

/** The config without what it is called, and without `threads`, which the environment may say anew: neither changes results. */
export const decisiveFields = (config: ExperimentConfig) => ({
  ...config,
  name: undefined,
  description: undefined,
  threads: undefined,
});

function combine(axes: readonly Axis[], list: readonly OverrideSet[]): OverrideSet[] {
  const keys = axes.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice) throw new ArgumentError(`${twice} is given twice: write its values as one list, ${twice}=a,b`);
  const inBoth = keys.find((key) => list.some((entry) => key in entry));
  if (inBoth) throw new ArgumentError(`${inBoth} is given both in the list and beside it`);
  const names = [...keys, ...list.flatMap((entry) => Object.keys(entry))];
  if (names.includes('name'))
    throw new ArgumentError(
      'name: a sweep names its runs by what distinguishes them; --output names its folder',
    );
  const count = axes.reduce((product, { values }) => product * values.length, list.length);
  if (count > mostRuns) throw new ArgumentError(`the sweep has ${count} runs: expected ${mostRuns} at most`);
  return axes.reduce<OverrideSet[]>(
    (sets, { key, values }) => sets.flatMap((set) => values.map((value) => ({ ...set, [key]: value }))),
    [...list],
  );
}

/** @throws ArgumentError that begins with `run`; FileError where the config file itself is at fault */
async function resolve(file: string, overrides: OverrideSet, run: string): Promise<ExperimentConfig> {
  const lines = formatOverrides(overrides);
  try {
    return await loadConfig(file, lines);
  } catch (error) {
    if (!(error instanceof RastergradError) || error instanceof FileError) throw error;
    throw new ArgumentError(`${run} (${lines.join(' ')}): ${error.message}`);
  }
}
