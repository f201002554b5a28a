// What a training knows beside weights and moments, and that does not follow from its config and the number of the step. It is plain
// data, which a checkpoint keeps as JSON: numbers come back as they were.

import type { Schedule } from './schedule.ts';

export interface TrainingState {
  /** The last step that was done, or left out. */
  step: number;
  /** The best validation so far, and the step after which it was. */
  best?: { step: number; value: number };
  /** Validations since the best one. */
  sinceBest: number;
  /** The same, counted anew whenever a plateau has lowered the learning rate. */
  waited: number;
  /** What plateaus and setbacks have made of the schedule's learning rate: it is multiplied by this. */
  rateFactor: number;
  /** Steps that diverged, and that the run went on after. */
  divergences: number;
  /** The step that the run went back to last. */
  wentBackTo?: number;
  /** Losses of the latest steps, oldest first, where a running median of them is asked for. */
  recentLosses: number[];
  /** Length of metrics.jsonl, which a resumed run cuts off there. */
  metricsBytes: number;
}

export const startState: Readonly<TrainingState> = {
  step: 0,
  sinceBest: 0,
  waited: 0,
  rateFactor: 1,
  divergences: 0,
  recentLosses: [],
  metricsBytes: 0,
};

/** As JSON, the same text for the same state whichever way it came about: fields in one order. */
export function formatState(state: Readonly<TrainingState>): string {
  const { step, best, sinceBest, waited, rateFactor, divergences, wentBackTo, recentLosses, metricsBytes } =
    state;
  const inOrder: Record<keyof TrainingState, unknown> = {
    step,
    best,
    sinceBest,
    waited,
    rateFactor,
    divergences,
    wentBackTo,
    recentLosses,
    metricsBytes,
  };
  return JSON.stringify(inOrder);
}

/**
 * The state after a validation. Where the schedule is `plateau`, so many validations in a row without a new best as its patience lower
 * the learning rate by its factor.
 *
 * @param value a number that is not finite is never the best
 */
export function afterValidation(
  state: Readonly<TrainingState>,
  value: number,
  { better, schedule }: { better: 'lower' | 'higher'; schedule: Schedule },
): TrainingState {
  const { best, step } = state;
  const improves = !best || (better === 'lower' ? value < best.value : value > best.value);
  if (improves && Number.isFinite(value)) return { ...state, best: { step, value }, sinceBest: 0, waited: 0 };
  const next = { ...state, sinceBest: state.sinceBest + 1, waited: state.waited + 1 };
  if (schedule.type !== 'plateau' || next.waited < schedule.patience) return next;
  return { ...next, waited: 0, rateFactor: state.rateFactor * schedule.factor };
}

/** Number of losses that their running median is taken over. */
export const medianWindow = 25;

/** The state after a step whose losses came to `total`. */
export const afterLoss = (state: Readonly<TrainingState>, total: number): TrainingState => ({
  ...state,
  recentLosses: [...state.recentLosses, total].slice(-medianWindow),
});

/**
 * The largest loss that does not count as diverging: `factor` times the median of the latest ones. Infinity where `factor` is 0, and
 * before the first loss.
 */
export function lossLimit({ recentLosses }: Readonly<TrainingState>, factor: number): number {
  if (factor === 0 || recentLosses.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = recentLosses.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return factor * median;
}
