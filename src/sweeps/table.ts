// The numbers of a sweep: a row for each combination of its axes, with mean and standard deviation over seeds, or a row for each
// run.

import { existsSync } from 'node:fs';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestName } from '../../renderer/nearestName.ts';
import { configJsonSchema, fieldPaths } from '../config/jsonSchema.ts';
import { openRun, type RunFolder } from '../runs/index.ts';
import type { ResultColumn, Results } from '../runs/results.ts';
import { type OverrideSet, varyingKeys } from './overrideSet.ts';
import { shortKey } from './runName.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

export interface SweepTable {
  /** Short names of the axes. */
  axes: string[];
  metrics: ResultColumn[];
  /** Whether each row is one run, and its numbers have no deviation. */
  perRun: boolean;
  rows: SweepRow[];
  /** Runs that are left out since they have no results. */
  missing: number;
}

export interface SweepRow {
  /** One value an axis. */
  values: unknown[];
  /** How many runs it sums up. */
  runs: number;
  /** One number a metric; undefined where no run has it. */
  cells: (Statistic | undefined)[];
}

export interface Statistic {
  mean: number;
  /** With n − 1; undefined of a single number. */
  sd?: number;
}

export interface SweepTableOptions {
  /** Keys of columns in results.json. Default: those of each run's first table. */
  metrics?: readonly string[];
  /** A row a run, seeds apart. */
  perRun?: boolean;
}

/** @throws ArgumentError where no run has results, or none of them a metric asked for */
export async function sweepTable(
  folder: SweepFolder,
  { runs }: SweepRecord,
  { metrics: wanted, perRun = false }: SweepTableOptions = {},
): Promise<SweepTable> {
  const finished: { overrides: OverrideSet; run: RunFolder; results: Results }[] = [];
  for (const { name, overrides } of runs) {
    const path = folder.runFolder({ name, overrides });
    if (!existsSync(path)) continue;
    const run = openRun(path);
    const results = await run.readResults();
    if (results) finished.push({ overrides, run, results });
  }
  if (finished.length === 0) throw new ArgumentError(`${folder.path}: no run has results yet`);
  const metrics = chooseMetrics(
    finished.map(({ results }) => results),
    wanted,
  );
  const config = await finished[0].run.readConfig();
  const fields = fieldPaths(configJsonSchema(), config);
  const keys = varyingKeys(runs.map(({ overrides }) => overrides)).filter((key) => perRun || key !== 'seed');
  const groups = new Map<string, typeof finished>();
  for (const run of finished) {
    const group = JSON.stringify(keys.map((key) => run.overrides[key]));
    groups.set(group, [...(groups.get(group) ?? []), run]);
  }
  const rows = [...groups.values()].map((group) => ({
    values: keys.map((key) => group[0].overrides[key]),
    runs: group.length,
    cells: metrics.map(({ key }) => statistic(group.map(({ results }) => numberOf(results, key)))),
  }));
  const axes = keys.map((key) => shortKey(key, fields));
  return { axes, metrics, perRun, rows, missing: runs.length - finished.length };
}

function chooseMetrics(results: readonly Results[], wanted: readonly string[] | undefined): ResultColumn[] {
  const unique = (columns: ResultColumn[]) =>
    [...new Map(columns.toReversed().map((column) => [column.key, column])).values()].toReversed();
  if (!wanted) return unique(results.flatMap(({ tables }) => tables[0].columns));
  const known = unique(results.flatMap(({ tables }) => tables.flatMap(({ columns }) => columns)));
  const names = known.map(({ key }) => key);
  return wanted.map((key) => {
    const column = known.find((candidate) => candidate.key === key);
    if (column) return column;
    const nearest = nearestName(key, names);
    throw new ArgumentError(
      `there is no metric "${key}"; ${nearest ? `did you mean ${nearest}?` : `known: ${names.join(', ')}`}`,
    );
  });
}

/** A run's own number: of its model, or of the sum of its objects, in the first table that has it. */
function numberOf({ tables }: Results, key: string): number | undefined {
  for (const [i, { rows, ranked }] of tables.entries()) {
    if (i > 0 && ranked === false) continue;
    const value = rows.findLast(({ kind }) => kind === 'model')?.values[key];
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return undefined;
}

function statistic(numbers: (number | undefined)[]): Statistic | undefined {
  const known = numbers.filter((number) => number !== undefined);
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, number) => sum + number, 0) / known.length;
  if (known.length === 1) return { mean };
  const squares = known.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (known.length - 1)) };
}
