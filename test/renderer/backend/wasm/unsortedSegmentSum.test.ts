import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../../backend.ts';
import { expectSameAsCpu, numbers } from './compare.ts';

await useTestBackend('wasm');

describe('unsortedSegmentSum', () => {
  it.each([[[6]], [[6, 3]], [[6, 2, 3]]])('sums rows of shape %j by segment', async (shape) => {
    await expectSameAsCpu(() => [
      tf.unsortedSegmentSum(numbers(shape), tf.tensor1d([2, 0, 2, 3, 0, 2], 'int32'), 5),
    ]);
  });

  it('sums integers', () => {
    const sums = tf.unsortedSegmentSum(
      tf.tensor1d([1, 20, 300], 'int32'),
      tf.tensor1d([1, 0, 1], 'int32'),
      2,
    );
    expect(sums.dtype).toBe('int32');
    expect([...sums.dataSync()]).toEqual([20, 301]);
  });

  it('drops rows whose segment is outside the range', () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4, 8]), tf.tensor1d([-1, 0, 2, 1], 'int32'), 2);
    expect([...sums.dataSync()]).toEqual([2, 8]);
  });

  it.each([0, 1, 2])('is the gradient of gather along axis %i', async (axis) => {
    await expectSameAsCpu(() => [
      tf.grad((x: tf.Tensor) => tf.gather(x, tf.tensor1d([0, 2, 2, 1], 'int32'), axis).square())(
        numbers([3, 4, 5]),
      ),
    ]);
  });
});
