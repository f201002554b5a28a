// The training step: samples → batches → predictions → objective → gradients → optimiser.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { DatasetObject, Sample } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { Adam, GradientError, type NamedVariable } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { makeBatch } from './batch.ts';
import { DivergenceError, divergenceOf, type StepFindings } from './divergence.ts';
import { type ExampleOptions, ExampleOrder } from './exampleOrder.ts';
import { Objective, type ObjectiveOptions } from './objective.ts';
import { learningRateAt, type ScheduleOptions } from './schedule.ts';

export interface TrainerOptions extends ScheduleOptions, ExampleOptions {
  /** Examples of a batch. */
  batchSize: number;
  /** Batches a step, whose losses are averaged: as one batch so many times as large, in the memory of one. Default 1. */
  accumulate?: number;
  /** Surface points of a sample that a step compares with. */
  targetPoints: number;
  /** Largest norm of the gradient; 0 = no limit. */
  clipNorm: number;
  objective: ObjectiveOptions;
}

export interface StepReport {
  /** Weighted loss terms by name, and their sum `total`. */
  losses: Record<string, number>;
  /** Share of the supervising views in which the prediction covers no pixel; undefined where nothing was rendered. */
  emptyViews?: number;
  /** Time that it took to read, augment and assemble the batches. */
  dataMilliseconds: number;
}

/** Gradients by parameter name, and what the batches of a step came to. */
interface StepWork extends StepReport {
  gradients: Record<string, tf.Tensor>;
  examples: StepFindings['examples'];
}

export class Trainer {
  readonly optimizer: Adam;
  private readonly model: MeshPredictor;
  private readonly options: TrainerOptions;
  private readonly examples: ExampleOrder;
  private readonly objective: Objective;

  /** @param random decides order, views, mirroring and points; the model's start values are the model's own */
  constructor(model: MeshPredictor, objects: DatasetObject[], options: TrainerOptions, random: Random) {
    this.model = model;
    this.options = options;
    const { batchSize, accumulate = 1, clipNorm } = options;
    this.optimizer = new Adam(model.parameters.list(), { clipNorm: clipNorm > 0 ? clipNorm : undefined });
    this.examples = new ExampleOrder(objects, { ...options, batchSize: batchSize * accumulate }, random);
    this.objective = new Objective(options.objective);
  }

  /** Reads ahead the files of step `step`, counted from 1. */
  async prefetch(step: number): Promise<void> {
    await this.examples.prefetch(step);
  }

  /**
   * Does step `step`, counted from 1. The same step on the same weights and optimiser state gives the same result.
   *
   * @param rateFactor multiplies the schedule's learning rate
   * @param lossLimit largest total loss that does not count as diverging
   * @throws DivergenceError, before anything has changed, where the losses are beyond the limit, or they or a gradient are not finite
   */
  step(step: number, { rateFactor = 1, lossLimit = Number.POSITIVE_INFINITY } = {}): StepReport {
    return scoped(() => {
      const { gradients, examples, ...report } = this.work(step);
      const { losses } = report;
      const diverged = (reason: string) =>
        new DivergenceError(reason, { step, losses, examples, gradientNorms: normsOf(gradients) });
      const reason = divergenceOf(losses, lossLimit);
      if (reason) throw diverged(reason);
      try {
        this.optimizer.step(gradients, rateFactor * learningRateAt(step, this.options));
      } catch (error) {
        throw error instanceof GradientError ? diverged(error.message) : error;
      }
      return report;
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
  private work(step: number): StepWork {
    const began = performance.now();
    const { samples, shown, random } = this.examples.step(step);
    const { batchSize, accumulate = 1 } = this.options;
    let work = this.batchWork(samples.slice(0, batchSize), random, began);
    for (let batch = 1; batch < accumulate; batch++) {
      const part = samples.slice(batch * batchSize, (batch + 1) * batchSize);
      work = sumOf(work, this.batchWork(part, random, performance.now()));
    }
    return { ...work, examples: shown };
  }

  /** Losses and gradients of a batch, divided by the number of batches a step. */
  private batchWork(samples: Sample[], random: Random, began: number): Omit<StepWork, 'examples'> {
    const { targetPoints, accumulate = 1 } = this.options;
    const parameters = this.model.parameters.list();
    let report: StepReport;
    const gradients = tf.tidy(() => {
      const batch = makeBatch(samples, targetPoints, random);
      const dataMilliseconds = performance.now() - began;
      const { grads } = tf.variableGrads(
        () => {
          const value = this.objective.evaluate(this.model.predict(batch.pictures), batch, parameters);
          const numbers = Object.entries({ ...value.terms, total: value.total });
          report = {
            losses: Object.fromEntries(
              numbers.map(([name, term]) => [name, term.dataSync()[0] / accumulate]),
            ),
            emptyViews: value.silhouette && shareOfEmptyViews(value.silhouette) / accumulate,
            dataMilliseconds,
          };
          return accumulate > 1 ? value.total.div<tf.Scalar>(accumulate) : value.total;
        },
        parameters.map(({ variable }) => variable),
      );
      return gradientsByName(grads, parameters);
    });
    return { ...report!, gradients };
  }
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
function sumOf(a: Omit<StepWork, 'examples'>, b: Omit<StepWork, 'examples'>): Omit<StepWork, 'examples'> {
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
