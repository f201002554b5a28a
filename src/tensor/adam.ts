// The Adam optimiser with its moments beside the weights: one loop over all parameters a step, exact to save and to restore.

import type * as tf from '@tensorflow/tfjs';
import { hostOp, KeptFloats, simdFor } from '../../renderer/backend/index.ts';
import { ArgumentError, RastergradError } from '../../renderer/errors.ts';

/** A trainable parameter under the name by which gradients and checkpoints know it. */
export interface NamedVariable {
  name: string;
  variable: tf.Variable;
}

export interface AdamOptions {
  /** Decay of the running mean of gradients, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the running mean of squared gradients, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon?: number;
  /** Gradients are scaled down together when their norm, over all variables, exceeds this. Default: never. */
  clipNorm?: number;
  /** Decoupled weight decay: each step shrinks a weight by learningRate · weightDecay of itself. Default 0. */
  weightDecay?: number;
  /**
   * One step size for all elements of a variable, from the largest of their second moments, so that a step is a multiple of the mean
   * gradient and, with `LargeSteps`, as smooth (Nicolet, Jacobson and Jakob, "Large Steps in Inverse Rendering of Geometry", ACM
   * Transactions on Graphics 2021, section 3.3). Default false.
   */
  uniform?: boolean;
}

/** What a step leaves behind beside the variables; moments of all variables in their order, row-major. */
export interface AdamState {
  step: number;
  m: Float32Array;
  v: Float32Array;
}

/** Thrown by a step before anything has changed. */
export class GradientError extends RastergradError {
  constructor(name: string) {
    super(`the gradient of "${name}" is not finite`);
  }
}

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1), with the decoupled weight decay of
 * AdamW (Loshchilov and Hutter, ICLR 2019, algorithm 2). Moments are computed in double precision and kept in float32, as weights are: the
 * same gradients give the same bits.
 */
export class Adam {
  readonly #variables: readonly NamedVariable[];
  readonly #offsets: readonly number[];
  readonly #options: Required<AdamOptions>;
  readonly #m: KeptFloats;
  readonly #v: KeptFloats;
  #step = 0;

  /** @throws ArgumentError on two variables of one name, or one that is not float32. */
  constructor(
    variables: readonly NamedVariable[],
    {
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
      clipNorm = Number.POSITIVE_INFINITY,
      weightDecay = 0,
      uniform = false,
    }: AdamOptions = {},
  ) {
    const names = new Set<string>();
    const offsets: number[] = [];
    let size = 0;
    for (const { name, variable } of variables) {
      if (names.has(name)) throw new ArgumentError(`variables: two are called "${name}"`);
      if (variable.dtype !== 'float32') {
        throw new ArgumentError(`variable "${name}" is ${variable.dtype}, expected float32`);
      }
      names.add(name);
      offsets.push(size);
      size += variable.size;
    }
    this.#variables = [...variables];
    this.#offsets = offsets;
    this.#options = { beta1, beta2, epsilon, clipNorm, weightDecay, uniform };
    this.#m = new KeptFloats(size);
    this.#v = new KeptFloats(size);
  }

  /**
   * Moves every variable that has a gradient; the others, and their moments, stay as they are.
   *
   * @param gradients by variable name, each of its variable's shape, as `tf.variableGrads` gives them. The caller disposes.
   * @returns the norm of all gradients together, before clipping.
   * @throws GradientError, before anything has changed, when a gradient is not finite; ArgumentError on a wrong shape.
   */
  step(gradients: Record<string, tf.Tensor>, learningRate: number): number {
    const moving = this.#variables.flatMap(({ name, variable }, i) => {
      const gradient = gradients[name];
      if (!gradient) return [];
      if (gradient.size !== variable.size) {
        throw new ArgumentError(
          `gradient of "${name}" has shape [${gradient.shape}], expected [${variable.shape}]`,
        );
      }
      return [{ name, variable, gradient, offset: this.#offsets[i] }];
    });
    let norm = 0;
    const updated = hostOp(
      moving.flatMap(({ variable, gradient }) => [variable, gradient]),
      moving.map(({ variable }) => ({ shape: variable.shape, dtype: 'float32', uncleared: true })),
      (inputs, outputs) => {
        const [moments, squares] = [this.#m.values, this.#v.values];
        const move = this.#options.uniform
          ? updateUniformly
          : (compiledUpdate([...inputs, moments, squares]) ?? update);
        norm = globalNorm(moving.map(({ name }, i) => [name, inputs[2 * i + 1] as Float32Array]));
        this.#step += 1;
        const factors = this.#factors(learningRate, Math.min(1, this.#options.clipNorm / norm));
        for (const [i, { variable, offset }] of moving.entries()) {
          const m = moments.subarray(offset, offset + variable.size);
          const v = squares.subarray(offset, offset + variable.size);
          const [weights, gradient] = [inputs[2 * i], inputs[2 * i + 1]] as Float32Array[];
          move(weights, gradient, m, v, outputs[i] as Float32Array, factors);
        }
      },
    );
    for (const [i, { variable }] of moving.entries()) {
      variable.assign(updated[i]);
      updated[i].dispose();
    }
    return norm;
  }

  #factors(learningRate: number, scale: number): Factors {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    return {
      beta1,
      beta2,
      gain1: (1 - beta1) * scale,
      gain2: (1 - beta2) * scale * scale,
      rate: learningRate / (1 - beta1 ** this.#step),
      correction2: 1 / Math.sqrt(1 - beta2 ** this.#step),
      epsilon,
      keep: 1 - learningRate * weightDecay,
    };
  }

  /** Number of steps done. */
  get steps(): number {
    return this.#step;
  }

  /** A copy of the state, for a checkpoint. */
  state(): AdamState {
    return { step: this.#step, m: this.#m.values.slice(), v: this.#v.values.slice() };
  }

  /**
   * Goes on from a state of an optimiser of the same variables.
   *
   * @throws ArgumentError when its moments have another number of elements.
   */
  restore({ step, m, v }: AdamState): void {
    for (const [name, values] of Object.entries({ m, v })) {
      if (values.length !== this.#m.length) {
        throw new ArgumentError(`state.${name} has ${values.length} elements, expected ${this.#m.length}`);
      }
    }
    this.#step = step;
    this.#m.values.set(m);
    this.#v.values.set(v);
  }

  /** Gives the moments' memory back. Variables are the caller's. */
  dispose(): void {
    this.#m.dispose();
    this.#v.dispose();
  }
}

/** What is the same for all parameters of a step: bias corrections and clipping folded into the coefficients. */
interface Factors {
  beta1: number;
  beta2: number;
  gain1: number;
  gain2: number;
  rate: number;
  correction2: number;
  epsilon: number;
  keep: number;
}

/** `update` by the compiled kernel, where all of `arrays` lie in its memory. */
function compiledUpdate(arrays: readonly ArrayBufferView[]): typeof update | undefined {
  const compiled = simdFor(...arrays);
  if (!compiled) return undefined;
  return (weights, gradient, m, v, updated, factors) => {
    const { beta1, beta2, gain1, gain2, rate, correction2, epsilon, keep } = factors;
    compiled.exports.adam(
      weights.byteOffset,
      gradient.byteOffset,
      m.byteOffset,
      v.byteOffset,
      updated.byteOffset,
      weights.length,
      beta1,
      beta2,
      gain1,
      gain2,
      rate,
      correction2,
      epsilon,
      keep,
    );
  };
}

function update(
  weights: Float32Array,
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  updated: Float32Array,
  { beta1, beta2, gain1, gain2, rate, correction2, epsilon, keep }: Factors,
): void {
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    const first = beta1 * m[i] + gain1 * g;
    const second = beta2 * v[i] + gain2 * g * g;
    m[i] = first;
    v[i] = second;
    updated[i] = keep * weights[i] - (rate * first) / (Math.sqrt(second) * correction2 + epsilon);
  }
}

/** The same with the largest second moment in place of each element's own. */
function updateUniformly(
  weights: Float32Array,
  gradient: Float32Array,
  m: Float32Array,
  v: Float32Array,
  updated: Float32Array,
  { beta1, beta2, gain1, gain2, rate, correction2, epsilon, keep }: Factors,
): void {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    m[i] = beta1 * m[i] + gain1 * g;
    v[i] = beta2 * v[i] + gain2 * g * g;
    largest = Math.max(largest, v[i]);
  }
  const size = rate / (Math.sqrt(largest) * correction2 + epsilon);
  for (let i = 0; i < weights.length; i++) updated[i] = keep * weights[i] - size * m[i];
}

function globalNorm(gradients: readonly (readonly [string, Float32Array])[]): number {
  let sum = 0;
  for (const [name, gradient] of gradients) {
    const own = squaredNorm(gradient);
    if (!Number.isFinite(own)) throw new GradientError(name);
    sum += own;
  }
  return Math.sqrt(sum);
}

/** Sum of squares, in four sums so that additions need not wait for one another. */
function squaredNorm(values: Float32Array): number {
  const compiled = simdFor(values);
  if (compiled) return compiled.exports.squaredNorm(values.byteOffset, values.length);
  const whole = values.length & ~3;
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    sum0 += values[i] * values[i];
    sum1 += values[i + 1] * values[i + 1];
    sum2 += values[i + 2] * values[i + 2];
    sum3 += values[i + 3] * values[i + 3];
  }
  for (let i = whole; i < values.length; i++) sum0 += values[i] * values[i];
  return sum0 + sum1 + sum2 + sum3;
}
