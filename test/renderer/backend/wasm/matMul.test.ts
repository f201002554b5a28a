import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../../backend.ts';
import { expectSameAsCpu, numbers } from './compare.ts';

await useTestBackend('wasm');

const flags = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
];

describe.each(flags)('matMul, transposeA %s, transposeB %s', (transposeA, transposeB) => {
  const operands = (outerA: number[], outerB: number[], m: number, k: number, n: number) =>
    [
      numbers([...outerA, ...(transposeA ? [k, m] : [m, k])], 1),
      numbers([...outerB, ...(transposeB ? [n, k] : [k, n])], 2),
    ] as const;

  it.each([
    [1, 1, 1],
    [1, 7, 3],
    [5, 1, 4],
    [17, 33, 1],
    [16, 16, 16],
    [130, 67, 35],
    [3, 300, 5],
  ])('is right for [%i, %i] by [., %i]', async (m, k, n) => {
    await expectSameAsCpu(() => {
      const [a, b] = operands([], [], m, k, n);
      return [tf.matMul(a, b, transposeA, transposeB)];
    });
  });

  it.each([
    [[4], [4]],
    [[4], [1]],
    [[1], [4]],
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], []],
  ])('broadcasts batches %j and %j', async (outerA, outerB) => {
    await expectSameAsCpu(() => {
      const [a, b] = operands(outerA, outerB, 9, 6, 5);
      return [tf.matMul(a, b, transposeA, transposeB)];
    });
  });

  it.each([
    [
      [2, 1],
      [1, 3],
    ],
    [[3], [2, 1]],
  ])('broadcasts batches %j and %j both ways', async (outerA, outerB) => {
    const [a, b] = operands(outerA, outerB, 9, 6, 5);
    const expand = (x: tf.Tensor) => tf.broadcastTo(x, [2, 3, ...x.shape.slice(-2)]);
    const expected = tf.matMul(expand(a), expand(b), transposeA, transposeB);
    expect([...tf.matMul(a, b, transposeA, transposeB).dataSync()]).toEqual([...expected.dataSync()]);
  });

  it('has gradients', async () => {
    await expectSameAsCpu(() => {
      const [a, b] = operands([3], [3], 9, 6, 5);
      return tf.grads((x, y) => tf.matMul(x, y, transposeA, transposeB).square())([a, b]);
    });
  });

  it('takes empty matrices', () => {
    const [a, b] = operands([], [], 2, 0, 3);
    expect([...tf.matMul(a, b, transposeA, transposeB).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    const [c, d] = operands([], [], 0, 2, 3);
    expect(tf.matMul(c, d, transposeA, transposeB).shape).toEqual([0, 3]);
  });

  it.each(['linear', 'relu', 'sigmoid'] as const)('fuses bias and %s', async (activation) => {
    await expectSameAsCpu(() => {
      const [a, b] = operands([], [], 20, 6, 5);
      const bias = numbers([5], 3);
      return [tf.fused.matMul({ a, b, transposeA, transposeB, bias, activation })];
    });
  });
});

describe('matMul', () => {
  it('gives each row the same bits, whatever batch it stands in', () => {
    const a = numbers([64, 50, 30]);
    const b = numbers([30, 20], 2);
    const whole = tf.matMul(a, b).dataSync();
    const parts = tf
      .split(a, 64)
      .flatMap((part) => tf.split(part, 5, 1))
      .flatMap((part) => [...tf.matMul(part, b).dataSync()]);
    expect(parts).toEqual([...whole]);
  });

  it('sees a new value of a variable', () => {
    const a = tf.ones([2, 2]);
    const b = tf.variable(tf.ones([2, 2]));
    expect(tf.matMul(a, b).dataSync()[0]).toBe(2);
    b.assign(tf.fill([2, 2], 3));
    expect(tf.matMul(a, b).dataSync()[0]).toBe(6);
  });

  it('keeps no memory over 10,000 products', () => {
    const a = numbers([8, 16]);
    const b = numbers([8, 16], 2);
    const { memory } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm
      .asm;
    const step = () => {
      tf.matMul(a, b, true, false).dispose();
      tf.matMul(a, b, false, true).dispose();
    };
    for (let i = 0; i < 100; i++) step();
    const before = { bytes: memory.buffer.byteLength, tensors: tf.memory().numTensors };
    for (let i = 0; i < 5000; i++) step();
    expect({ bytes: memory.buffer.byteLength, tensors: tf.memory().numTensors }).toEqual(before);
  });
});
