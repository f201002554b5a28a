// Evaluates the trained model of a run again: the tables that `run` ends with, on another split or by other protocols.

import type { TrainConfig } from '../config/schema/index.ts';
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
export async function evaluateRun(run: string, options: EvaluateOptions = {}): Promise<Results> {
  const { config, dataset, model } = await openTrainedModel(run, options.checkpoint);
  const evaluation = evaluationConfig(config, options);
  const results = trainResults({ ...config, evaluation }, dataset, model);
  model.dispose();
  for (const table of results.tables) options.observer?.onTable?.(table);
  return results;
}

/** `evaluation` of a run's config, but for what is asked. */
export function evaluationConfig(
  { evaluation }: TrainConfig,
  { split, protocols, emdPoints, checkpoint }: EvaluateOptions,
): TrainConfig['evaluation'] {
  return {
    ...evaluation,
    ...(split && { split }),
    ...(protocols && { protocols }),
    ...(emdPoints !== undefined && { emdPoints }),
    ...(checkpoint && { checkpoint }),
  };
}
