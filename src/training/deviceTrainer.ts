// The training step where loops do not reach tensors, on the webgpu back end: everything happens on the device, and losses are read
// once it is done.

import * as tf from '@tensorflow/tfjs';
import type { DatasetObject } from '../datasets/sample.ts';
import type { MeshPredictor } from '../models/index.ts';
import { DeviceAdam } from '../tensor/deviceAdam.ts';
import type { Random } from '../tensor/random.ts';
import { makeBatch } from './batch.ts';
import { expectFiniteLosses, remedy } from './divergence.ts';
import { ExampleOrder } from './exampleOrder.ts';
import { Objective } from './objective.ts';
import { learningRateAt } from './schedule.ts';
import type { StepReport, TrainerOptions } from './trainer.ts';

/** Neither accumulates batches nor learns cameras. */
export type DeviceTrainerOptions = Omit<TrainerOptions, 'accumulate' | 'poseLearningRate'>;

/** As `Trainer`, with an optimiser that stays on the device. */
export class DeviceTrainer {
  readonly optimizer: DeviceAdam;
  private readonly model: MeshPredictor;
  private readonly options: DeviceTrainerOptions;
  private readonly examples: ExampleOrder;
  private readonly objective: Objective;

  /** @param random decides order, views, mirroring and points; the model's start values are the model's own */
  constructor(model: MeshPredictor, objects: DatasetObject[], options: DeviceTrainerOptions, random: Random) {
    this.model = model;
    this.options = options;
    const clipNorm = options.clipNorm > 0 ? options.clipNorm : undefined;
    this.optimizer = new DeviceAdam(model.parameters.list(), { clipNorm });
    this.examples = new ExampleOrder(objects, options, random);
    this.objective = new Objective(options.objective);
  }

  /**
   * Does step `step`, counted from 1. Its numbers may differ between two runs by rounding, as sums over points and texels are in the order
   * in which threads come.
   *
   * @throws ArgumentError where the losses are not finite; the weights have moved by then
   */
  async step(step: number): Promise<Pick<StepReport, 'losses' | 'emptyViews'>> {
    const named = this.enqueue(step);
    const numbers = await Promise.all(
      Object.entries(named).map(async ([name, term]) => [name, (await term.data())[0]] as const),
    );
    tf.dispose(named);
    const { emptyViews, ...losses } = Object.fromEntries(numbers);
    expectFiniteLosses(losses, `step ${step}`, remedy);
    return { losses, emptyViews };
  }

  /**
   * Puts a step on its way and waits for nothing.
   *
   * @returns the losses by name, their `total`, and `emptyViews` as in `StepReport`; the caller's
   */
  enqueue(step: number): Record<string, tf.Scalar> {
    return tf.tidy(() => this.#work(step) as tf.TensorContainerObject) as Record<string, tf.Scalar>;
  }

  #work(step: number): Record<string, tf.Tensor> {
    const { samples } = this.examples.step(step);
    const batch = makeBatch(samples);
    const parameters = this.model.parameters.list();
    const results: Record<string, tf.Tensor> = {};
    const { grads } = tf.variableGrads(
      () => {
        const prediction = this.model.predict(batch.pictures);
        const { terms, total, silhouette } = this.objective.evaluate(prediction, batch, parameters);
        Object.assign(results, terms, { total });
        if (silhouette)
          results.emptyViews = tf
            .less(silhouette.max([1, 2]), 0.5)
            .toFloat()
            .mean();
        // They outlive the tape, which frees what it made.
        for (const term of Object.values(results)) tf.keep(term);
        return total;
      },
      parameters.map(({ variable }) => variable),
    );
    const gradients = Object.fromEntries(
      parameters.map(({ name, variable }) => [name, grads[variable.name]]),
    );
    this.optimizer.step(gradients, learningRateAt(step, this.options));
    return results;
  }
}
