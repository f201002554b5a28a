// From a plan to a folder with a run folder for each run, ready to be begun; or, where the sweep has begun already, to what the
// plan adds to it.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { differences } from '../config/differences.ts';
import { type ExperimentConfig, loadConfig, loadParent } from '../config/index.ts';
import { configJsonSchema, fieldPaths } from '../config/jsonSchema.ts';
import { openRun, prepareRun } from '../runs/index.ts';
import { formatOverrides, varyingKeys } from './overrideSet.ts';
import { decisiveFields, identityOf, type PlannedRun } from './plan.ts';
import { runName } from './runName.ts';
import type { SweepFolder, SweepRun } from './sweepFolder.ts';

/**
 * Lays out the planned runs in the sweep's folder, beside those that it has.
 *
 * @returns the planned runs, old and new, in the order of the plan
 * @throws ArgumentError where the folder is of another config, or its config has changed since: the difference is named
 */
export async function prepareSweep(
  folder: SweepFolder,
  configFile: string,
  planned: readonly PlannedRun[],
): Promise<SweepRun[]> {
  const record = (await folder.read()) ?? { config: configFile, runs: [] };
  if (path.resolve(record.config) !== path.resolve(configFile)) {
    throw new ArgumentError(
      `${folder.path} is a sweep of ${record.config}, not of ${configFile}: choose another --output`,
    );
  }
  const byIdentity = new Map<string, SweepRun>();
  for (const run of record.runs) {
    const config = await unchangedConfig(folder, configFile, run);
    byIdentity.set(identityOf({ overrides: run.overrides, config }), run);
  }

  const added = planned.filter((run) => !byIdentity.has(identityOf(run)));
  const keys = varyingKeys([...added, ...record.runs].map(({ overrides }) => overrides));
  const fields = planned.length > 0 ? fieldPaths(configJsonSchema(), planned[0].config) : [];
  const taken = new Set(record.runs.map(({ name }) => name));
  await folder.makeFolders();
  for (const { overrides, config } of added) {
    const name = freeName(runName(overrides, keys, fields), taken);
    const run = { name, overrides };
    const parent = await loadParent(configFile, formatOverrides(overrides));
    await prepareRun(folder.runFolder(run), { ...config, name }, parent);
    byIdentity.set(identityOf({ overrides, config }), run);
    taken.add(name);
    record.runs.push(run);
  }
  if (added.length > 0) await folder.write(record);
  return planned.map((run) => byIdentity.get(identityOf(run))!);
}

/** `name`, or `name-2`, `name-3`, …; case aside, since some disks do not tell it. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const isTaken = (candidate: string) =>
    [...taken].some((other) => other.toLowerCase() === candidate.toLowerCase());
  let free = name;
  for (let number = 2; isTaken(free); number++) free = `${name}-${number}`;
  return free;
}

/**
 * The config of a run that the sweep has; its folder is made anew where it is gone.
 *
 * @throws ArgumentError where what decides results is no longer what the config file says
 */
async function unchangedConfig(folder: SweepFolder, file: string, run: SweepRun): Promise<ExperimentConfig> {
  const overrides = formatOverrides(run.overrides);
  const now = { ...(await loadConfig(file, overrides)), name: run.name };
  const runFolder = folder.runFolder(run);
  if (!existsSync(runFolder)) {
    await prepareRun(runFolder, now, await loadParent(file, overrides));
    return now;
  }
  const then = await openRun(runFolder).readConfig();
  const [difference] = differences(decisiveFields(then), decisiveFields(now));
  if (!difference) return now;
  const { field, before, after } = difference;
  throw new ArgumentError(
    `${file} has changed since ${runFolder} was made: ${field} is ${JSON.stringify(after)}, and was ${JSON.stringify(before)}. ` +
      'Change it back, or choose another --output',
  );
}
