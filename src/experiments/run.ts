// Runs an experiment from its config to its report, or goes on with one that was interrupted.

import { mathInUse, threadsInUse } from '../../renderer/backend/index.ts';
import { loadConfig, loadParent } from '../config/config.ts';
import type { ExperimentConfig, FitConfig, TrainConfig } from '../config/schema/index.ts';
import type { Dataset } from '../datasets/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import { writeReport } from '../report/index.ts';
import { writeEventFile } from '../report/tensorboard/index.ts';
import { describeEngine } from '../runs/environment.ts';
import type { Results } from '../runs/results.ts';
import { createRun, openRun, type RunFolder } from '../runs/runFolder.ts';
import { latestCheckpoint, readWeights } from '../training/checkpoint.ts';
import { loadStartWeights } from '../training/startWeights.ts';
import { useExperimentBackend } from './experimentBackend.ts';
import { checkStart, fitTargets, openTargets } from './fitRun.ts';
import { openConfiguredDataset, resizingNote } from './objects.ts';
import type { RunObserver } from './observer.ts';
import { describeInput } from './pictureInput.ts';
import { checkTrainConfig, makeModel, train } from './train.ts';
import { evaluatedCheckpoint } from './trainedModel.ts';
import { writeTrainPictures } from './trainPictures.ts';
import { trainResults } from './trainResults.ts';

export interface RunOptions {
  /** Folder that gets the run's folder. Default `runs`. */
  output?: string;
  /** Folder of an interrupted run to go on with; the config must be that run's. */
  resume?: string;
  /** What the config is a variant of, for the report. */
  parent?: ExperimentConfig;
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
 * Runs `config`, or the config file at that path, whose parent is what it extends.
 *
 * @throws FileError, ArgumentError for whatever in the config, the data set or the disk stands in the way
 */
export async function runExperiment(
  config: ExperimentConfig | string,
  { output = 'runs', resume, parent, observer = {}, signal }: RunOptions = {},
): Promise<RunResult> {
  const isFile = typeof config === 'string';
  const resolved = isFile ? await loadConfig(config) : config;
  const backend = await useExperimentBackend(resolved.backend, {
    math: resolved.math,
    threads: resolved.threads,
  });
  const open = async (): Promise<RunFolder> => {
    const folder = resume ? openRun(resume) : await createRun({ root: output, name: resolved.name });
    if (!resume) await folder.writeConfig(resolved, isFile ? await loadParent(config) : parent);
    const engine = backend === 'wasm' ? { math: mathInUse(), threads: threadsInUse() } : undefined;
    await folder.writeEnvironment(backend, engine);
    observer.onNote?.(
      `${resume ? 'Resuming' : 'Run folder'} ${folder.path}, back end ${backend}${engine ? ` (${describeEngine(engine)})` : ''}`,
    );
    return folder;
  };
  const { folder, results } =
    resolved.task === 'train'
      ? await runTraining({ config: resolved, open, observer, signal, resume })
      : await runFit({ config: resolved, open, observer, signal });
  if (!results) return { folder: folder.path, finished: false };
  await folder.writeResults(results);
  for (const table of results.tables) observer.onTable?.(table);
  await writeEventFile(folder);
  await writeReport(folder);
  return { folder: folder.path, finished: true, results };
}

interface RunContext<Config> {
  config: Config;
  /** The run's folder; not before everything that the config asks for is there, so that a run that cannot be leaves none behind. */
  open: () => Promise<RunFolder>;
  observer: RunObserver;
  signal?: AbortSignal;
}

/** Results are undefined where the signal ended the run. */
interface Outcome {
  folder: RunFolder;
  results?: Results;
}

async function runFit({ config, open, observer, signal }: RunContext<FitConfig>): Promise<Outcome> {
  const targets = await openTargets(config);
  await checkStart(config);
  const folder = await open();
  return { folder, results: await fitTargets({ config, targets, folder, observer, signal }) };
}

/** Trains and evaluates. */
async function runTraining({
  config,
  open,
  observer,
  signal,
  resume,
}: RunContext<TrainConfig> & { resume?: string }): Promise<Outcome> {
  const dataset = await openConfiguredDataset(config);
  let model: MeshPredictor | undefined;
  try {
    checkTrainConfig(config, dataset);
    model = await startModel(config, dataset, resume);
    const folder = await open();
    const note = resizingNote(config, dataset);
    if (note) observer.onNote?.(note);
    const { badSamples } = dataset;
    badSamples.listen((bad) => folder.badSamples.append(bad), folder.badSamples.read());
    if (!(await folder.readInput())) await folder.writeInput(describeInput(config, dataset));
    const finished = await train({ config, dataset, model, folder, observer, signal });
    let results: Results | undefined;
    if (finished) {
      await readWeights(await evaluatedCheckpoint(folder, config), model);
      observer.onNote?.(`Evaluating on the ${config.evaluation.split} objects`);
      results = trainResults(config, dataset, model);
      await writeTrainPictures(config, dataset, model, folder, results.objects);
    }
    if (badSamples.count > 0) {
      observer.onNote?.(
        `${badSamples.count} bad files were skipped; ${folder.badSamples.path} says which, and why`,
      );
    }
    return { folder, results };
  } finally {
    model?.dispose();
    await dataset.close();
  }
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
