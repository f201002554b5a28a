// The training step: samples → batch → prediction → objective → gradients → optimiser.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { DatasetObject } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { Adam } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { makeBatch } from './batch.ts';
import { expectFiniteLosses } from './divergence.ts';
import { type ExampleOptions, ExampleOrder } from './exampleOrder.ts';
import { Objective, type ObjectiveOptions } from './objective.ts';
import { learningRateAt, type ScheduleOptions } from './schedule.ts';
import { TermGradients } from './termGradients.ts';

export interface TrainerOptions extends ScheduleOptions, ExampleOptions {
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
  learningRate: number;
  /** Of the whole gradient, before it is clipped. */
  gradientNorm: number;
  /** As `TermGradients.norms` has them, with the weights before the step; undefined where they were not asked for. */
  termGradients?: Record<string, number>;
  /** Time that it took to read, augment and assemble the batch; for the prediction and its losses; for their gradient; for Adam. */
  dataMilliseconds: number;
  forwardMilliseconds: number;
  backwardMilliseconds: number;
  optimizerMilliseconds: number;
}

export class Trainer {
  readonly optimizer: Adam;
  private readonly model: MeshPredictor;
  private readonly options: TrainerOptions;
  private readonly examples: ExampleOrder;
  private readonly objective: Objective;
  private readonly termGradients: TermGradients;
  private readonly nameOfVariable: Map<string, string>;

  /** @param random decides order, views, mirroring and points; the model's start values are the model's own */
  constructor(model: MeshPredictor, objects: DatasetObject[], options: TrainerOptions, random: Random) {
    this.model = model;
    this.options = options;
    const parameters = model.parameters.list();
    this.optimizer = new Adam(parameters, { clipNorm: options.clipNorm > 0 ? options.clipNorm : undefined });
    this.nameOfVariable = new Map(parameters.map(({ name, variable }) => [variable.name, name]));
    this.examples = new ExampleOrder(objects, options, random);
    this.objective = new Objective(options.objective);
    this.termGradients = new TermGradients(options.objective);
  }

  /** Reads ahead the files of step `step`, counted from 1. */
  async prefetch(step: number): Promise<void> {
    await this.examples.prefetch(step);
  }

  /**
   * Does step `step`, counted from 1. The same step on the same weights and optimiser state gives the same result.
   *
   * @throws ArgumentError, before weights change, where the losses are not finite; RastergradError where a gradient is not
   */
  step(step: number, { withTermGradients = false } = {}): StepReport {
    const lap = stopwatch();
    const { samples, random } = this.examples.step(step);
    return scoped(() => {
      const batch = makeBatch(samples, this.options.targetPoints, random);
      const dataMilliseconds = lap();
      const termGradients = withTermGradients
        ? scoped(() => this.termGradients.norms(this.model.predict(batch.pictures), batch))
        : undefined;
      lap();
      let losses: StepReport['losses'] = {};
      let emptyViews: number | undefined;
      let forwardMilliseconds = 0;
      const parameters = this.model.parameters.list();
      const { grads } = tf.variableGrads(
        () => {
          const value = this.objective.evaluate(this.model.predict(batch.pictures), batch, parameters);
          const numbers = Object.entries({ ...value.terms, total: value.total });
          losses = Object.fromEntries(numbers.map(([name, term]) => [name, term.dataSync()[0]]));
          emptyViews = value.silhouette && shareOfEmptyViews(value.silhouette);
          forwardMilliseconds = lap();
          return value.total;
        },
        parameters.map(({ variable }) => variable),
      );
      const remedy = 'a lower training.learningRate or a training.clipNorm may help';
      expectFiniteLosses(losses, `step ${step}`, remedy);
      const gradients = Object.fromEntries(
        Object.entries(grads).map(([variable, gradient]) => [this.nameOfVariable.get(variable)!, gradient]),
      );
      const backwardMilliseconds = lap();
      const learningRate = learningRateAt(step, this.options);
      const gradientNorm = this.optimizer.step(gradients, learningRate);
      return {
        losses,
        emptyViews,
        learningRate,
        gradientNorm,
        termGradients,
        dataMilliseconds,
        forwardMilliseconds,
        backwardMilliseconds,
        optimizerMilliseconds: lap(),
      };
    });
  }
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
