// Evaluates the trained model of a run again: the table that `run` ends with, or the same on another split.

import type { RunObserver } from './observer.ts';
import type { Results } from './results.ts';
import { openTrainedModel } from './trainedModel.ts';
import { trainResults } from './trainResults.ts';

export interface EvaluateOptions {
  /** Default: the split that the run's config names. */
  split?: 'validation' | 'test';
  observer?: RunObserver;
}

/** @throws FileError where the folder is no run with a trained model */
export async function evaluateRun(
  run: string,
  { split, observer = {} }: EvaluateOptions = {},
): Promise<Results> {
  const { config, dataset, model } = await openTrainedModel(run);
  const results = trainResults(config, dataset, model, split);
  model.dispose();
  for (const table of results.tables) observer.onTable?.(table);
  return results;
}
