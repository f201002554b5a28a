// The trained model of a finished or interrupted run, for evaluation and prediction.

import { FileError } from '../../renderer/errors.ts';
import type { Dataset } from '../datasets/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import { latestCheckpoint, readCheckpoint } from '../training/checkpoint.ts';
import { useExperimentBackend } from './experimentBackend.ts';
import { openConfiguredDataset } from './objects.ts';
import { describeInput, type NetworkInput } from './pictureInput.ts';
import { openRun } from './runFolder.ts';
import type { TrainConfig } from './schema/index.ts';
import { makeModel } from './train.ts';

/**
 * Opens a run's data set and loads its last checkpoint.
 *
 * @throws FileError where the folder is no run, is a run without a model, or has no checkpoint yet
 */
export async function openTrainedModel(
  run: string,
): Promise<{ config: TrainConfig; dataset: Dataset; model: MeshPredictor }> {
  const { config, checkpoint } = await openTrainedRun(run);
  const dataset = await openConfiguredDataset(config);
  return { config, dataset, model: await loadModel(config, dataset, checkpoint) };
}

/**
 * Loads a run's last checkpoint, and what pictures its network takes. Runs of old versions, which have no input.json, need the data set.
 *
 * @throws FileError as `openTrainedModel`
 */
export async function openModelAndInput(run: string): Promise<{ model: MeshPredictor; input: NetworkInput }> {
  const { folder, config, checkpoint } = await openTrainedRun(run);
  const input = (await folder.readInput()) ?? describeInput(config, await openConfiguredDataset(config));
  return { input, model: await loadModel(config, input, checkpoint) };
}

async function openTrainedRun(run: string) {
  const folder = openRun(run);
  const config = await folder.readConfig();
  if (config.task !== 'train') throw new FileError(run, `a run of task "${config.task}" has no model`);
  const checkpoint = await latestCheckpoint(folder.file('checkpoints'));
  if (!checkpoint) throw new FileError(folder.file('checkpoints'), 'has no checkpoint yet');
  return { folder, config, checkpoint };
}

async function loadModel(
  config: TrainConfig,
  pictures: Pick<Dataset, 'camera'>,
  checkpoint: string,
): Promise<MeshPredictor> {
  // What a run was trained with may not be there where its network is used.
  const math = config.math === 'openblas' ? 'auto' : config.math;
  await useExperimentBackend(config.backend, { math, threads: config.threads });
  const model = makeModel(config, pictures);
  await readCheckpoint(checkpoint, { model });
  return model;
}
