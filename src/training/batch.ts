// Samples become the tensors of a training step. Colours turn linear here: everything after works on light.

import * as tf from '@tensorflow/tfjs';
import type { NdArray } from 'ndarray';
import { srgbToLinear } from '../../renderer/io/colorSpace.ts';
import type { Sample } from '../datasets/sample.ts';
import type { Random } from '../tensor/random.ts';

export interface Batch {
  /** [B, H, W, 4] sRGB with straight alpha, as `View.image`: what the network is shown. */
  pictures: tf.Tensor4D;
  /** [B, P, 3] points of the true surfaces, and [B, P, 3] their unit normals. */
  points: tf.Tensor3D;
  normals: tf.Tensor3D;
  /** Of the N supervising views of each item, item after item: [B·N, H, W] coverage and [B·N, H, W, 3] linear colours. */
  silhouettes: tf.Tensor3D;
  colors: tf.Tensor4D;
  /** B·N world-to-camera matrices, where "world" is the frame of the item's input camera, centred at the object. */
  cameras: number[][];
}

/** @param pointCount surface points of each sample, drawn without repetition; all of them where there are no more */
export function makeBatch(samples: readonly Sample[], pointCount: number, random: Random): Batch {
  const views = samples.flatMap((sample) => sample.supervision);
  const images = views.map((view) => view.image);
  const [height, width] = samples[0].input.image.shape;
  return {
    pictures: networkInput(samples.map((sample) => sample.input.image)),
    ...drawSurfaces(samples, pointCount, random),
    silhouettes: tf.tensor3d(channel(images, 3), [images.length, height, width]),
    colors: tf.tensor4d(linearColors(images), [images.length, height, width, 3]),
    cameras: views.map((view) => view.objectToCamera),
  };
}

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
    for (let p = 0; p < pixels; p++) {
      const to = 3 * (item * pixels + p);
      for (let c = 0; c < 3; c++) result[to + c] = linearOfCode[Math.round(255 * data[4 * p + c])];
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

type Surface = Pick<Sample, 'points' | 'normals'>;

/** `count` of a sample's surface points, drawn without repetition, and their normals; all where there are no more. */
function drawPoints({ points, normals }: Surface, count: number, random: Random): Surface {
  const available = points.length / 3;
  if (count >= available) return { points, normals };
  // The first `count` steps of a Fisher-Yates shuffle.
  const order = new Int32Array(available);
  for (let i = 0; i < available; i++) order[i] = i;
  const drawn = { points: new Float32Array(3 * count), normals: new Float32Array(3 * count) };
  for (let i = 0; i < count; i++) {
    const k = i + random.integer(available - i);
    const from = 3 * order[k];
    order[k] = order[i];
    for (let axis = 0; axis < 3; axis++) {
      drawn.points[3 * i + axis] = points[from + axis];
      drawn.normals[3 * i + axis] = normals[from + axis];
    }
  }
  return drawn;
}

/** [B, count, 3] points of as many surfaces, drawn without repetition, and their normals. */
export function drawSurfaces(
  surfaces: readonly Surface[],
  count: number,
  random: Random,
): { points: tf.Tensor3D; normals: tf.Tensor3D } {
  const drawn = surfaces.map((surface) => drawPoints(surface, count, random));
  const shape: [number, number, number] = [surfaces.length, drawn[0].points.length / 3, 3];
  return {
    points: tf.tensor3d(concatenated(drawn.map(({ points }) => points)), shape),
    normals: tf.tensor3d(concatenated(drawn.map(({ normals }) => normals)), shape),
  };
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.length;
  }
  return result;
}
