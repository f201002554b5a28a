import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { SparseMatrix } from '../../../renderer/mesh/index.ts';
import { sparseKernel } from '../../../renderer/mesh/sparseMatrix.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';

await useTestBackend();

// [[0, 2, 5], [0, 0, 0], [1, 0, 0], [0, 3, 0]], with 5 as 4 + 1.
const matrix = SparseMatrix.fromEntries([4, 3], [3, 0, 0, 2, 0], [1, 2, 1, 0, 2], [3, 4, 2, 1, 1]);

describe('SparseMatrix', () => {
  it('sorts entries and adds up those at one place', () => {
    expect([...matrix.offsets]).toEqual([0, 2, 2, 3, 4]);
    expect([...matrix.columns]).toEqual([1, 2, 0, 1]);
    expect([...matrix.values]).toEqual([2, 5, 1, 3]);
  });

  it('multiplies tensors of any width, in batches too', () => {
    const x = tf.tensor2d([1, 10, 2, 20, 3, 30], [3, 2]);
    const product = [19, 190, 0, 0, 1, 10, 6, 60];
    expect([...matrix.apply(x).dataSync()]).toEqual(product);
    expect([...matrix.multiply(Float64Array.of(1, 10, 2, 20, 3, 30), 2)]).toEqual(product);
    const batch = matrix.apply(tf.stack([x, x.mul(2)]) as tf.Tensor3D);
    expect(batch.shape).toEqual([2, 4, 2]);
    expect([...batch.dataSync()]).toEqual([...product, ...product.map((value) => 2 * value)]);
  });

  it('has the derivative of finite differences', () => {
    expect(kernelGradientError(sparseKernel(matrix, 2), [testNumbers(12, 1)], 16)).toBeLessThan(1e-8);
    const gradient = tf.grad((x) => matrix.apply(x as tf.Tensor2D).sum())(tf.zeros([3, 2]));
    expect([...gradient.dataSync()]).toEqual([1, 1, 5, 5, 5, 5]);
  });

  it('names what does not fit', () => {
    expect(() => matrix.apply(tf.zeros<tf.Rank.R2>([4, 2]))).toThrow(
      'x has shape [4, 2], expected [3, C] or [B, 3, C]',
    );
    expect(() => matrix.multiply(new Float64Array(4))).toThrow('x has 4 numbers, expected 9');
  });
});
