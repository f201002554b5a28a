// The trainable tensors of a model, by name. Layers ask for their parameters here; optimisers and checkpoints list them.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Random } from '../tensor/random.ts';

/** Values for a new parameter, drawn from `random`. */
export type Initializer = (shape: number[], random: Random) => Float32Array;

const sizeOf = (shape: number[]) => shape.reduce((product, extent) => product * extent, 1);

export const zeros: Initializer = (shape) => new Float32Array(sizeOf(shape));

/** Fan-in of a dense [in, out] or convolution [h, w, in, out] kernel: all extents but the last. */
const fanIn = (shape: number[]) => sizeOf(shape.slice(0, -1));

/** Uniform in ±√(6 / (fan in + fan out)): Glorot and Bengio 2010, equation 16. For layers with no rectifier. */
export const glorotUniform: Initializer = (shape, random) => {
  const receptive = sizeOf(shape.slice(0, -2));
  const limit = Math.sqrt(6 / (fanIn(shape) + receptive * shape.at(-1)!));
  return Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.uniform() - 1) * limit);
};

/** Uniform in ±√(6 / fan in): He et al. 2015, for layers followed by a rectifier. */
export const heUniform: Initializer = (shape, random) => {
  const limit = Math.sqrt(6 / fanIn(shape));
  return Float32Array.from({ length: sizeOf(shape) }, () => (2 * random.uniform() - 1) * limit);
};

/** `initializer` times `factor`: small heads start near zero, yet pass gradients back to the layers before them. */
export const scaled =
  (initializer: Initializer, factor: number): Initializer =>
  (shape, random) =>
    initializer(shape, random).map((value) => value * factor);

export class Parameters {
  private readonly byName = new Map<string, tf.Variable>();
  private readonly random: Random;

  /** Each parameter draws from its own stream, split off by name: adding a layer leaves the others' start values alone. */
  constructor(random: Random) {
    this.random = random;
  }

  create(name: string, shape: number[], initializer: Initializer): tf.Variable {
    if (this.byName.has(name)) throw new ArgumentError(`parameter "${name}" exists already`);
    const values = initializer(shape, this.random.split(name));
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape, 'float32')));
    this.byName.set(name, variable);
    return variable;
  }

  /** All parameters in order of creation. */
  list(): { name: string; variable: tf.Variable }[] {
    return Array.from(this.byName, ([name, variable]) => ({ name, variable }));
  }

  /** Replaces a parameter's values, as after reading a checkpoint. */
  assign(variable: tf.Variable, values: Float32Array): void {
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape, 'float32')));
  }

  /** Number of trainable values. */
  get count(): number {
    return this.list().reduce((sum, { variable }) => sum + variable.size, 0);
  }

  dispose(): void {
    for (const variable of this.byName.values()) variable.dispose();
    this.byName.clear();
  }
}
