// Numbers of a sweep: what runs say for themselves and of baselines, and their means over the runs of a group.

import type { ResultColumn, Results } from '../runs/results.ts';
import type { RunOutcome } from './outcome.ts';

export interface Statistic {
  mean: number;
  /** With n − 1; undefined of a single number. */
  sd?: number;
}

/** Undefined where no number is finite. */
export function statistic(numbers: readonly (number | undefined)[]): Statistic | undefined {
  const known = numbers.filter((number) => number !== undefined && Number.isFinite(number)) as number[];
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, number) => sum + number, 0) / known.length;
  if (known.length === 1) return { mean };
  const squares = known.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (known.length - 1)) };
}

/** "33.50 ± 0.71"; a dash for nothing. */
export function statisticText(cell: Statistic | undefined, digits: number): string {
  if (!cell) return '–';
  return cell.mean.toFixed(digits) + (cell.sd === undefined ? '' : ` ± ${cell.sd.toFixed(digits)}`);
}

/** Columns of the runs' first tables, or of all of them, each once. */
export function sweepColumns(
  outcomes: readonly RunOutcome[],
  which: 'first' | 'all' = 'first',
): ResultColumn[] {
  const tables = outcomes.flatMap(
    ({ results }) => results?.tables.slice(0, which === 'all' ? undefined : 1) ?? [],
  );
  const columns = tables.flatMap((table) => table.columns);
  return columns.filter(({ key }, i) => columns.findIndex((other) => other.key === key) === i);
}

/** A run's own number: of its model, or of the sum of its objects, which is the last of the rows, in the first table that has it. */
export function ownNumber(results: Results | undefined, key: string): number | undefined {
  for (const [i, { rows, ranked }] of (results?.tables ?? []).entries()) {
    if (i > 0 && ranked === false) continue;
    const value = rows.findLast(({ kind }) => kind === 'model')?.values[key];
    if (value !== undefined && Number.isFinite(value)) return value;
  }
  return undefined;
}

/** Labels of baselines, each once. */
export function baselineLabels(outcomes: readonly RunOutcome[]): string[] {
  const rows = outcomes.flatMap(({ results }) => results?.tables[0]?.rows ?? []);
  return [...new Set(rows.filter(({ kind }) => kind === 'baseline').map(({ label }) => label))];
}

export function baselineNumber(results: Results | undefined, label: string, key: string): number | undefined {
  return results?.tables[0]?.rows.find((row) => row.kind === 'baseline' && row.label === label)?.values[key];
}
