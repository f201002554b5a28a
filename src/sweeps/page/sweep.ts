// A sweep as its report sees it: runs, what distinguishes them, and what their folders say.

import { existsSync } from 'node:fs';
import { isFields } from '../../config/overrides.ts';
import type { MetricsRecord, PictureIndex, Results } from '../../runs/results.ts';
import { openRun } from '../../runs/runFolder.ts';

export interface ReportedSweep {
  name: string;
  runs: ReportedRun[];
}

export interface ReportedRun {
  name: string;
  /** Values of config fields, by dotted path. */
  overrides: Readonly<Record<string, unknown>>;
  /** Its run folder, which need not be there yet. */
  folder: string;
}

/** What a run has come to. */
export interface RunOutcome {
  run: ReportedRun;
  /** Undefined where the run has not come to its end. */
  results?: Results;
  metrics: MetricsRecord[];
  pictures: PictureIndex;
  /** How far it came, where it has not come to its end. */
  shortfall?: string;
}

/** Reads what a run's folder says; one that cannot be read counts as a run that has not come to its end. */
export async function readOutcome(run: ReportedRun): Promise<RunOutcome> {
  const nothing = { run, metrics: [], pictures: { groups: [] } };
  if (!existsSync(run.folder)) return { ...nothing, shortfall: 'not begun' };
  try {
    const folder = openRun(run.folder);
    const results = await folder.readResults();
    const metrics = folder.metrics.read();
    const pictures = await folder.readPictureIndex();
    if (results) return { run, results, metrics, pictures };
    const last = metrics.at(-1);
    const shortfall = last ? `not finished: its last recorded step is ${last.step}` : 'not begun';
    return { run, metrics, pictures, shortfall };
  } catch (error) {
    return { ...nothing, shortfall: (error as Error).message };
  }
}

/** Runs that differ in their seed alone. */
export interface RunGroup {
  /** "hidden 32 · method dibr", or the sweep's name where nothing else differs. */
  label: string;
  /** One value an axis. */
  values: unknown[];
  outcomes: RunOutcome[];
}

/** Fields whose values differ between some of the runs, without the seed, in the order in which runs name them. */
export function axesOf(runs: readonly ReportedRun[]): string[] {
  const keys = [...new Set(runs.flatMap(({ overrides }) => Object.keys(overrides)))];
  const valuesOf = (key: string) => new Set(runs.map(({ overrides }) => JSON.stringify(overrides[key])));
  return keys.filter((key) => key !== 'seed' && valuesOf(key).size > 1);
}

/** Runs with the same values of all axes, in the order of the first of them. */
export function groupRuns(
  outcomes: readonly RunOutcome[],
  axes: readonly string[],
  name: string,
): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const outcome of outcomes) {
    const values = axes.map((axis) => outcome.run.overrides[axis]);
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group) group.outcomes.push(outcome);
    else groups.set(key, { label: groupLabel(axes, values) || name, values, outcomes: [outcome] });
  }
  return [...groups.values()];
}

/** "hidden 32 · method dibr" */
export function groupLabel(axes: readonly string[], values: readonly unknown[]): string {
  return axisNames(axes)
    .map((name, i) => `${name} ${valueName(values[i])}`)
    .join(' · ');
}

/** The ends of dotted paths, as much of each as tells it from the others: "model.hidden" is "hidden", "renderer.method.type" is "method". */
export function axisNames(axes: readonly string[]): string[] {
  const words = axes.map((axis) => axis.replace(/\.type$/, '').split('.'));
  const end = (i: number, count: number) => words[i].slice(-count).join('.');
  return axes.map((_, i) => {
    let count = 1;
    const isTaken = () => axes.some((_, k) => k !== i && end(k, count) === end(i, count));
    while (count < words[i].length && isTaken()) count++;
    return end(i, count);
  });
}

/** A value as people read it: of a mapping with a type, that and the rest; a dash where the config decides. */
export function valueName(value: unknown): string {
  if (value === undefined) return '–';
  if (!isFields(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return Object.entries(value)
    .map(([key, inner]) => (key === 'type' ? valueName(inner) : `${key} ${valueName(inner)}`))
    .join(' ');
}
