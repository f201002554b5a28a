// What got slower, or faster, from one record of a benchmark to another, by more than chance.

import { ArgumentError } from '../../renderer/errors.ts';
import type { BenchmarkRecord, CaseRecord } from './record.ts';
import { noiseOf } from './spread.ts';

export interface Change {
  name: string;
  /** New over old: above 1 is slower. */
  factor: number;
  /** By how much the factor may differ from 1 by chance. */
  noise: number;
  verdict: 'slower' | 'faster' | 'same';
  /** Whether times were compared beside those of a baseline, which no difference between machines disturbs. */
  relative: boolean;
}

export interface RecordComparison {
  changes: Change[];
  /** Cases that cannot be compared, and why. */
  left: { name: string; why: string }[];
}

/** Even the quietest machine's fastest runs differ by this much from one process to the next: memory lies elsewhere. */
const leastNoise = 0.05;

/**
 * Compares case by case. Where both have a baseline, times are taken as multiples of it. Where not, only times of one kind of machine are
 * compared. A change counts where it is larger than the noise of everything that was measured together, and than 5 %.
 *
 * @throws ArgumentError where the records are of two benchmarks
 */
export function compareRecords(before: BenchmarkRecord, after: BenchmarkRecord): RecordComparison {
  if (before.benchmark !== after.benchmark) {
    throw new ArgumentError(
      `records of one benchmark can be compared, but these are of "${before.benchmark}" and "${after.benchmark}"`,
    );
  }
  const sameMachine = ['cpu', 'cores', 'platform', 'node'].every(
    (key) => before.machine[key as 'cpu'] === after.machine[key as 'cpu'],
  );
  const comparison: RecordComparison = { changes: [], left: [] };
  const otherwise = measuredOtherwise(before, after);
  const earlier = new Map(before.cases.map((one) => [one.name, one]));
  for (const now of after.cases) {
    const old = earlier.get(now.name);
    earlier.delete(now.name);
    const why = !old ? 'new' : (otherwise ?? incomparable(old, now, sameMachine));
    if (why) comparison.left.push({ name: now.name, why });
    else comparison.changes.push(changeOf(old!, now));
  }
  for (const name of earlier.keys()) comparison.left.push({ name, why: 'gone' });
  return comparison;
}

/** Options, or a choice of math, that the records do not share. */
function measuredOtherwise(before: BenchmarkRecord, after: BenchmarkRecord): string | undefined {
  const shown = ({ options, machine }: BenchmarkRecord) =>
    Object.entries({ ...options, ...(machine.math && { math: machine.math }) })
      .map(([name, value]) => `${name} ${value}`)
      .sort()
      .join(', ') || 'no options';
  const [old, now] = [shown(before), shown(after)];
  return old === now ? undefined : `measured with ${old} before, with ${now} now`;
}

function incomparable(old: CaseRecord, now: CaseRecord, sameMachine: boolean): string | undefined {
  if (old.unit !== now.unit || old.clock !== now.clock) {
    return `measured in ${old.unit} (${old.clock}) before, in ${now.unit} (${now.clock}) now`;
  }
  if (old.baseline && now.baseline) return undefined;
  if (now.unit !== 'ms' || sameMachine) return undefined;
  return 'no baseline on both sides, and another machine';
}

function changeOf(old: CaseRecord, now: CaseRecord): Change {
  const relative = Boolean(old.baseline && now.baseline);
  const sides = relative ? [old.time, now.time, old.baseline!, now.baseline!] : [old.time, now.time];
  // Independent errors add up as squares do.
  const noise = Math.max(leastNoise, Math.hypot(...sides.map(noiseOf)));
  const factor = relative
    ? now.time.min / now.baseline!.min / (old.time.min / old.baseline!.min)
    : now.time.min / old.time.min;
  const verdict = factor > 1 + noise ? 'slower' : 1 / factor > 1 + noise ? 'faster' : 'same';
  return { name: now.name, factor, noise, verdict, relative };
}
