// Samples become the tensors of a training step. Colours turn linear here: everything after works on light.

import * as tf from '@tensorflow/tfjs';
import type { NdArray } from 'ndarray';
import { srgbToLinear } from '../../renderer/io/colorSpace.ts';
import { type PointClouds, pointClouds } from '../losses/index.ts';
import type { PoseRows } from './poseRefinement.ts';
import type { TrainingSample } from './supervision.ts';

export interface Batch {
  /** [B, H, W, 4] sRGB with straight alpha, as `View.image`: what the network is shown. */
  pictures: tf.Tensor4D;
  /** Points of the true surfaces that are known, with unit normals if all of them have some. */
  target: PointClouds;
  /** Numbers of the items whose surfaces those are, in order; absent where all are known. */
  labelled?: number[];
  /** What losses of surfaces count for, where batches of one step have different shares of its known surfaces. Default 1. */
  surfaceWeight?: number;
  /** Of the N supervising views of each item, item after item: [B·N, H, W] coverage and [B·N, H, W, 3] linear colours. */
  silhouettes: tf.Tensor3D;
  colors: tf.Tensor4D;
  /** B·N world-to-camera matrices, where "world" is the frame of the item's input camera, centred at the object. */
  cameras: number[][];
  /** The same B·N pictures in the table of a `PoseRefinement`, where samples say so. */
  poses?: PoseRows;
}

export function makeBatch(samples: readonly TrainingSample[]): Batch {
  const views = samples.flatMap((sample) => sample.supervision);
  const images = views.map((view) => view.image);
  const [height, width] = images[0].shape;
  const labelled = Array.from(samples.keys()).filter((item) => isLabelled(samples[item]));
  const poses = samples.flatMap((sample) => sample.pictures ?? []);
  return {
    pictures: networkInput(samples.map((sample) => sample.input.image)),
    target: pointClouds(labelled.map((item) => samples[item])),
    ...(labelled.length < samples.length && { labelled }),
    silhouettes: tf.tensor3d(channel(images, 3), [images.length, height, width]),
    colors: tf.tensor4d(linearColors(images), [images.length, height, width, 3]),
    cameras: views.map((view) => view.objectToCamera),
    ...(poses.length === views.length && {
      poses: { rows: poses.map(({ row }) => row), signs: poses.map(({ signs }) => signs) },
    }),
  };
}

/**
 * Batches of so many samples each, whose means over the batches are those over all samples: a mean over the known surfaces of one batch
 * counts for as much of the whole as the batch has of them. Each is made when it is called for, so that there need be no more than one at a time.
 */
export function makeBatches(samples: readonly TrainingSample[], batchSize: number): (() => Batch)[] {
  const count = Math.ceil(samples.length / batchSize);
  const allLabelled = samples.filter(isLabelled).length;
  return Array.from({ length: count }, (_, i) => () => {
    const own = samples.slice(i * batchSize, (i + 1) * batchSize);
    const surfaceWeight = (count * own.filter(isLabelled).length) / Math.max(1, allLabelled);
    return { ...makeBatch(own), ...(surfaceWeight !== 1 && { surfaceWeight }) };
  });
}

const isLabelled = ({ labelled }: TrainingSample) => labelled !== false;

/** The pictures that a network predicts from, as `Batch.pictures`. */
export function networkInput(images: readonly NdArray<Float32Array>[]): tf.Tensor4D {
  const [height, width] = images[0].shape;
  const size = height * width * 4;
  const result = new Float32Array(images.length * size);
  for (const [item, { data }] of images.entries()) result.set(data, item * size);
  return tf.tensor4d(result, [images.length, height, width, 4]);
}

/** Pictures have 8 bits a channel, as their files do, so a table of 256 replaces a power a pixel. */
const linearOfCode = Float32Array.from({ length: 256 }, (_, code) => srgbToLinear(code / 255));

/** RGB of [H, W, 4] pictures, made linear: [pictures · H · W · 3]. */
export function linearColors(images: readonly NdArray<Float32Array>[]): Float32Array {
  const pixels = images[0].size / 4;
  const result = new Float32Array(images.length * pixels * 3);
  for (const [item, { data }] of images.entries()) {
    let to = 3 * item * pixels;
    for (let from = 0; from < 4 * pixels; from += 4, to += 3) {
      result[to] = linearOfCode[(255 * data[from] + 0.5) | 0];
      result[to + 1] = linearOfCode[(255 * data[from + 1] + 0.5) | 0];
      result[to + 2] = linearOfCode[(255 * data[from + 2] + 0.5) | 0];
    }
  }
  return result;
}

/** One channel of [H, W, 4] pictures: [pictures · H · W]. */
export function channel(images: readonly NdArray<Float32Array>[], index: number): Float32Array {
  const pixels = images[0].size / 4;
  const result = new Float32Array(images.length * pixels);
  for (const [item, { data }] of images.entries()) {
    for (let p = 0; p < pixels; p++) result[item * pixels + p] = data[4 * p + index];
  }
  return result;
}
