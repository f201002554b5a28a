// Trains a network as a config says: from data set and start weights, or from the last checkpoint, to the last step. What happens
// goes to the run folder and to the observer; what comes of it is evaluated elsewhere.

import { setImmediate } from 'node:timers/promises';
import { wasmMemoryBytes } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { methods } from '../../renderer/index.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import type { Dataset } from '../datasets/sample.ts';
import { losses as allLosses, comparesSurface } from '../losses/index.ts';
import { type MeshPredictor, modelOf } from '../models/index.ts';
import { EventFile } from '../report/tensorboard/index.ts';
import type { StepTimes } from '../runs/results.ts';
import { Random } from '../tensor/random.ts';
import { DivergenceError } from '../training/divergence.ts';
import { ExampleOrder } from '../training/exampleOrder.ts';
import type { StepReport } from '../training/trainer.ts';
import { chooseObjects } from './objects.ts';
import type { RunObserver } from './observer.ts';
import { comparesPictures, exampleOptions, type TrainingParts, TrainingRun } from './trainingRun.ts';

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
  const { bestBy } = config.training;
  if ((bestBy === 'iouUnseen' || bestBy === 'colorUnseen') && hasCameras === false) {
    throw new ArgumentError(
      `training.bestBy is ${bestBy}, but the pictures of ${dataset.name} come without cameras (${id}): nothing is known of unseen views`,
    );
  }
  // Looks at how many views objects have.
  new ExampleOrder(
    chooseObjects(dataset, config, 'train'),
    exampleOptions(config, dataset),
    new Random(config.seed),
  );
}

/** The network of a config with fresh weights, for pictures that `camera` took. */
export function makeModel(config: TrainConfig, { camera }: Pick<Dataset, 'camera'>): MeshPredictor {
  const random = new Random(config.seed).split('weights');
  return modelOf(config.model).create(config.model, camera, random);
}

export interface TrainContext extends TrainingParts {
  observer: RunObserver;
  /** Ends the training after the step at work, with a checkpoint. */
  signal?: AbortSignal;
}

/**
 * Trains to the end, or to the signal. Goes on from the folder's last checkpoint where it has one.
 *
 * @returns whether it came to its end
 */
export async function train(context: TrainContext): Promise<boolean> {
  warnOfMissingGradient(context.config, context.observer);
  const run = await TrainingRun.open(context);
  try {
    return await takeSteps(context, run);
  } finally {
    run.trainer.dispose();
  }
}

async function takeSteps(context: TrainContext, run: TrainingRun): Promise<boolean> {
  const { config, folder, observer, signal } = context;
  const { steps, validateEvery } = config.training;
  const { trainer } = run;
  const events = new EventFile(folder);

  const secondsBefore = folder.timings.read().at(-1)?.seconds ?? 0;
  const began = performance.now();
  const secondsSoFar = () => secondsBefore + (performance.now() - began) / 1000;
  const isDue = (step: number, every: number) => step === steps || (every > 0 && step % every === 0);

  let [stepsDone, emptySteps] = [0, 0];
  if (!run.isOver) await trainer.prefetch(run.lastStep + 1);
  const clock = new StepClock();
  while (!run.isOver) {
    clock.begin();
    const step = run.lastStep + 1;
    const ahead = step < steps ? trainer.prefetch(step + 1) : undefined;
    const report = await stepOrRecover(run, observer);
    clock.end(report);
    stepsDone++;
    const stepsPerSecond = (1000 * stepsDone) / (performance.now() - began);
    if (report) {
      const { losses, emptyViews = 0 } = report;
      const secondsLeft = (steps - step) / stepsPerSecond;
      observer.onStep?.({ step, steps, losses, stepsPerSecond, secondsLeft });
      emptySteps = emptyViews > 0 ? emptySteps + 1 : 0;
      if (emptySteps === emptyStepsToNote) observer.onNote?.(emptyViewsNote(step, emptyViews));
    }
    // What is due at a step that the run went back to was done there before.
    if (run.lastStep === step) {
      if (isDue(step, validateEvery)) {
        const began = performance.now();
        const values = await run.validate();
        clock.validated(performance.now() - began);
        observer.onValidation?.({ step, values });
      }
      if (isDue(step, timingEvery) || run.isOver) {
        const memoryMegabytes = Math.round(process.memoryUsage.rss() / 2 ** 20);
        const wasmMegabytes = wasmMemoryBytes() / 2 ** 20 || undefined;
        const time = Date.now() / 1000;
        const timing = {
          step,
          time,
          seconds: secondsSoFar(),
          stepsPerSecond,
          memoryMegabytes,
          wasmMegabytes,
        };
        folder.timings.append({ ...timing, ...clock.report() });
        events.update();
      }
      if (run.isCheckpoint(step) || run.isOver || signal?.aborted) await run.save();
    }
    if (signal?.aborted) return run.isOver;
    // Lets the signal handler, and whatever else waits, have its turn.
    await setImmediate();
    await clock.wait(ahead);
  }
  if (run.lastStep < steps) {
    observer.onNote?.(
      `Stopped early after step ${run.lastStep}: validation has not got better (training.earlyStop)`,
    );
  }
  return true;
}

/** The report of the next step; undefined where it diverged and the run goes on nevertheless. */
async function stepOrRecover(run: TrainingRun, observer: RunObserver): Promise<StepReport | undefined> {
  try {
    return run.step();
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    const note = await run.recover(error);
    observer.onNote?.(note);
    return undefined;
  }
}

const emptyViewsNote = (step: number, share: number) =>
  `step ${step}: in each of the last ${emptyStepsToNote} steps the rendered mesh covered no pixel of some views, ` +
  `of ${Math.round(100 * share)} % of them in this one. ` +
  'Where nothing is covered there is no colour gradient, and a silhouette gradient only within the method’s reach.';

/** Parts of a step that are timed by themselves. */
const stepParts = ['data', 'forward', 'backward', 'optimizer'] as const;

/** What a step takes, and its parts; and validations between. */
class StepClock {
  #steps = 0;
  #began = 0;
  #working = 0;
  #validating = 0;
  readonly #parts = new Map<(typeof stepParts)[number], number>();

  begin(): void {
    this.#began = performance.now();
  }

  end(report?: StepReport): void {
    this.#steps++;
    this.#working += performance.now() - this.#began;
    for (const part of stepParts) this.#add(part, report?.[`${part}Milliseconds`] ?? 0);
  }

  validated(milliseconds: number): void {
    this.#validating += milliseconds;
  }

  /** Counts the time until data are there to the last step. */
  async wait(data: Promise<void> | undefined): Promise<void> {
    const began = performance.now();
    await data;
    const waited = performance.now() - began;
    this.#working += waited;
    this.#add('data', waited);
  }

  /** Means of a step since the last report, and the sum of validations. */
  report(): StepTimes {
    const mean = (sum: number) => sum / this.#steps;
    const part = (name: (typeof stepParts)[number]) => mean(this.#parts.get(name) ?? 0);
    const times = {
      stepMilliseconds: mean(this.#working),
      waitMilliseconds: part('data'),
      forwardMilliseconds: part('forward'),
      backwardMilliseconds: part('backward'),
      optimizerMilliseconds: part('optimizer'),
      ...(this.#validating > 0 && { validationSeconds: this.#validating / 1000 }),
    };
    this.#steps = this.#working = this.#validating = 0;
    this.#parts.clear();
    return times;
  }

  #add(part: (typeof stepParts)[number], milliseconds: number): void {
    this.#parts.set(part, (this.#parts.get(part) ?? 0) + milliseconds);
  }
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
