// Evaluates the trained model of a run again: the tables that `run` ends with, on another split or by other protocols.

import type { Results } from '../runs/results.ts';
import type { RunObserver } from './observer.ts';
import { type CheckpointChoice, openTrainedModel } from './trainedModel.ts';
import { trainResults } from './trainResults.ts';

export interface EvaluateOptions {
  /** Default: the split that the run's config names. */
  split?: 'validation' | 'test';
  /** Names of protocols. Default: those of the run's config. */
  protocols?: string[];
  /** Most points a side for the protocols' earth mover's distance. Default: that of the run's config. */
  emdPoints?: number;
  /** Whose weights. Default: those that the run's config names. */
  checkpoint?: CheckpointChoice;
  observer?: RunObserver;
}

/** @throws FileError where the folder is no run with a trained model */
export async function evaluateRun(
  run: string,
  { split, protocols, emdPoints, checkpoint, observer = {} }: EvaluateOptions = {},
): Promise<Results> {
  const { config, dataset, model } = await openTrainedModel(run, checkpoint);
  const evaluation = {
    ...config.evaluation,
    ...(protocols && { protocols }),
    ...(emdPoints !== undefined && { emdPoints }),
  };
  const results = trainResults({ ...config, evaluation }, dataset, model, split);
  model.dispose();
  for (const table of results.tables) observer.onTable?.(table);
  return results;
}
