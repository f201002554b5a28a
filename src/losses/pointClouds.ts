// Points of the true surfaces of a batch: clouds of any lengths in one table, so that no item is padded, cut or repeated to fit
// the others.

import * as tf from '@tensorflow/tfjs';
import type { RealArray } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { expectShape } from './shapes.ts';

export interface PointClouds {
  /** [ΣP, 3] the points, one cloud after another. */
  points: tf.Tensor2D;
  /** [B + 1] rows offsets[b] … offsets[b + 1] − 1 are the cloud of batch item b. */
  offsets: Int32Array;
  /** [ΣP, 3] normals of the points, of any length above 0; absent where they are not known. */
  normals?: tf.Tensor2D;
}

/** One cloud on the host: [P·3] points and their normals. */
export interface PointCloudArrays {
  points: RealArray;
  normals?: RealArray;
}

/**
 * A batch of the clouds given, in their order. It has normals if all of them do. The tensors are the caller's.
 *
 * @throws ArgumentError where an array is not three numbers a point, or points and normals differ in number.
 */
export function pointClouds(clouds: readonly PointCloudArrays[]): PointClouds {
  const offsets = new Int32Array(clouds.length + 1);
  for (const [b, { points, normals }] of clouds.entries()) {
    if (points.length % 3 !== 0)
      throw new ArgumentError(`clouds[${b}].points has ${points.length} numbers, expected three a point`);
    if (normals && normals.length !== points.length) {
      throw new ArgumentError(
        `clouds[${b}].normals has ${normals.length} numbers, expected ${points.length}, as many as its points`,
      );
    }
    offsets[b + 1] = offsets[b] + points.length / 3;
  }
  const table = (arrays: readonly RealArray[]) => {
    const values = new Float32Array(3 * offsets[clouds.length]);
    for (const [b, array] of arrays.entries()) values.set(array, 3 * offsets[b]);
    return tf.tensor2d(values, [values.length / 3, 3]);
  };
  const normals = clouds.flatMap((cloud) => (cloud.normals ? [cloud.normals] : []));
  return {
    points: table(clouds.map(({ points }) => points)),
    offsets,
    ...(normals.length === clouds.length && { normals: table(normals) }),
  };
}

/**
 * Clouds of one length as a batch: views of [B, P, 3] points and, where they are known, [B, P, 3] normals, through which gradients
 * flow.
 *
 * @throws ArgumentError where shapes disagree.
 */
export function evenPointClouds(points: tf.Tensor3D, normals?: tf.Tensor3D): PointClouds {
  expectShape('points', points, ['B', 'P', 3]);
  if (normals) expectShape('normals', normals, points.shape);
  const [batch, count] = points.shape;
  const table = (tensor: tf.Tensor3D) => tf.reshape(tensor, [batch * count, 3]) as tf.Tensor2D;
  return {
    points: table(points),
    offsets: evenOffsets(batch, count),
    ...(normals && { normals: table(normals) }),
  };
}

/** Offsets of `batch` clouds of `count` points each. */
export const evenOffsets = (batch: number, count: number) =>
  Int32Array.from({ length: batch + 1 }, (_, b) => b * count);

/** A table of three numbers a point as loops see it, whatever its tensor's shape, and where each cloud begins. */
export interface PointTable {
  values: tf.Tensor;
  /** [B + 1] in points. */
  offsets: Int32Array;
}

/**
 * The points of `target`: [B, P, 3], or clouds of any lengths.
 *
 * @throws ArgumentError unless it holds `batch` clouds.
 */
export function pointTable(name: string, target: tf.Tensor3D | PointClouds, batch: number): PointTable {
  if (!('offsets' in target)) {
    expectShape(name, target, [batch, 'P', 3]);
    return { values: target, offsets: evenOffsets(batch, target.shape[1]) };
  }
  const { points, offsets } = target;
  expectOffsets(`${name}.offsets`, offsets, batch);
  expectShape(`${name}.points`, points, [offsets[batch], 3]);
  return { values: points, offsets };
}

/**
 * The normals of `target`: [B, P, 3], or those of clouds of any lengths.
 *
 * @throws ArgumentError unless it holds `batch` clouds with normals.
 */
export function normalTable(name: string, target: tf.Tensor3D | PointClouds, batch: number): PointTable {
  if (!('offsets' in target)) return pointTable(name, target, batch);
  const { normals, offsets } = target;
  expectOffsets(`${name}.offsets`, offsets, batch);
  if (!normals)
    throw new ArgumentError(`${name} has points without normals; the normal loss expects a normal a point`);
  expectShape(`${name}.normals`, normals, [offsets[batch], 3]);
  return { values: normals, offsets };
}

function expectOffsets(name: string, offsets: Int32Array, batch: number): void {
  if (offsets.length !== batch + 1) {
    throw new ArgumentError(
      `${name} has ${offsets.length} entries, expected ${batch + 1}: one more than there are batch items`,
    );
  }
  for (let b = 0; b <= batch; b++) {
    const fits = b === 0 ? offsets[0] === 0 : offsets[b] >= offsets[b - 1];
    const expected = b === 0 ? '0' : `at least ${offsets[b - 1]}`;
    if (!fits) throw new ArgumentError(`${name}[${b}] is ${offsets[b]}, expected ${expected}`);
  }
}
