// The Adam optimiser where loops do not reach tensors: moments stay on the device, and nothing is read back.

import * as tf from '@tensorflow/tfjs';
import type { AdamOptions, NamedVariable } from './adam.ts';

type Options = Required<Pick<AdamOptions, 'beta1' | 'beta2' | 'epsilon' | 'clipNorm' | 'weightDecay'>>;

interface Moments {
  m: tf.Tensor;
  v: tf.Tensor;
}

/** `Adam` in float32, without its check that gradients are finite. */
export class DeviceAdam {
  readonly #variables: readonly NamedVariable[];
  readonly #options: Options;
  readonly #moments = new Map<string, Moments>();
  #step = 0;

  constructor(
    variables: readonly NamedVariable[],
    {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      clipNorm = Number.POSITIVE_INFINITY,
      weightDecay = 0,
    }: Omit<AdamOptions, 'uniform'> = {},
  ) {
    this.#variables = variables;
    this.#options = { beta1, beta2, epsilon, clipNorm, weightDecay };
  }

  /** As `Adam.step`. @returns the norm of all gradients together, before clipping; the caller's. */
  step(gradients: Record<string, tf.Tensor>, learningRate: number): tf.Scalar {
    this.#step += 1;
    const { beta1, beta2, epsilon, clipNorm, weightDecay } = this.#options;
    const rate = learningRate / (1 - beta1 ** this.#step);
    const correction2 = 1 / Math.sqrt(1 - beta2 ** this.#step);
    const keep = 1 - learningRate * weightDecay;
    return tf.tidy(() => {
      const moving = this.#variables.filter(({ name }) => gradients[name]);
      const norm = tf.sqrt(
        tf.addN(moving.map(({ name }) => tf.sum(tf.square(gradients[name])))),
      ) as tf.Scalar;
      const scale = Number.isFinite(clipNorm) ? tf.minimum(1, tf.div(clipNorm, norm)) : tf.scalar(1);
      for (const { name, variable } of moving) {
        const g = gradients[name].mul(scale);
        const before = this.#moments.get(name);
        const m = g.mul(1 - beta1).add(before ? before.m.mul(beta1) : 0);
        const v = g
          .square()
          .mul(1 - beta2)
          .add(before ? before.v.mul(beta2) : 0);
        tf.dispose(before ? [before.m, before.v] : []);
        this.#moments.set(name, { m: tf.keep(m), v: tf.keep(v) });
        variable.assign(variable.mul(keep).sub(m.mul(rate).div(v.sqrt().mul(correction2).add(epsilon))));
      }
      return norm;
    });
  }

  /** Frees the moments. */
  dispose(): void {
    for (const { m, v } of this.#moments.values()) tf.dispose([m, v]);
    this.#moments.clear();
  }
}
