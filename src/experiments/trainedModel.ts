// The trained model of a finished or interrupted run, for evaluation and prediction.

import { existsSync } from 'node:fs';
import { FileError } from '../../renderer/errors.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import type { Dataset } from '../datasets/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import type { NetworkInput } from '../runs/networkInput.ts';
import { openRun, type RunFolder } from '../runs/runFolder.ts';
import { bestCheckpoint, latestCheckpoint, readWeights } from '../training/checkpoint.ts';
import { useExperimentBackend } from './experimentBackend.ts';
import { openConfiguredDataset } from './objects.ts';
import { describeInput } from './pictureInput.ts';
import { makeModel } from './train.ts';

/**
 * Opens a run's data set and loads the weights of a checkpoint, by default the one that its config says to evaluate.
 *
 * @throws FileError where the folder is no run, is a run without a model, or has no checkpoint yet
 */
export async function openTrainedModel(
  run: string,
  choice?: CheckpointChoice,
): Promise<{ config: TrainConfig; dataset: Dataset; model: MeshPredictor }> {
  const { config, checkpoint } = await openTrainedRun(run, choice);
  const dataset = await openConfiguredDataset(config);
  return { config, dataset, model: await loadModel(config, dataset, checkpoint) };
}

/**
 * Loads the weights of a run as `openTrainedModel`, and what pictures its network takes. Runs of old versions, which have no input.json,
 * need the data set.
 *
 * @throws FileError as `openTrainedModel`
 */
export async function openModelAndInput(
  run: string,
  choice?: CheckpointChoice,
): Promise<{ model: MeshPredictor; input: NetworkInput }> {
  const { folder, config, checkpoint } = await openTrainedRun(run, choice);
  const input = (await folder.readInput()) ?? describeInput(config, await openConfiguredDataset(config));
  return { input, model: await loadModel(config, input, checkpoint) };
}

async function openTrainedRun(run: string, choice?: CheckpointChoice) {
  const folder = openRun(run);
  const config = await folder.readConfig();
  if (config.task !== 'train') throw new FileError(run, `a run of task "${config.task}" has no model`);
  return { folder, config, checkpoint: await evaluatedCheckpoint(folder, config, choice) };
}

/** Of a run's checkpoints, the last one or the one of the best validation. */
export type CheckpointChoice = TrainConfig['evaluation']['checkpoint'];

/**
 * The file of a checkpoint, by default of the one that `evaluation.checkpoint` names.
 *
 * @throws FileError where the run has not come to one yet
 */
export async function evaluatedCheckpoint(
  folder: RunFolder,
  { evaluation }: TrainConfig,
  choice: CheckpointChoice = evaluation.checkpoint,
): Promise<string> {
  const checkpoints = folder.file('checkpoints');
  if (choice === 'best') {
    const best = bestCheckpoint(checkpoints);
    if (existsSync(best)) return best;
    throw new FileError(best, 'is not there yet: the run has had no validation');
  }
  const latest = await latestCheckpoint(checkpoints);
  if (!latest) throw new FileError(checkpoints, 'has no checkpoint yet');
  return latest;
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
  await readWeights(checkpoint, model);
  return model;
}
