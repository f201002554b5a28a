// A linear layer on the last axis.

import * as tf from '@tensorflow/tfjs';
import { glorotUniform, type Initializer, type Parameters, zeros } from './parameters.ts';

/** x·W + b over the last axis; the axes before it stay as they are. */
export class Dense {
  private readonly weights: tf.Variable<tf.Rank.R2>;
  private readonly bias: tf.Variable<tf.Rank.R1>;

  constructor(
    parameters: Parameters,
    name: string,
    inputs: number,
    outputs: number,
    initializer: Initializer = glorotUniform,
  ) {
    this.weights = parameters.create(
      `${name}.weights`,
      [inputs, outputs],
      initializer,
    ) as tf.Variable<tf.Rank.R2>;
    this.bias = parameters.create(`${name}.bias`, [outputs], zeros) as tf.Variable<tf.Rank.R1>;
  }

  /** [..., inputs] → [..., outputs]. */
  apply<T extends tf.Tensor>(features: T): T {
    const [inputs, outputs] = this.weights.shape;
    const rows = features.reshape([-1, inputs]) as tf.Tensor2D;
    return tf.fused
      .matMul({ a: rows, b: this.weights, bias: this.bias })
      .reshape([...features.shape.slice(0, -1), outputs]) as T;
  }
}
