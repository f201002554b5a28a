import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useTestBackend } from '../../../backend.ts';
import { expectSameAsCpu, numbers } from './compare.ts';

await useTestBackend('wasm');

interface Case {
  batch: number;
  size: [number, number];
  channels: [number, number];
  filter: [number, number];
  strides: [number, number];
}

const cases: Case[] = [
  { batch: 1, size: [8, 8], channels: [3, 5], filter: [3, 3], strides: [1, 1] },
  { batch: 3, size: [9, 7], channels: [2, 4], filter: [3, 3], strides: [2, 2] },
  { batch: 2, size: [16, 16], channels: [4, 16], filter: [3, 3], strides: [2, 2] },
  { batch: 2, size: [7, 10], channels: [1, 1], filter: [5, 2], strides: [1, 3] },
  { batch: 1, size: [5, 5], channels: [6, 3], filter: [1, 1], strides: [1, 1] },
  { batch: 4, size: [6, 6], channels: [3, 2], filter: [1, 1], strides: [2, 2] },
  { batch: 2, size: [4, 5], channels: [2, 3], filter: [4, 5], strides: [1, 1] },
  { batch: 2, size: [6, 7], channels: [2, 2], filter: [2, 2], strides: [3, 4] },
];

const picture = ({ batch, size, channels }: Case) => numbers([batch, ...size, channels[0]]) as tf.Tensor4D;
const weights = ({ filter, channels }: Case) => numbers([...filter, ...channels], 2) as tf.Tensor4D;

describe.each(['same', 'valid', 0, 1] as const)('conv2d, padding %s', (pad) => {
  it.each(cases)('has the gradients of the cpu back end: %j', async (sizes) => {
    const rounding = typeof pad === 'number' ? 'floor' : undefined;
    const conv = (x: tf.Tensor, filter: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, sizes.strides, pad, 'NHWC', [1, 1], rounding);
    await expectSameAsCpu(() => {
      const [x, filter] = [picture(sizes), weights(sizes)];
      return tf.grads(conv)([x, filter], numbers(conv(x, filter).shape, 3));
    });
  });
});

describe('conv2d', () => {
  it.each([
    { strides: [3, 4], filter: [2, 2], size: [6, 7] },
    { strides: [4, 4], filter: [3, 3], size: [8, 8] },
    { strides: [1, 4], filter: [3, 2], size: [7, 9] },
    { strides: [2, 2], filter: [3, 3], size: [8, 8] },
  ] as const)('has the values of the cpu back end: %j', async ({ strides, filter, size }) => {
    await expectSameAsCpu(() => {
      const x = numbers([2, ...size, 3]) as tf.Tensor4D;
      const weights = numbers([...filter, 3, 4], 2) as tf.Tensor4D;
      return [
        tf.conv2d(x, weights, [...strides], 'same'),
        tf.fused.conv2d({ x, filter: weights, strides: [...strides], pad: 'same', activation: 'relu' }),
      ];
    });
  });

  it('sums the filter gradient over groups of pictures', async () => {
    const sizes: Case = { batch: 5, size: [48, 40], channels: [8, 3], filter: [3, 3], strides: [1, 1] };
    await expectSameAsCpu(() => [
      tf.grad((filter: tf.Tensor) => tf.conv2d(picture(sizes), filter as tf.Tensor4D, 1, 'same').square())(
        weights(sizes),
      ),
    ]);
  });

  it.each(['linear', 'relu'] as const)('has the gradients of fused bias and %s', async (activation) => {
    const [sizes] = cases;
    await expectSameAsCpu(() =>
      tf.grads((x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
        tf.fused
          .conv2d({
            x: x as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            bias,
            strides: 2,
            pad: 'same',
            activation,
          })
          .square(),
      )([picture(sizes), weights(sizes), numbers([5], 3)]),
    );
  });

  it('has second derivatives and a transposed form', async () => {
    const [sizes] = cases;
    await expectSameAsCpu(() => {
      const y = numbers([2, 4, 4, 5]) as tf.Tensor4D;
      return tf.grads((x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 8, 8, 3], 2, 'same').square(),
      )([y, weights(sizes)]);
    });
  });

  it('keeps no memory over 10,000 gradients', () => {
    const [sizes] = cases;
    const [x, filter] = [picture(sizes), weights(sizes)];
    const { memory } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm
      .asm;
    const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 2, 'same'),
    );
    const step = () => tf.dispose(gradients([x, filter]));
    for (let i = 0; i < 100; i++) step();
    const before = { bytes: memory.buffer.byteLength, tensors: tf.memory().numTensors };
    for (let i = 0; i < 5000; i++) step();
    expect({ bytes: memory.buffer.byteLength, tensors: tf.memory().numTensors }).toEqual(before);
  });
});
