// Runs that differ in their seed alone, and what groups and axes are called.

import { isFields } from '../config/overrides.ts';
import type { RunOutcome } from './outcome.ts';
import { type OverrideSet, varyingKeys } from './overrideSet.ts';
import { shortKey } from './runName.ts';

export interface RunGroup {
  /** "hidden 32 · method dibr", or the sweep's name where nothing else differs. */
  label: string;
  /** One value an axis. */
  values: unknown[];
  outcomes: RunOutcome[];
}

/** Fields whose values differ between some of the runs, without the seed, in the order in which runs name them. */
export function axesOf(runs: readonly { overrides: OverrideSet }[]): string[] {
  return varyingKeys(runs.map(({ overrides }) => overrides)).filter((key) => key !== 'seed');
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

/** "hidden 32 · method dibr"; an axis that a group leaves to the config is not named where another is. */
export function groupLabel(axes: readonly string[], values: readonly unknown[]): string {
  const named = axisNames(axes).map((name, i) => ({
    text: `${name} ${valueName(values[i])}`,
    value: values[i],
  }));
  const own = named.filter(({ value }) => value !== undefined);
  return (own.length > 0 ? own : named).map(({ text }) => text).join(' · ');
}

/** The ends of dotted paths, as much of each as tells it from the others: "model.hidden" is "hidden", "renderer.method.type" is "method". */
export const axisNames = (axes: readonly string[]) => axes.map((axis) => shortKey(axis, axes));

/** A value as people read it: of a mapping with a type, that and the rest; a dash where the config decides. */
export function valueName(value: unknown): string {
  if (value === undefined) return '–';
  if (!isFields(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  return Object.entries(value)
    .map(([key, inner]) => (key === 'type' ? valueName(inner) : `${key} ${valueName(inner)}`))
    .join(' ');
}
