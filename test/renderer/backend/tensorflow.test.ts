import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type BackendName, useBackend } from '../../../renderer/backend/select.ts';
import { numbers } from './wasm/compare.ts';

/** See docs/tensorflow.md. */
const isInstalled = existsSync('node_modules/@tensorflow/tfjs-node');

async function valuesOn(backend: BackendName, compute: () => tf.Tensor[]) {
  await useBackend(backend);
  const tensors = tf.tidy(compute);
  return tensors.map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() }));
}

/** Expects both back ends to agree to 1e-5 of the largest element of each result. */
async function expectSameAsCpu(compute: () => tf.Tensor[]): Promise<void> {
  const expected = await valuesOn('cpu', compute);
  const actual = await valuesOn('tensorflow', compute);
  expected.forEach(({ shape, data }, i) => {
    expect(actual[i].shape).toEqual(shape);
    const scale = Array.from(data).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    data.forEach((value, k) => {
      expect(Math.abs(value - actual[i].data[k]), `result ${i}`).toBeLessThanOrEqual(1e-5 * scale);
    });
  });
}

describe.skipIf(!isInstalled)('padding that is a number, on the tensorflow back end', () => {
  const picture = () => numbers([2, 8, 7, 3]) as tf.Tensor4D;

  it.each([
    { size: 3, strides: 1, pad: 1 },
    { size: 3, strides: 2, pad: 1 },
    { size: 5, strides: 3, pad: 2 },
    { size: 1, strides: 2, pad: 0 },
  ])(
    'gives convolutions the values and gradients of the cpu back end: %j',
    async ({ size, strides, pad }) => {
      const weights = () => numbers([size, size, 3, 4], 2) as tf.Tensor4D;
      const conv = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', [1, 1], 'floor');
      await expectSameAsCpu(() => [
        conv(picture(), weights()),
        ...tf.grads((x, filter) => conv(x, filter).square())([picture(), weights()]),
      ]);
    },
  );

  it('does the same for fused bias and rectifier', async () => {
    await expectSameAsCpu(() => {
      const options = { strides: 2, pad: 1, dimRoundingMode: 'floor', activation: 'relu' } as const;
      const layer = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias, ...options });
      const given = [picture(), numbers([3, 3, 3, 4], 2), numbers([4], 3)];
      return [layer(given[0], given[1], given[2]), ...tf.grads(layer)(given)];
    });
  });

  it('leaves padding out of the largest of a window, and of its gradient', async () => {
    await expectSameAsCpu(() => {
      // Below 0, so that padding with zeros would win.
      const below = picture().sub(2) as tf.Tensor4D;
      const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1, 'floor');
      return [pool(below), tf.grad(pool)(below)];
    });
  });

  it('keeps no memory', async () => {
    await useBackend('tensorflow');
    const gradient = tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, 1, 'floor'));
    const x = picture();
    const step = () => gradient(x).dispose();
    step();
    const { numTensors } = tf.memory();
    for (let i = 0; i < 5; i++) step();
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
