// Runs an experiment from its config to its report, or goes on with one that was interrupted.

import { useBackend } from '../../renderer/backend/index.ts';
import type { Dataset } from '../datasets/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import { writeReport } from '../report/index.ts';
import { latestCheckpoint } from '../training/checkpoint.ts';
import { loadStartWeights } from '../training/startWeights.ts';
import { loadConfig } from './config.ts';
import { checkFitMeshConfig, fitMeshes } from './fitMeshRun.ts';
import { openConfiguredDataset, resizingNote } from './objects.ts';
import type { RunObserver } from './observer.ts';
import { describeInput } from './pictureInput.ts';
import type { Results } from './results.ts';
import { createRun, openRun, type RunFolder } from './runFolder.ts';
import type { ExperimentConfig, TrainConfig } from './schema.ts';
import { checkTrainConfig, makeModel, train } from './train.ts';
import { trainResults, writeTrainPictures } from './trainResults.ts';

export interface RunOptions {
  /** Folder that gets the run's folder. Default `runs`. */
  output?: string;
  /** Folder of an interrupted run to go on with; the config must be that run's. */
  resume?: string;
  observer?: RunObserver;
  /** Ends the run where it can be resumed. */
  signal?: AbortSignal;
}

export interface RunResult {
  /** Where everything lies. */
  folder: string;
  /** False where the signal ended the run. */
  finished: boolean;
  /** Undefined where the run is not finished. */
  results?: Results;
}

/**
 * Runs `config`, or the config file at that path.
 *
 * @throws FileError, ArgumentError for whatever in the config, the data set or the disk stands in the way
 */
export async function runExperiment(
  config: ExperimentConfig | string,
  { output = 'runs', resume, observer = {}, signal }: RunOptions = {},
): Promise<RunResult> {
  const resolved = typeof config === 'string' ? await loadConfig(config) : config;
  const backend = await useBackend(resolved.backend);
  const dataset = await openConfiguredDataset(resolved);
  // What the data set cannot serve, and files that are not there, should not leave a run folder behind.
  let model: MeshPredictor | undefined;
  if (resolved.task === 'train') {
    checkTrainConfig(resolved, dataset);
    model = await startModel(resolved, dataset, resume);
  } else checkFitMeshConfig(resolved, dataset);
  const folder = resume ? openRun(resume) : await createRun({ root: output, name: resolved.name });
  if (!resume) await folder.writeConfig(resolved);
  await folder.writeEnvironment(backend);
  observer.onNote?.(`${resume ? 'Resuming' : 'Run folder'} ${folder.path}, back end ${backend}`);

  const note = resizingNote(resolved, dataset);
  if (note) observer.onNote?.(note);
  const { badSamples } = dataset;
  badSamples.listen((bad) => folder.badSamples.append(bad), folder.badSamples.read());

  const context = { dataset, folder, observer, signal };
  const results = await (resolved.task === 'train'
    ? runTraining({ ...context, config: resolved, model: model! })
    : fitMeshes({ ...context, config: resolved })
  ).finally(() => {
    model?.dispose();
    return dataset.close();
  });
  if (badSamples.count > 0) {
    observer.onNote?.(
      `${badSamples.count} bad files were skipped; ${folder.badSamples.path} says which, and why`,
    );
  }
  if (!results) return { folder: folder.path, finished: false };
  await folder.writeResults(results);
  for (const table of results.tables) observer.onTable?.(table);
  await writeReport(folder);
  return { folder: folder.path, finished: true, results };
}

interface RunContext<Config> {
  config: Config;
  dataset: Dataset;
  folder: RunFolder;
  observer: RunObserver;
  signal?: AbortSignal;
}

/** The network that a run begins with, with its start weights; those of a checkpoint are loaded later. */
async function startModel(
  config: TrainConfig,
  dataset: Dataset,
  resume: string | undefined,
): Promise<MeshPredictor> {
  const model = makeModel(config, dataset);
  const { startWeights } = config.training;
  const hasCheckpoint = resume && (await latestCheckpoint(openRun(resume).file('checkpoints')));
  try {
    if (startWeights && !hasCheckpoint) await loadStartWeights(model, startWeights);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

/** Trains and evaluates; undefined where the signal ended it. */
async function runTraining(
  context: RunContext<TrainConfig> & { model: MeshPredictor },
): Promise<Results | undefined> {
  const { config, dataset, model, folder, observer } = context;
  if (!(await folder.readInput())) await folder.writeInput(describeInput(config, dataset));
  const last = await train(context);
  if (last < config.training.steps) return undefined;
  observer.onNote?.(`Evaluating on the ${config.evaluation.split} objects`);
  await writeTrainPictures(config, dataset, model, folder);
  return trainResults(config, dataset, model);
}
