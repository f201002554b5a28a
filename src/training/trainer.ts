// The training step: samples → batches → predictions → objective → gradients → optimiser.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { DatasetObject } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { Adam, GradientError, type NamedVariable } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { type Batch, makeBatches } from './batch.ts';
import { DivergenceError, divergenceOf, type StepFindings } from './divergence.ts';
import { type ExampleOptions, ExampleOrder } from './exampleOrder.ts';
import { Objective, type ObjectiveOptions } from './objective.ts';
import { PoseRefinement } from './poseRefinement.ts';
import { learningRateAt, type ScheduleOptions } from './schedule.ts';
import { TermGradients } from './termGradients.ts';

export interface TrainerOptions extends ScheduleOptions, ExampleOptions {
  /** Examples of a batch. */
  batchSize: number;
  /** Batches a step, whose losses are averaged: as one batch so many times as large, in the memory of one. Default 1. */
  accumulate?: number;
  /** Surface points of a sample that a step compares with. */
  targetPoints: number;
  /** Largest norm of the gradient; 0 = no limit. */
  clipNorm: number;
  objective: Omit<ObjectiveOptions, 'poses'>;
  /** Learning rate of the supervising cameras at its peak; 0, the default: they stay. */
  poseLearningRate?: number;
}

export interface StepReport {
  /** Weighted loss terms by name, and their sum `total`. */
  losses: Record<string, number>;
  /** Share of the supervising views in which the prediction covers no pixel; undefined where nothing was rendered. */
  emptyViews?: number;
  learningRate: number;
  /** Of the whole gradient, before it is clipped. */
  gradientNorm: number;
  /** As `TermGradients.norms` has them, of the first batch with the weights before the step; undefined where not asked for. */
  termGradients?: Record<string, number>;
  /** Time that it took to read, augment and assemble the batches; for the predictions and their losses; for their gradient; for Adam. */
  dataMilliseconds: number;
  forwardMilliseconds: number;
  backwardMilliseconds: number;
  optimizerMilliseconds: number;
}

/** Gradients by parameter name, and what a batch, or all batches of a step, came to. */
interface BatchWork
  extends Omit<StepReport, 'learningRate' | 'gradientNorm' | 'termGradients' | 'optimizerMilliseconds'> {
  gradients: Record<string, tf.Tensor>;
}

interface StepWork extends BatchWork {
  termGradients: StepReport['termGradients'];
  examples: StepFindings['examples'];
}

export class Trainer {
  readonly optimizer: Adam;
  /** The supervising cameras, where they are learnt. */
  readonly poses: PoseRefinement | undefined;
  private readonly model: MeshPredictor;
  private readonly options: TrainerOptions;
  private readonly examples: ExampleOrder;
  private readonly objective: Objective;
  private readonly termGradients: TermGradients;

  /** @param random decides order, views, mirroring and points; the model's start values are the model's own */
  constructor(model: MeshPredictor, objects: DatasetObject[], options: TrainerOptions, random: Random) {
    this.model = model;
    this.options = options;
    const { batchSize, accumulate = 1, clipNorm } = options;
    this.examples = new ExampleOrder(objects, { ...options, batchSize: batchSize * accumulate }, random);
    this.poses = makePoses(options, this.examples.supervision.pictureCount);
    this.optimizer = new Adam(this.trained, { clipNorm: clipNorm > 0 ? clipNorm : undefined });
    const objective = { ...options.objective, poses: this.poses };
    this.objective = new Objective(objective);
    this.termGradients = new TermGradients(objective);
  }

  /** What the optimiser moves: the network, and the cameras that are learnt with it. */
  private get trained(): NamedVariable[] {
    return [...this.model.parameters.list(), ...(this.poses?.variables ?? [])];
  }

  /** Reads ahead the files of step `step`, counted from 1. */
  async prefetch(step: number): Promise<void> {
    await this.examples.prefetch(step);
  }

  /**
   * Does step `step`, counted from 1. The same step on the same weights and optimiser state gives the same result.
   *
   * @param withTermGradients has the report say how hard each loss term pulls, at less than the cost of a step
   * @param rateFactor multiplies the schedule's learning rate
   * @param lossLimit largest total loss that does not count as diverging
   * @throws DivergenceError, before anything has changed, where the losses are beyond the limit, or they or a gradient are not finite
   */
  step(
    step: number,
    { rateFactor = 1, lossLimit = Number.POSITIVE_INFINITY, withTermGradients = false } = {},
  ): StepReport {
    return scoped(() => {
      const { gradients, examples, ...report } = this.work(step, withTermGradients);
      const { losses } = report;
      const diverged = (reason: string) =>
        new DivergenceError(reason, { step, losses, examples, gradientNorms: normsOf(gradients) });
      const reason = divergenceOf(losses, lossLimit);
      if (reason) throw diverged(reason);
      const lap = stopwatch();
      const learningRate = rateFactor * learningRateAt(step, this.options);
      try {
        const gradientNorm = this.optimizer.step(gradients, learningRate);
        return { ...report, learningRate, gradientNorm, optimizerMilliseconds: lap() };
      } catch (error) {
        throw error instanceof GradientError ? diverged(error.message) : error;
      }
    });
  }

  /** What step `step` would work on, with nothing moved. */
  examine(step: number): StepFindings {
    return scoped(() => {
      const { losses, examples, gradients } = this.work(step);
      return { step, losses, examples, gradientNorms: normsOf(gradients) };
    });
  }

  /** Losses and gradients of a step: means over its batches. To be called in a scope. */
  private work(step: number, withTermGradients = false): StepWork {
    const lap = stopwatch();
    const { samples, shown } = this.examples.step(step);
    const { batchSize, accumulate = 1 } = this.options;
    let work: BatchWork | undefined;
    let termGradients: StepReport['termGradients'];
    for (const [i, batchOf] of makeBatches(samples, batchSize).entries()) {
      const part = tf.tidy(() => {
        const batch = batchOf();
        const dataMilliseconds = lap();
        if (withTermGradients && i === 0) {
          const alone = { ...batch, surfaceWeight: 1 };
          termGradients = scoped(() => this.termGradients.norms(this.model.predict(batch.pictures), alone));
        }
        return { dataMilliseconds, ...this.batchWork(batch, accumulate) };
      });
      work = work ? sumOf(work, part) : part;
      lap();
    }
    return { ...work!, termGradients, examples: shown };
  }

  /** Losses and gradients of a batch, divided by the number of batches a step. */
  private batchWork(batch: Batch, accumulate: number): Omit<BatchWork, 'dataMilliseconds'> {
    const lap = stopwatch();
    const parameters = this.model.parameters.list();
    const { trained } = this;
    let losses: BatchWork['losses'] = {};
    let emptyViews: number | undefined;
    let forwardMilliseconds = 0;
    const { grads } = tf.variableGrads(
      () => {
        const value = this.objective.evaluate(this.model.predict(batch.pictures), batch, parameters);
        const numbers = Object.entries({ ...value.terms, total: value.total });
        losses = Object.fromEntries(numbers.map(([name, term]) => [name, term.dataSync()[0] / accumulate]));
        emptyViews = value.silhouette && shareOfEmptyViews(value.silhouette) / accumulate;
        forwardMilliseconds = lap();
        return accumulate > 1 ? value.total.div<tf.Scalar>(accumulate) : value.total;
      },
      trained.map(({ variable }) => variable),
    );
    const gradients = gradientsByName(grads, trained);
    return { gradients, losses, emptyViews, forwardMilliseconds, backwardMilliseconds: lap() };
  }

  /** Frees what it learns itself; the model is its maker's. */
  dispose(): void {
    this.optimizer.dispose();
    this.poses?.dispose();
  }
}

function makePoses({ poseLearningRate = 0, learningRate }: TrainerOptions, pictureCount: number) {
  if (poseLearningRate === 0) return undefined;
  return new PoseRefinement(pictureCount, { poses: poseLearningRate, network: learningRate });
}

/** Keyed by the names of parameters in place of those of tensors; parameters without a gradient are left out. */
function gradientsByName(
  grads: Record<string, tf.Tensor>,
  parameters: readonly NamedVariable[],
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    parameters.flatMap(({ name, variable }) => {
      const gradient = grads[variable.name];
      return gradient ? [[name, gradient]] : [];
    }),
  );
}

/** Adds numbers and gradients; those of `a` and `b` are disposed of. */
function sumOf(a: BatchWork, b: BatchWork): BatchWork {
  const gradients = Object.fromEntries(
    Object.entries(a.gradients).map(([name, gradient]) => [name, gradient.add(b.gradients[name])]),
  );
  tf.dispose([a.gradients, b.gradients]);
  return {
    gradients,
    losses: Object.fromEntries(
      Object.entries(a.losses).map(([name, value]) => [name, value + b.losses[name]]),
    ),
    emptyViews: a.emptyViews === undefined ? undefined : a.emptyViews + b.emptyViews!,
    dataMilliseconds: a.dataMilliseconds + b.dataMilliseconds,
    forwardMilliseconds: a.forwardMilliseconds + b.forwardMilliseconds,
    backwardMilliseconds: a.backwardMilliseconds + b.backwardMilliseconds,
  };
}

/** Euclidean norms, in double precision. */
function normsOf(gradients: Record<string, tf.Tensor>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => {
      let sum = 0;
      for (const value of gradient.dataSync()) sum += value * value;
      return [name, Math.sqrt(sum)];
    }),
  );
}

/** A function that says how many milliseconds have passed since it was called last. */
function stopwatch(): () => number {
  let began = performance.now();
  return () => {
    const before = began;
    began = performance.now();
    return began - before;
  };
}

function shareOfEmptyViews(silhouette: tf.Tensor3D): number {
  const [views, height, width] = silhouette.shape;
  const coverage = silhouette.dataSync();
  let empty = 0;
  for (let view = 0; view < views; view++) {
    const pixels = coverage.subarray(view * height * width, (view + 1) * height * width);
    if (!pixels.some((value) => value >= 0.5)) empty++;
  }
  return empty / views;
}
