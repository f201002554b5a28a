// The numbers of single objects in the runs of a sweep, for means over some of them and for comparisons object by object.

import { columnFactors, type ObjectScores } from '../runs/results.ts';
import type { RunOutcome } from './outcome.ts';

/** Whose number of an object: the run's own, or that of a baseline. */
export type Contender = 'model' | { baseline: string };

/** Objects that are in the results of all the runs, in the order of the first. */
export function commonObjects(outcomes: readonly RunOutcome[]): Pick<ObjectScores, 'id' | 'category'>[] {
  const [first = [], ...others] = outcomes.map(({ results }) => results?.objects ?? []);
  const known = others.map((objects) => new Set(objects.map(({ id }) => id)));
  return first.filter(({ id }) => known.every((ids) => ids.has(id)));
}

/** A number for each of the objects `ids`, in the unit of the column `key`; undefined where one of them has none. */
export function objectNumbers(
  { results }: RunOutcome,
  contender: Contender,
  ids: readonly string[],
  key: string,
): number[] | undefined {
  const labels = results?.tables[0]?.rows ?? [];
  const row = labels.findIndex(({ kind, label }) =>
    contender === 'model' ? kind === 'model' : kind === 'baseline' && label === contender.baseline,
  );
  const byId = new Map(results?.objects?.map((object) => [object.id, object]));
  const numbers = ids.map((id) => (byId.get(id)?.rows[row]?.[key] ?? Number.NaN) * (columnFactors[key] ?? 1));
  return numbers.every(Number.isFinite) ? numbers : undefined;
}
