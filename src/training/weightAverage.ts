// A running mean of a network's weights over the steps, which is often better on unseen objects than the last weights are.

import * as tf from '@tensorflow/tfjs';
import { hostOp } from '../../renderer/backend/index.ts';
import type { NamedVariable } from '../tensor/adam.ts';

/**
 * Exponential moving average (Polyak and Juditsky 1992; as in TensorFlow's `ExponentialMovingAverage` with `num_updates`): after the t-th
 * update a ← d·a + (1 − d)·w with d = min(decay, (1 + t) / (10 + t)), so that start weights are soon forgotten. Kept in float32.
 */
export class WeightAverage {
  readonly #parameters: readonly NamedVariable[];
  readonly #decay: number;
  #averages: Float32Array[];

  /** @param decay in (0, 1) */
  constructor(parameters: readonly NamedVariable[], decay: number) {
    this.#parameters = parameters;
    this.#decay = decay;
    this.#averages = parameters.map(({ variable }) => copyOf(variable));
  }

  /** Takes the weights as they are into the average; `updates` counts this time, too. */
  update(updates: number): void {
    const decay = Math.min(this.#decay, (1 + updates) / (10 + updates));
    hostOp(
      this.#parameters.map(({ variable }) => variable),
      [],
      (weights) => {
        for (const [i, average] of this.#averages.entries()) {
          const values = weights[i];
          for (let k = 0; k < average.length; k++) {
            average[k] = decay * average[k] + (1 - decay) * values[k];
          }
        }
      },
    );
  }

  /** What `work` returns, during which the variables have the averages for values; then they are again what they were. */
  lend<Result>(work: () => Result): Result {
    const weights = this.#parameters.map(({ variable }) => copyOf(variable));
    this.#assign(this.#averages);
    try {
      return work();
    } finally {
      this.#assign(weights);
    }
  }

  /** The averages, in the order of the parameters; not copies. */
  list(): { name: string; shape: number[]; data: Float32Array }[] {
    return this.#parameters.map(({ name, variable: { shape } }, i) => ({
      name,
      shape,
      data: this.#averages[i],
    }));
  }

  /** Goes on from averages, in the order of the parameters and of their sizes. */
  restore(averages: Float32Array[]): void {
    this.#averages = averages;
  }

  #assign(values: Float32Array[]): void {
    tf.tidy(() => {
      for (const [i, { variable }] of this.#parameters.entries()) {
        variable.assign(tf.tensor(values[i].slice(), variable.shape));
      }
    });
  }
}

const copyOf = (variable: tf.Variable): Float32Array => (variable.dataSync() as Float32Array).slice();
