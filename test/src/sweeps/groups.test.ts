// Groups of a sweep's runs, and what they are called.

import { describe, expect, it } from 'vitest';
import { axesOf, axisNames, groupLabel, groupRuns } from '../../../src/sweeps/groups.ts';
import type { ReportedRun } from '../../../src/sweeps/index.ts';

const run = (overrides: ReportedRun['overrides']): ReportedRun => ({ name: 'run', overrides, folder: '' });

describe('axes', () => {
  it('are the fields that differ, but for the seed', () => {
    const runs = [1, 2].flatMap((seed) =>
      ['dibr', 'hard'].map((type) => run({ 'model.hidden': 32, 'renderer.method': { type }, seed })),
    );
    expect(axesOf(runs)).toEqual(['renderer.method']);
    expect(axesOf([run({}), run({ 'model.hidden': 64 })])).toEqual(['model.hidden']);
    expect(axesOf([run({ seed: 1 }), run({ seed: 2 })])).toEqual([]);
  });

  it('are called by as much of their paths as tells them apart', () => {
    expect(axisNames(['losses.edge.weight', 'losses.color.weight', 'renderer.method.type', 'name'])).toEqual([
      'edge.weight',
      'color.weight',
      'method',
      'name',
    ]);
  });

  it('have values that people can read', () => {
    const label = groupLabel(
      ['model.hidden', 'renderer.method', 'dataset.categories', 'training.startWeights'],
      [32, { type: 'dibr', sharpness: 7000 }, ['chair', 'sofa'], undefined],
    );
    expect(label).toBe('hidden 32 · method dibr sharpness 7000 · categories ["chair","sofa"]');
  });
});

it('groups runs by all axes, in their order', () => {
  const outcomes = [
    { hidden: 64, seed: 1 },
    { hidden: 32, seed: 1 },
    { hidden: 64, seed: 2 },
  ].map((overrides) => ({ run: run(overrides), metrics: [], pictures: { groups: [] } }));
  const groups = groupRuns(outcomes, ['hidden'], 'sweep');
  expect(groups.map(({ label, outcomes: own }) => [label, own.length])).toEqual([
    ['hidden 64', 2],
    ['hidden 32', 1],
  ]);
  expect(groupRuns(outcomes, [], 'sweep').map(({ label }) => label)).toEqual(['sweep']);
});
