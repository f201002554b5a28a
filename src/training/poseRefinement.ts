// Cameras of supervising pictures as something to learn, together with the network: a small turn and a small shift of each picture's
// camera, in one table with a row a picture. Adam moves a row most when its picture is looked at, and by what is left of its momentum in
// the steps after.

import * as tf from '@tensorflow/tfjs';
import { poseMatrix, rigidMatrices } from '../../renderer/camera/pose.ts';
import { Parameters, zeros } from '../nn/index.ts';
import type { NamedVariable } from '../tensor/adam.ts';
import { Random } from '../tensor/random.ts';

/** The supervising pictures of a batch as rows of the table. */
export interface PoseRows {
  /** [N] a row a picture. */
  rows: readonly number[];
  /** [N] 6 factors of the row: `mirrorSigns` where the picture is mirrored, 0 where its camera stays: the input view's. */
  signs: readonly (readonly number[])[];
}

/**
 * How far a shift goes, in the data set's unit, where a turn goes a radian. Within an object of radius ½, a turn moves most of the
 * surface by less than a third of its angle, and a shift all of it; and a prediction that is off centre draws all shifts of its pictures
 * along.
 */
const shiftShare = 0.15;

export class PoseRefinement {
  readonly #parameters = new Parameters(new Random(0));
  readonly #table: tf.Variable;
  /** Of the six columns. */
  readonly #units: readonly number[];

  /**
   * @param pictureCount rows of the table
   * @param rates peaks of the learning rates of poses and of the network. One optimiser moves both at the network's rate, so that the
   * table counts in units of their quotient: Adam's steps do not depend on the scale of gradients.
   */
  constructor(pictureCount: number, rates: { poses: number; network: number }) {
    this.#table = this.#parameters.create('poses', [pictureCount, 6], zeros);
    const unit = rates.poses / rates.network;
    this.#units = [unit, unit, unit, ...Array<number>(3).fill(shiftShare * unit)];
  }

  /** What an optimiser moves and a checkpoint keeps: `poses` [pictures, 6]. */
  get variables(): NamedVariable[] {
    return this.#parameters.list();
  }

  /**
   * [N, 4, 4]: cameras p ↦ R p + t as p ↦ Q R p + t + s, with the turn Q about the object's centre and the shift s that are learnt so far.
   * Differentiable in both.
   *
   * @param cameras N × 16 numbers, row-major
   */
  views(cameras: readonly (readonly number[])[], { rows, signs }: PoseRows): tf.Tensor3D {
    return tf.tidy(() => {
      const given = tf.tensor3d(Float32Array.from(cameras.flat()), [cameras.length, 4, 4]);
      const factors = signs.map((row) => row.map((sign, k) => sign * this.#units[k]));
      const changes = tf
        .gather(this.#table as tf.Tensor2D, tf.tensor1d([...rows], 'int32'))
        .mul(tf.tensor2d(factors));
      const [rotation, shift] = tf.split(changes, 2, 1) as tf.Tensor2D[];
      const turns = poseMatrix({ rotation, translation: shift }).slice([0, 0, 0], [-1, 3, 3]);
      const [rotations, translations] = tf.split(given.slice([0, 0, 0], [-1, 3, 4]), [3, 1], 2);
      return rigidMatrices(
        turns.matMul(rotations) as tf.Tensor3D,
        translations.squeeze<tf.Tensor2D>([2]).add(shift),
      );
    });
  }

  /** [pictures · 6] axis times angle in radians, and shift, of every picture, as learnt so far. */
  values(): Float32Array {
    return (this.#table.dataSync() as Float32Array).map((value, i) => value * this.#units[i % 6]);
  }

  /** Replaces the table, as after reading a checkpoint. */
  assign(table: Float32Array): void {
    this.#parameters.assign(this.#table, table);
  }

  dispose(): void {
    this.#parameters.dispose();
  }
}
