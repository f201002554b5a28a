// The training step: samples → batch → prediction → objective → gradients → optimiser.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { DatasetObject } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { Adam, type NamedVariable } from '../tensor/adam.ts';
import type { Random } from '../tensor/random.ts';
import { makeBatch } from './batch.ts';
import { expectFiniteLosses } from './divergence.ts';
import { type ExampleOptions, ExampleOrder } from './exampleOrder.ts';
import { Objective, type ObjectiveOptions } from './objective.ts';
import { PoseRefinement } from './poseRefinement.ts';
import { learningRateAt, type ScheduleOptions } from './schedule.ts';

export interface TrainerOptions extends ScheduleOptions, ExampleOptions {
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
  /** Time that it took to read, augment and assemble the batch. */
  dataMilliseconds: number;
}

export class Trainer {
  readonly optimizer: Adam;
  /** The supervising cameras, where they are learnt. */
  readonly poses: PoseRefinement | undefined;
  private readonly model: MeshPredictor;
  private readonly options: TrainerOptions;
  private readonly examples: ExampleOrder;
  private readonly objective: Objective;
  private readonly nameOfVariable: Map<string, string>;

  /** @param random decides order, views, mirroring and points; the model's start values are the model's own */
  constructor(model: MeshPredictor, objects: DatasetObject[], options: TrainerOptions, random: Random) {
    this.model = model;
    this.options = options;
    this.examples = new ExampleOrder(objects, options, random);
    this.poses = makePoses(options, this.examples.supervision.pictureCount);
    const parameters = this.trained;
    this.optimizer = new Adam(parameters, { clipNorm: options.clipNorm > 0 ? options.clipNorm : undefined });
    this.nameOfVariable = new Map(parameters.map(({ name, variable }) => [variable.name, name]));
    this.objective = new Objective({ ...options.objective, poses: this.poses });
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
   * @throws ArgumentError, before weights change, where the losses are not finite; RastergradError where a gradient is not
   */
  step(step: number): StepReport {
    const began = performance.now();
    const { samples, random } = this.examples.step(step);
    return scoped(() => {
      const batch = makeBatch(samples, this.options.targetPoints, random);
      const dataMilliseconds = performance.now() - began;
      let report: StepReport = { losses: {}, dataMilliseconds };
      const parameters = this.model.parameters.list();
      const { grads } = tf.variableGrads(
        () => {
          const value = this.objective.evaluate(this.model.predict(batch.pictures), batch, parameters);
          const numbers = Object.entries({ ...value.terms, total: value.total });
          report = {
            losses: Object.fromEntries(numbers.map(([name, term]) => [name, term.dataSync()[0]])),
            emptyViews: value.silhouette && shareOfEmptyViews(value.silhouette),
            dataMilliseconds,
          };
          return value.total;
        },
        this.trained.map(({ variable }) => variable),
      );
      const remedy = 'a lower training.learningRate or a training.clipNorm may help';
      expectFiniteLosses(report.losses, `step ${step}`, remedy);
      const gradients = Object.fromEntries(
        Object.entries(grads).map(([variable, gradient]) => [this.nameOfVariable.get(variable)!, gradient]),
      );
      this.optimizer.step(gradients, learningRateAt(step, this.options));
      return report;
    });
  }

  /** Frees what it learns itself; the model is its maker's. */
  dispose(): void {
    this.poses?.dispose();
  }
}

function makePoses({ poseLearningRate = 0, learningRate }: TrainerOptions, pictureCount: number) {
  if (poseLearningRate === 0) return undefined;
  return new PoseRefinement(pictureCount, { poses: poseLearningRate, network: learningRate });
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
