// Trains a network as a config says: from data set and start weights, or from the last checkpoint, to the last step. What happens
// goes to the run folder and to the observer; what comes of it is evaluated elsewhere.

import { setImmediate } from 'node:timers/promises';
import { wasmMemoryBytes } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { methods } from '../../renderer/index.ts';
import type { Dataset } from '../datasets/sample.ts';
import { losses as allLosses, comparesSurface } from '../losses/index.ts';
import { type MeshPredictor, modelOf } from '../models/index.ts';
import { Random } from '../tensor/random.ts';
import {
  latestCheckpoint,
  pruneCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from '../training/checkpoint.ts';
import { ExampleOrder } from '../training/exampleOrder.ts';
import { Trainer } from '../training/trainer.ts';
import { evaluateModel } from './evaluation.ts';
import { chooseObjects } from './objects.ts';
import type { RunObserver } from './observer.ts';
import type { RunFolder } from './runFolder.ts';
import type { TrainConfig } from './schema/index.ts';

/** Steps between lines of timings.jsonl. */
const timingEvery = 50;

/** Steps after another in which coverage is missing, before the run says so. */
const emptyStepsToNote = 20;

/** @throws ArgumentError where the config asks for what the data set does not have */
export function checkTrainConfig(config: TrainConfig, dataset: Dataset): void {
  for (const split of ['train', 'validation', config.evaluation.split] as const) {
    chooseObjects(dataset, config, split);
  }
  const [{ id, views }] = chooseObjects(dataset, config, 'train');
  const hasCameras = dataset.badSamples.attempt(() => views[0].worldToCamera !== undefined);
  if (config.supervision.views > 1 && comparesPictures(config) && hasCameras === false) {
    throw new ArgumentError(
      `supervision.views is ${config.supervision.views}, but the pictures of ${dataset.name} come without cameras (${id}): ` +
        'only the input view can supervise',
    );
  }
  // Looks at how many views objects have.
  new ExampleOrder(
    chooseObjects(dataset, config, 'train'),
    exampleOptions(config, dataset),
    new Random(config.seed),
  );
}

/** What becomes of the data set's objects before the network is shown them. */
function exampleOptions(
  { training, supervision, renderer, ...config }: TrainConfig,
  { badSamples }: Dataset,
) {
  const compares = comparesPictures(config);
  return {
    batchSize: training.batchSize,
    mirror: training.mirror,
    views: compares ? supervision.views : 1,
    supervision,
    supervisionSize: compares ? renderer.imageSize : undefined,
    badSamples,
  };
}

/** Whether any 2D loss is on. */
const comparesPictures = (config: Pick<TrainConfig, 'losses'>) =>
  allLosses.some(({ name, kind }) => kind === '2d' && config.losses[name].weight > 0);

/** The network of a config with fresh weights, for pictures that `camera` took. */
export function makeModel(config: TrainConfig, { camera }: Pick<Dataset, 'camera'>): MeshPredictor {
  const random = new Random(config.seed).split('weights');
  return modelOf(config.model).create(config.model, camera, random);
}

export interface TrainContext {
  config: TrainConfig;
  dataset: Dataset;
  model: MeshPredictor;
  folder: RunFolder;
  observer: RunObserver;
  /** Ends the training after the step at work, with a checkpoint. */
  signal?: AbortSignal;
}

/**
 * Trains to the end, or to the signal. Goes on from the folder's last checkpoint where it has one.
 *
 * @returns the last step that was done
 */
export async function train(context: TrainContext): Promise<number> {
  const trainer = makeTrainer(context);
  try {
    return await takeSteps(context, trainer);
  } finally {
    trainer.dispose();
  }
}

async function takeSteps(context: TrainContext, trainer: Trainer): Promise<number> {
  const { config, dataset, model, folder, observer, signal } = context;
  const { steps, validateEvery, checkpointEvery, keepCheckpoints } = config.training;
  warnOfMissingGradient(config, observer);

  const start = await restore(context, trainer);
  await folder.metrics.truncateAfterStep(start);
  await folder.timings.truncateAfterStep(start);
  const secondsBefore = folder.timings.read().at(-1)?.seconds ?? 0;
  const began = performance.now();
  const secondsSoFar = () => secondsBefore + (performance.now() - began) / 1000;
  const save = async (step: number) => {
    const { optimizer, poses } = trainer;
    await writeCheckpoint(folder.file('checkpoints'), { step, model, optimizer, poses });
    await pruneCheckpoints(folder.file('checkpoints'), keepCheckpoints);
  };
  const isDue = (step: number, every: number) => step === steps || (every > 0 && step % every === 0);

  // A run of no steps has its start weights for a result.
  if (steps === 0) await save(0);
  let emptySteps = 0;
  if (start < steps) await trainer.prefetch(start + 1);
  const clock = new StepClock();
  for (let step = start + 1; step <= steps; step++) {
    clock.begin();
    const ahead = step < steps ? trainer.prefetch(step + 1) : undefined;
    const { losses, emptyViews, dataMilliseconds } = trainer.step(step);
    clock.end(dataMilliseconds);
    folder.metrics.append({ step, kind: 'train', losses });
    const stepsPerSecond = (1000 * (step - start)) / (performance.now() - began);
    observer.onStep?.({ step, steps, losses, stepsPerSecond, secondsLeft: (steps - step) / stepsPerSecond });

    emptySteps = emptyViews !== undefined && emptyViews > 0 ? emptySteps + 1 : 0;
    if (emptySteps === emptyStepsToNote) {
      observer.onNote?.(
        `step ${step}: in each of the last ${emptyStepsToNote} steps the rendered mesh covered no pixel of some views, ` +
          `of ${Math.round(100 * emptyViews!)} % of them in this one. ` +
          'Where nothing is covered there is no colour gradient, and a silhouette gradient only within the method’s reach.',
      );
    }
    if (isDue(step, validateEvery)) {
      const objects = chooseObjects(dataset, config, 'validation');
      const { overall } = await evaluateModel(model, objects, dataset, { ...config.evaluation, views: 1 });
      folder.metrics.append({ step, kind: 'validation', values: overall });
      observer.onValidation?.({ step, values: overall });
    }
    if (isDue(step, timingEvery)) {
      const memoryMegabytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
      const wasmMegabytes = wasmMemoryBytes() / 2 ** 20 || undefined;
      const timing = { step, seconds: secondsSoFar(), stepsPerSecond, memoryMegabytes, wasmMegabytes };
      folder.timings.append({ ...timing, ...clock.report() });
    }
    if (isDue(step, checkpointEvery) || signal?.aborted) await save(step);
    if (signal?.aborted) return step;
    // Lets the signal handler, and whatever else waits, have its turn.
    await setImmediate();
    await clock.wait(ahead);
  }
  return steps;
}

/** What a step takes, and how much of it is waiting for data. */
class StepClock {
  #steps = 0;
  #began = 0;
  #working = 0;
  #waiting = 0;

  begin(): void {
    this.#began = performance.now();
  }

  end(dataMilliseconds: number): void {
    this.#steps++;
    this.#working += performance.now() - this.#began;
    this.#waiting += dataMilliseconds;
  }

  /** Counts the time until data are there to the last step. */
  async wait(data: Promise<void> | undefined): Promise<void> {
    const began = performance.now();
    await data;
    const waited = performance.now() - began;
    this.#working += waited;
    this.#waiting += waited;
  }

  /** Means since the last report. */
  report(): { stepMilliseconds: number; waitMilliseconds: number } {
    const means = {
      stepMilliseconds: this.#working / this.#steps,
      waitMilliseconds: this.#waiting / this.#steps,
    };
    this.#steps = this.#working = this.#waiting = 0;
    return means;
  }
}

function makeTrainer({ config, dataset, model }: TrainContext): Trainer {
  const { training, supervision, losses, renderer, seed } = config;
  return new Trainer(
    model,
    chooseObjects(dataset, config, 'train'),
    {
      ...training,
      ...exampleOptions(config, dataset),
      poseLearningRate: comparesPictures(config) ? supervision.poseRefinement.learningRate : 0,
      objective: {
        losses,
        renderedLevels: supervision.levels,
        renderer,
        fovDegrees: dataset.camera.fovDegrees,
      },
    },
    new Random(seed).split('examples'),
  );
}

/** Loads the last checkpoint into model and optimiser; returns its step, 0 where there is none. */
async function restore({ config, folder, model }: TrainContext, trainer: Trainer): Promise<number> {
  await pruneCheckpoints(folder.file('checkpoints'), config.training.keepCheckpoints);
  const checkpoint = await latestCheckpoint(folder.file('checkpoints'));
  const { optimizer, poses } = trainer;
  return checkpoint ? readCheckpoint(checkpoint, { model, optimizer, poses }) : 0;
}

function warnOfMissingGradient({ losses, renderer }: TrainConfig, observer: RunObserver): void {
  const method = methods.get(renderer.method.type);
  const typesOf = (property: 'coverageGradient' | 'outlineInImage') =>
    methods
      .list()
      .filter((other) => other[property])
      .map(({ type }) => type)
      .join(', ');
  if (losses.silhouette.weight > 0 && !method.coverageGradient) {
    observer.onNote?.(
      `renderer.method "${method.type}" has no coverage gradient: silhouettes cannot move the mesh, and colours only move ` +
        `what is covered already. Methods with one: ${typesOf('coverageGradient')}.`,
    );
  }
  const comparesOutlines = allLosses.some(
    (loss) => losses[loss.name].weight > 0 && (loss.name === 'silhouette' || comparesSurface(loss)),
  );
  if (losses.color.weight > 0 && !comparesOutlines && !method.outlineInImage) {
    observer.onNote?.(
      `colours are all there is to learn from, but the pictures of renderer.method "${method.type}" have no gradient where outlines ` +
        `are: colours only move what is covered already. Methods with one: ${typesOf('outlineInImage')}; or give losses.silhouette a weight.`,
    );
  }
}
