// Numbers of a sweep: means and standard deviations over the runs of a group.

import type { CurvePoint } from '../../report/plots.ts';
import type { MetricsRecord, ResultColumn, Results } from '../../runs/results.ts';
import type { RunGroup, RunOutcome } from './sweep.ts';

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

/** Columns of the runs' first tables, each once. */
export function sweepColumns(outcomes: readonly RunOutcome[]): ResultColumn[] {
  const columns = outcomes.flatMap(({ results }) => results?.tables[0]?.columns ?? []);
  return columns.filter(({ key }, i) => columns.findIndex((other) => other.key === key) === i);
}

/** A run's own number: of its model, or of the sum of its objects, which is the last of the table's rows. */
export function ownNumber(results: Results | undefined, key: string): number | undefined {
  return results?.tables[0]?.rows.findLast(({ kind }) => kind === 'model')?.values[key];
}

/** Labels of baselines, each once. */
export function baselineLabels(outcomes: readonly RunOutcome[]): string[] {
  const rows = outcomes.flatMap(({ results }) => results?.tables[0]?.rows ?? []);
  return [...new Set(rows.filter(({ kind }) => kind === 'baseline').map(({ label }) => label))];
}

export function baselineNumber(results: Results | undefined, label: string, key: string): number | undefined {
  return results?.tables[0]?.rows.find((row) => row.kind === 'baseline' && row.label === label)?.values[key];
}

/** Validation numbers by name, a curve a group: means over those of its runs that have come to that step. */
export function meanValidationCurves(groups: readonly RunGroup[]): Map<string, CurvePoint[]> {
  const curves = new Map<string, CurvePoint[]>();
  for (const { label, outcomes } of groups) {
    const validations = outcomes.flatMap(({ metrics }) => metrics.filter(isValidation));
    const names = [...new Set(validations.flatMap(({ values }) => Object.keys(values)))];
    const steps = [...new Set(validations.map(({ step }) => step))].sort((a, b) => a - b);
    for (const name of names) {
      const points = steps.flatMap((step) => {
        const found = statistic(
          validations.filter((one) => one.step === step).map(({ values }) => values[name]),
        );
        return found ? [{ step, value: found.mean, name: label }] : [];
      });
      curves.set(name, [...(curves.get(name) ?? []), ...points]);
    }
  }
  return curves;
}

const isValidation = (record: MetricsRecord): record is MetricsRecord & { kind: 'validation' } =>
  record.kind === 'validation' && record.object === undefined;
