// A training at work, from one checkpoint to the next: all that has to go into a checkpoint is here, and everything that changes it.

import type { TrainConfig } from '../config/schema/index.ts';
import { validationMetric } from '../config/validationMetric.ts';
import type { Dataset } from '../datasets/sample.ts';
import { losses as allLosses } from '../losses/index.ts';
import type { MeshPredictor } from '../models/index.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { Random } from '../tensor/random.ts';
import {
  bestCheckpoint,
  type CheckpointParts,
  checkpointFile,
  checkpointSteps,
  latestCheckpoint,
  pruneCheckpoints,
  readCheckpoint,
  removeCheckpointsAfter,
  writeCheckpoint,
} from '../training/checkpoint.ts';
import type { DivergenceError } from '../training/divergence.ts';
import { type StepReport, Trainer } from '../training/trainer.ts';
import {
  afterLoss,
  afterValidation,
  lossLimit,
  startState,
  type TrainingState,
} from '../training/trainingState.ts';
import { WeightAverage } from '../training/weightAverage.ts';
import { stopAt, writeDivergedStep } from './divergedStep.ts';
import { evaluateModel } from './evaluation.ts';
import { chooseObjects } from './objects.ts';
import type { Scores } from './scoring.ts';
import { validationViews } from './trainResults.ts';

/** Steps between looks at the gradient of each loss term. One costs less than a step. */
const termGradientsEvery = 100;

/** What the learning rate is multiplied by when a run goes back to a checkpoint. */
const setbackFactor = 0.5;

export interface TrainingParts {
  config: TrainConfig;
  dataset: Dataset;
  model: MeshPredictor;
  folder: RunFolder;
}

/** Whether any 2D loss is on. */
export const comparesPictures = (config: Pick<TrainConfig, 'losses'>) =>
  allLosses.some(({ name, kind }) => kind === '2d' && config.losses[name].weight > 0);

/** What becomes of the data set's objects before the network is shown them. */
export function exampleOptions(config: TrainConfig, { badSamples }: Dataset) {
  const { training, supervision, renderer } = config;
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

/** The trainer of a config, at its start. */
export function makeTrainer({ config, dataset, model }: Omit<TrainingParts, 'folder'>): Trainer {
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

export class TrainingRun {
  readonly trainer: Trainer;
  readonly #parts: TrainingParts;
  readonly #average?: WeightAverage;
  #state: TrainingState = startState;

  private constructor(parts: TrainingParts) {
    this.#parts = parts;
    this.trainer = makeTrainer(parts);
    const { ema } = parts.config.training;
    if (ema > 0) this.#average = new WeightAverage(parts.model.parameters.list(), ema);
  }

  /** At the folder's last checkpoint, or at the start where it has none; the folder forgets what came after. */
  static async open(parts: TrainingParts): Promise<TrainingRun> {
    const run = new TrainingRun(parts);
    const { folder, config } = parts;
    const { steps, onDivergence } = config.training;
    await folder.removeUnfinished();
    await run.#prune();
    const checkpoint = await latestCheckpoint(run.#checkpoints);
    if (checkpoint) run.#state = await readCheckpoint(checkpoint, run.#saved);
    // A damaged line is named before anything is changed, not when the report is made.
    folder.metrics.read();
    folder.metrics.truncate(run.#state.metricsBytes);
    await folder.timings.truncateAfterStep(run.#state.step);
    // A run of no steps has its start weights for a result; one that may go back needs a place to go back to.
    if (!checkpoint && (steps === 0 || onDivergence === 'rewind')) await run.save();
    return run;
  }

  /** The last step that was done, or left out. */
  get lastStep(): number {
    return this.#state.step;
  }

  /** Whether there is nothing more to do: all steps are done, or validations have not got better for too long. */
  get isOver(): boolean {
    const { steps, earlyStop } = this.#parts.config.training;
    return (
      this.#state.step >= steps || (earlyStop.patience > 0 && this.#state.sinceBest >= earlyStop.patience)
    );
  }

  /**
   * Does the next step.
   *
   * @throws DivergenceError, before anything has changed; `recover` says how to go on
   */
  step(): StepReport {
    const { config, folder } = this.#parts;
    const { divergenceFactor } = config.training;
    const step = this.#state.step + 1;
    const report = this.trainer.step(step, {
      withTermGradients: step === 1 || step % termGradientsEvery === 0,
      rateFactor: this.#state.rateFactor,
      lossLimit: lossLimit(this.#state, divergenceFactor),
    });
    this.#average?.update(this.trainer.optimizer.steps);
    const { losses, learningRate, gradientNorm, termGradients } = report;
    this.#state = { ...this.#state, step };
    if (divergenceFactor > 0) this.#state = afterLoss(this.#state, losses.total);
    folder.metrics.append({ step, kind: 'train', losses, learningRate, gradientNorm });
    if (termGradients) folder.metrics.append({ step, kind: 'gradients', norms: termGradients });
    return report;
  }

  /** Scores on the validation objects. Where they are the best, the weights are kept. */
  async validate(): Promise<Scores> {
    const { config, dataset, model, folder } = this.#parts;
    const evaluate = () => {
      const objects = chooseObjects(dataset, config, 'validation');
      return evaluateModel(model, objects, dataset, { ...config.evaluation, views: validationViews }).overall;
    };
    const values = this.#average ? this.#average.lend(evaluate) : evaluate();
    const { value, better } = validationMetric(config, values);
    const { step, best } = this.#state;
    folder.metrics.append({ step, kind: 'validation', values });
    this.#state = afterValidation(this.#state, value, { better, schedule: config.training.schedule });
    if (this.#state.best !== best) await this.#write(bestCheckpoint(this.#checkpoints));
    return values;
  }

  /** Writes a checkpoint, from which a run goes on. */
  async save(): Promise<void> {
    await this.#write(checkpointFile(this.#checkpoints, this.#state.step));
    await this.#prune();
  }

  /** Whether the config asks for a checkpoint at this step. */
  isCheckpoint(step: number): boolean {
    const { steps, checkpointEvery } = this.#parts.config.training;
    return step === 0 || step === steps || (checkpointEvery > 0 && step % checkpointEvery === 0);
  }

  async #prune(): Promise<void> {
    const { keepCheckpoints } = this.#parts.config.training;
    await pruneCheckpoints(this.#checkpoints, keepCheckpoints, (step) => this.isCheckpoint(step));
  }

  /**
   * Saves a step that diverged to the run's folder, and goes on as the config says: after it, or from a checkpoint before it.
   *
   * @returns what became of it, in a sentence
   * @throws ArgumentError where the config says to stop, or it has happened too often
   */
  async recover(error: DivergenceError): Promise<string> {
    const { config, folder } = this.#parts;
    const { onDivergence, divergenceLimit } = config.training;
    const { step: at } = error.findings;
    const saved = await writeDivergedStep(folder, error, (file) => this.#write(file));
    const divergences = this.#state.divergences + 1;
    if (onDivergence === 'stop') throw stopAt(error, saved);
    if (divergences > divergenceLimit) {
      throw stopAt(
        error,
        saved,
        `it is time ${divergences}, and training.divergenceLimit is ${divergenceLimit}`,
      );
    }
    if (onDivergence === 'skip') this.#state = { ...this.#state, step: at, divergences };
    else await this.#goBack(divergences);
    const { step, rateFactor } = this.#state;
    const { reason } = error;
    folder.metrics.append({ step, kind: 'diverged', at, reason, action: onDivergence, rateFactor });
    if (onDivergence === 'skip') return `step ${at} diverged (${reason}) and is left out; see ${saved}`;
    // Else a run that is killed now would know nothing of its lower learning rate.
    await this.save();
    return `step ${at} diverged (${reason}): on after step ${step} with ${rateFactor} times the learning rate; see ${saved}`;
  }

  /**
   * To the last checkpoint that the config asks for, or to the one before it where the run went back to the last one already: the step
   * there has the same weights and the same data, whatever the learning rate. The best weights are still the best.
   *
   * Interrupted at any point, a run does all of this again from the checkpoint that is the last one then.
   */
  async #goBack(divergences: number): Promise<void> {
    const { folder } = this.#parts;
    const { best, rateFactor } = this.#state;
    const all = await checkpointSteps(this.#checkpoints);
    const [last, ...earlier] = all.filter((step) => this.isCheckpoint(step)).reverse();
    const read = (step: number) => readCheckpoint(checkpointFile(this.#checkpoints, step), this.#saved);
    let state = await read(last);
    if (state.wentBackTo === last && earlier.length > 0) state = await read(earlier[0]);
    await removeCheckpointsAfter(this.#checkpoints, state.step);
    folder.metrics.truncate(state.metricsBytes);
    await folder.timings.truncateAfterStep(state.step);
    this.#state = {
      ...state,
      best,
      divergences,
      rateFactor: setbackFactor * rateFactor,
      wentBackTo: state.step,
    };
  }

  async #write(file: string): Promise<void> {
    this.#state = { ...this.#state, metricsBytes: this.#parts.folder.metrics.sync() };
    await writeCheckpoint(file, { ...this.#saved, state: this.#state });
  }

  get #saved(): CheckpointParts {
    const { optimizer, poses } = this.trainer;
    return { model: this.#parts.model, optimizer, poses, average: this.#average };
  }

  get #checkpoints(): string {
    return this.#parts.folder.file('checkpoints');
  }
}
