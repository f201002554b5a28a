// The operations of convolution and graph networks, with their gradients, on the wasm back end as on the cpu back end.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../../backend.ts';
import { expectSameAsCpu, numbers } from './compare.ts';

await useTestBackend('wasm');

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;

const as4D = (x: tf.Tensor) => x as tf.Tensor4D;
const rows = () => tf.tensor1d([0, 2, 2, 1], 'int32');

const operations: Record<string, [Operation, ...number[][]]> = {
  add: [tf.add, [4, 5, 3], [5, 3]],
  'add, both broadcast': [tf.add, [4, 1, 3], [1, 5, 1]],
  sub: [tf.sub, [4, 5], [5]],
  mul: [tf.mul, [4, 5, 3], [3]],
  div: [(x, y) => tf.div(x, y.add(3)), [4, 5], [4, 1]],
  addN: [(x, y) => tf.addN([x, y, x]), [4, 5], [4, 5]],
  neg: [tf.neg, [4, 5]],
  square: [tf.square, [4, 5]],
  sqrt: [(x) => tf.sqrt(x.add(2)), [4, 5]],
  rsqrt: [(x) => tf.rsqrt(x.add(2)), [4, 5]],
  abs: [tf.abs, [4, 5]],
  exp: [tf.exp, [4, 5]],
  log: [(x) => tf.log(x.add(2)), [4, 5]],
  pow: [(x) => tf.pow(x.add(2), 1.5), [4, 5]],
  sin: [tf.sin, [4, 5]],
  cos: [tf.cos, [4, 5]],
  atan2: [tf.atan2, [4, 5], [4, 5]],
  maximum: [tf.maximum, [4, 5], [4, 5]],
  minimum: [tf.minimum, [4, 5], [4, 5]],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 0.5), [4, 5]],
  where: [(x, y) => tf.where(tf.greater(numbers([4, 5], 9), 0), x, y), [4, 5], [4, 5]],
  relu: [tf.relu, [4, 5]],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.2), [4, 5]],
  elu: [tf.elu, [4, 5]],
  sigmoid: [tf.sigmoid, [4, 5]],
  tanh: [tf.tanh, [4, 5]],
  softplus: [tf.softplus, [4, 5]],
  softmax: [(x) => tf.softmax(x), [4, 5]],
  logSoftmax: [(x) => tf.logSoftmax(x), [4, 5]],
  sum: [(x) => tf.sum(x, 1), [4, 5, 3]],
  mean: [(x) => tf.mean(x, [1, 2]), [2, 4, 5, 3]],
  max: [(x) => tf.max(x, 1), [4, 5]],
  min: [(x) => tf.min(x, 1), [4, 5]],
  norm: [(x) => tf.norm(x, 'euclidean', 1), [4, 5]],
  'normalisation over a batch': [
    (x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return x.sub(mean).div(variance.add(1e-3).sqrt());
    },
    [2, 4, 5, 3],
  ],
  gather: [(x) => tf.gather(x, rows()), [4, 5]],
  'gather, axis 1': [(x) => tf.gather(x, rows(), 1), [4, 5, 3]],
  'gather, two-dimensional indices': [(x) => tf.gather(x, rows().as2D(2, 2), 1), [4, 5, 3]],
  concat: [(x, y) => tf.concat([x, y], -1), [4, 5, 3], [4, 5, 2]],
  slice: [(x) => tf.slice(x, [1, 2], [2, 3]), [4, 5]],
  split: [(x) => tf.split(x, [2, 3], 1)[1], [4, 5]],
  stack: [(x, y) => tf.stack([x, y], 1), [4, 5], [4, 5]],
  unstack: [(x) => tf.unstack(x, 1)[2], [4, 5]],
  reshape: [(x) => tf.reshape(x, [5, 4]), [4, 5]],
  transpose: [(x) => tf.transpose(x, [2, 0, 1]), [4, 5, 3]],
  tile: [(x) => tf.tile(x, [2, 3]), [4, 5]],
  pad: [
    (x) =>
      tf.pad(x, [
        [1, 2],
        [0, 3],
      ]),
    [4, 5],
  ],
  reverse: [(x) => tf.reverse(x, 1), [4, 5]],
  maxPool: [(x) => tf.maxPool(as4D(x), 2, 2, 'valid'), [2, 6, 8, 3]],
  'maxPool, overlapping': [(x) => tf.maxPool(as4D(x), 3, 2, 'same'), [2, 5, 7, 3]],
  avgPool: [(x) => tf.avgPool(as4D(x), 3, 2, 'same'), [2, 5, 7, 3]],
};

describe('operations of a network on the wasm back end', () => {
  it.each(Object.entries(operations))(
    '%s has the values and gradients of the cpu back end',
    async (_name, entry) => {
      const [operation, ...shapes] = entry;
      await expectSameAsCpu(() => {
        const inputs = shapes.map((shape, i) => numbers(shape, i + 1));
        const value = operation(...inputs);
        return [value, ...tf.grads(operation)(inputs, numbers(value.shape, 7))];
      });
    },
  );

  it.each([
    [9, 11, false, false],
    [3, 4, false, false],
    [9, 11, true, false],
    [10, 14, false, true],
    [3, 4, false, true],
    [1, 1, true, false],
  ])(
    'resizeBilinear to %i × %i, alignCorners %s, halfPixelCenters %s has the gradient of its values',
    (...args) => {
      const [height, width, alignCorners, halfPixelCenters] = args;
      const resize = (x: tf.Tensor) =>
        tf.image.resizeBilinear(as4D(x), [height, width], alignCorners, halfPixelCenters);
      const weights = numbers([2, height, width, 3], 2);
      const gradient = tf.grad((x) => resize(x).mul(weights))(numbers([2, 5, 7, 3]));
      // The operation is linear: its gradient maps any picture to the weighted sum of the resized picture.
      for (let seed = 10; seed < 20; seed++) {
        const picture = numbers([2, 5, 7, 3], seed);
        const expected = resize(picture).mul(weights).sum().dataSync()[0];
        expect(gradient.mul(picture).sum().dataSync()[0]).toBeCloseTo(expected, 4);
      }
    },
  );
});
