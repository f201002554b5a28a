// The trained model of a finished or interrupted run, for evaluation and prediction.

import { useBackend } from '../../renderer/backend/index.ts';
import { FileError } from '../../renderer/errors.ts';
import type { Dataset } from '../datasets/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import { latestCheckpoint, readCheckpoint } from '../training/checkpoint.ts';
import { openConfiguredDataset } from './objects.ts';
import { openRun } from './runFolder.ts';
import type { TrainConfig } from './schema.ts';
import { makeModel } from './train.ts';

export interface TrainedModel {
  config: TrainConfig;
  dataset: Dataset;
  model: MeshPredictor;
}

/**
 * Opens a run's data set and loads its last checkpoint.
 *
 * @throws FileError where the folder is no run, is a run without a model, or has no checkpoint yet
 */
export async function openTrainedModel(run: string): Promise<TrainedModel> {
  const folder = openRun(run);
  const config = await folder.readConfig();
  if (config.task !== 'train') throw new FileError(run, `a run of task "${config.task}" has no model`);
  const checkpoint = await latestCheckpoint(folder.file('checkpoints'));
  if (!checkpoint) throw new FileError(folder.file('checkpoints'), 'has no checkpoint yet');
  await useBackend(config.backend);
  const dataset = await openConfiguredDataset(config);
  const model = makeModel(config, dataset);
  await readCheckpoint(checkpoint, { model });
  return { config, dataset, model };
}
