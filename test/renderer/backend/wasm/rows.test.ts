import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../../backend.ts';
import { expectSameAsCpu, numbers } from './compare.ts';

await useTestBackend('wasm');

describe('slice', () => {
  it.each([
    [[7], [2], [3]],
    [
      [4, 6],
      [1, 2],
      [2, 3],
    ],
    [
      [4, 6],
      [0, 2],
      [4, -1],
    ],
    [
      [3, 4, 5],
      [0, 1, 0],
      [3, 2, 5],
    ],
    [
      [3, 4, 5],
      [1, 1, 1],
      [2, 2, 3],
    ],
    [
      [2, 3, 4, 5],
      [0, 1, 0, 2],
      [2, 2, 4, 3],
    ],
    [
      [2, 3, 4, 5],
      [1, 0, 2, 0],
      [1, 3, 1, 5],
    ],
    [
      [2, 3, 2, 2, 3],
      [0, 1, 0, 1, 0],
      [2, 1, 2, 1, 2],
    ],
    [
      [4, 6],
      [1, 2],
      [0, 3],
    ],
  ])('of %j from %j, %j of it', async (shape, begin, size) => {
    await expectSameAsCpu(() => {
      const x = numbers(shape);
      return [tf.slice(x, begin, size), tf.slice(x.mul(100).toInt(), begin, size).toFloat()];
    });
  });

  it('keeps bools and strings as they were', async () => {
    expect(tf.slice(tf.tensor1d([true, false, true], 'bool'), 1, 2).arraySync()).toEqual([0, 1]);
    expect(tf.slice(tf.tensor1d(['a', 'b', 'c'], 'string'), 1, 1).arraySync()).toEqual(['b']);
  });

  it('refuses what lies outside, as tf.slice does', () => {
    expect(() => tf.slice(numbers([3, 4]), [0, 2], [3, 3])).toThrow(/slice/);
  });
});

describe('split and concat', () => {
  it.each([0, 1, 2, -1])('along axis %i', async (axis) => {
    await expectSameAsCpu(() => {
      const x = numbers([4, 6, 8]);
      const parts = tf.split(x, 2, axis);
      const uneven = tf.split(x, axis === 1 ? [1, 3, 2] : axis === 0 ? [3, 1] : [5, 3], axis);
      return [...parts, ...uneven, tf.concat([...parts].reverse(), axis), tf.concat(uneven, axis)];
    });
  });

  it('joins integers and floats as the cpu back end does', async () => {
    await expectSameAsCpu(() => [
      tf.concat([tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')]).toFloat(),
      tf.concat([numbers([2, 3]), numbers([2, 2], 2)], 1),
    ]);
  });

  it('has the gradient of the cpu back end', async () => {
    await expectSameAsCpu(() =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.concat([a, b], 2).square())([
        numbers([2, 3, 5]),
        numbers([2, 3, 1], 2),
      ]),
    );
  });
});

describe('sum', () => {
  it.each([
    [[5, 7], [0], false],
    [[5, 7], [0], true],
    [[2, 3, 4, 5], [0, 1, 2], false],
    [[2, 3, 4, 5], [1, 0], true],
    [[2, 3, 4, 5], [1, 3], false],
    [[2, 3], [0, 1], false],
    [[0, 3], [0], false],
  ] as const)('of %j over %j, keepDims %s', async (shape, axes, keepDims) => {
    await expectSameAsCpu(() => [tf.sum(numbers([...shape]), [...axes], keepDims)]);
  });
});

describe('clone', () => {
  it('outlives what it was cloned from, and the other way round', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const copy = x.clone();
    x.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    const variable = tf.variable(copy);
    variable.assign(copy.mul(2));
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    tf.dispose([copy, variable]);
  });
});
