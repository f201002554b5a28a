// Loops over raw arrays as TensorFlow.js functions, on both back ends whose memory they reach.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostFunction, hostOp, hostScalar } from '../../../renderer/backend/index.ts';
import { useTestBackend } from '../../backend.ts';

describe.each(['wasm', 'cpu'] as const)('on the %s back end', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('outputs arrive zeroed, also in memory that was used before', () => {
    for (let i = 0; i < 3; i++) {
      const [floats, integers] = hostOp(
        [],
        [
          { shape: [50, 20], dtype: 'float32' },
          { shape: [1000], dtype: 'int32' },
        ],
        (_, outputs) => {
          for (const output of outputs) {
            expect(output.every((value) => value === 0)).toBe(true);
            output.fill(7);
          }
        },
      );
      expect([floats.shape, floats.dtype, integers.dtype]).toEqual([[50, 20], 'float32', 'int32']);
      expect([...floats.dataSync().slice(0, 2), ...integers.dataSync().slice(0, 2)]).toEqual([7, 7, 7, 7]);
      tf.dispose([floats, integers]);
    }
  });

  it('inputs can be read when an output makes the memory grow', () => {
    const input = tf.tensor1d([1, 2, 3]);
    const [sum] = hostOp([input], [{ shape: [12_000_000], dtype: 'float32' }], ([values], [output]) => {
      output[0] = values[0] + values[1] + values[2];
    });
    expect(sum.slice(0, 2).arraySync()).toEqual([6, 0]);
    tf.dispose([input, sum]);
  });

  it('a loop that throws leaves no memory behind', () => {
    const before = tf.backend().numDataIds();
    const failing = () =>
      hostOp([], [{ shape: [4], dtype: 'float32' }], () => {
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(tf.backend().numDataIds()).toBe(before);
  });

  it('a function has the gradient of its backward loop, added up over uses', () => {
    const cube = (x: tf.Tensor) =>
      hostFunction<number>({
        inputs: [x],
        shape: x.shape,
        forward([values], output) {
          values.forEach((value, i) => {
            output[i] = value ** 3;
          });
          return 3;
        },
        backward(upstream, [values], [gradient], exponent) {
          values.forEach((value, i) => {
            gradient[i] += exponent * value * value * upstream[i];
          });
        },
      });
    const x = tf.tensor1d([1, -2, 0.5]);
    expect([...cube(x).dataSync()]).toEqual([1, -8, 0.125]);
    const gradient = tf.grad((at) => cube(at).mul(2).add(cube(at)).sum())(x);
    expect([...gradient.dataSync()]).toEqual([9, 36, 2.25]);
  });

  it('a scalar scales the gradients that it made on the way', () => {
    const product = (a: tf.Tensor, b: tf.Tensor) =>
      hostScalar([a, b], ([p, q], [dp, dq]) => {
        let sum = 0;
        p.forEach((value, i) => {
          sum += value * q[i];
          dp[i] = q[i];
          dq[i] = value;
        });
        return sum;
      });
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 5])];
    const { value, grads } = tf.valueAndGrads((p, q) => product(p, q).mul(10) as tf.Scalar)([a, b]);
    expect(value.dataSync()[0]).toBe(130);
    expect(grads.map((gradient) => [...gradient.dataSync()])).toEqual([
      [30, 50],
      [10, 20],
    ]);
  });
});
