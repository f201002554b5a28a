// What validations and losses make of the state of a training, against rules written out.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../../src/training/schedule.ts';
import {
  afterLoss,
  afterValidation,
  formatState,
  lossLimit,
  medianWindow,
  startState,
  type TrainingState,
} from '../../../src/training/trainingState.ts';

const plateau: Schedule = { type: 'plateau', patience: 2, factor: 0.5 };

/** States after each of some validations, one a step. */
function validated(
  values: number[],
  { better = 'lower' as 'lower' | 'higher', schedule = plateau } = {},
): TrainingState[] {
  let state: TrainingState = startState;
  return values.map((value, i) => {
    state = afterValidation({ ...state, step: i + 1 }, value, { better, schedule });
    return state;
  });
}

describe('validations', () => {
  it('tell the best, the lowest or the highest, the first of equals', () => {
    const values = [3, 1, 2, 1, 0.5];
    expect(validated(values).map(({ best }) => best!.step)).toEqual([1, 2, 2, 2, 5]);
    expect(validated(values).map(({ sinceBest }) => sinceBest)).toEqual([0, 0, 1, 2, 0]);
    expect(validated(values, { better: 'higher' }).map(({ best }) => best!.value)).toEqual([3, 3, 3, 3, 3]);
  });

  it('lower the learning rate on a plateau, each time after as many without a new best', () => {
    const states = validated([1, 2, 2, 2, 2, 2, 0, 3, 3]);
    expect(states.map(({ rateFactor }) => rateFactor)).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125,
    ]);
    expect(states.map(({ sinceBest }) => sinceBest)).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2]);
  });

  it('leave the learning rate alone under any other schedule', () => {
    const states = validated([1, 2, 2, 2, 2], { schedule: { type: 'constant' } });
    expect(states.at(-1)).toMatchObject({ rateFactor: 1, sinceBest: 4 });
  });

  it('are never the best where they are no number', () => {
    expect(validated([Number.NaN])[0].best).toBeUndefined();
    expect(validated([2, Number.NaN, -Infinity]).at(-1)).toMatchObject({
      best: { step: 1, value: 2 },
      sinceBest: 2,
    });
  });

  it('survive being written down in between', () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(numbers, fc.nat(11), (values, at) => {
        let state: TrainingState = startState;
        for (const [i, value] of values.entries()) {
          if (i === at) state = JSON.parse(JSON.stringify(state)) as TrainingState;
          state = afterLoss({ ...state, step: i + 1 }, value);
          state = afterValidation(state, value, { better: 'lower', schedule: plateau });
        }
        expect(state.best?.value).toBeCloseTo(Math.min(...values), 12);
        expect(state.rateFactor).toBe(validated(values).at(-1)!.rateFactor);
      }),
    );
  });
});

describe('the limit of losses', () => {
  const stateAfter = (losses: number[]) => losses.reduce(afterLoss, startState as TrainingState);

  it('is so many times the median of the latest', () => {
    expect(lossLimit(stateAfter([3, 1, 2]), 10)).toBe(20);
    expect(lossLimit(stateAfter([4, 1, 2, 3]), 2)).toBe(5);
    const old = Array.from({ length: 40 }, () => 1000);
    const latest = Array.from({ length: medianWindow }, (_, i) => i + 1);
    expect(lossLimit(stateAfter([...old, ...latest]), 2)).toBe(medianWindow + 1);
    expect(stateAfter([...old, ...latest]).recentLosses).toEqual(latest);
  });

  it('is none where nothing is asked for or known', () => {
    expect(lossLimit(stateAfter([1]), 0)).toBe(Number.POSITIVE_INFINITY);
    expect(lossLimit(startState, 3)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the text of a state', () => {
  it('is the same for one that was read, and for one whose fields came in another order', () => {
    const state: TrainingState = { ...startState, best: undefined, wentBackTo: 3 };
    const read: TrainingState = { ...JSON.parse(formatState(state)), best: { step: 4, value: 0.1 } };
    expect(read.wentBackTo).toBe(3);
    expect(formatState(read)).toBe(formatState({ ...state, best: { step: 4, value: 0.1 } }));
    expect(formatState(startState)).not.toContain('best"');
  });
});
