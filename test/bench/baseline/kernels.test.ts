// The frozen baseline computes what it is timed for: its kernels beside rastergrad's own.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { baselineKernel } from '../../../bench/baseline/kernels.ts';
import { nearestOfAll } from '../../../bench/baseline/nearest.ts';
import { sampleByTensors } from '../../../bench/baseline/sampling.ts';
import { nearestPoints } from '../../../renderer/mesh/nearest.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend('wasm'));

function expectSame(kernelName: string, inputs: tf.NamedTensorMap, attrs: object): void {
  const call = (kernel: tf.KernelConfig) => {
    const backend = tf.backend();
    const info = kernel.kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
    return tf.engine().makeTensorFromTensorInfo(info);
  };
  const [own, baseline] = [call(tf.getKernel(kernelName, 'wasm')), call(baselineKernel(kernelName))];
  expect(baseline.shape).toEqual(own.shape);
  const scale = tf.max(tf.abs(own)).dataSync()[0];
  expect(tf.max(tf.abs(tf.sub(own, baseline))).dataSync()[0]).toBeLessThan(1e-5 * scale);
}

describe('kernels', () => {
  it.each([
    [3, 1, 'same'],
    [3, 2, 'same'],
    [5, 2, 'valid'],
  ])('gradients of a convolution: %i², stride %i, %s', (size, stride, pad) => {
    const x = tf.randomNormal<tf.Rank.R4>([2, 9, 8, 3], 0, 1, 'float32', 1);
    const filter = tf.randomNormal<tf.Rank.R4>([size, size, 3, 4], 0, 1, 'float32', 2);
    const dy = tf.randomNormal(tf.conv2d(x, filter, stride, pad as 'same').shape, 0, 1, 'float32', 3);
    const attrs = { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1] };
    expectSame(tf.Conv2DBackpropFilter, { x, dy }, { ...attrs, filterShape: filter.shape });
    expectSame(tf.Conv2DBackpropInput, { dy, filter }, { ...attrs, inputShape: x.shape });
  });

  it('sums of rows, with ids outside the range', () => {
    const x = tf.randomNormal([6, 5], 0, 1, 'float32', 1);
    const segmentIds = tf.tensor1d([2, 0, -1, 2, 7, 1], 'int32');
    expectSame(tf.UnsortedSegmentSum, { x, segmentIds }, { numSegments: 3 });
  });

  it('the gradient of a maximum', () => {
    const input = tf.randomNormal<tf.Rank.R4>([2, 7, 6, 3], 0, 1, 'float32', 1);
    const output = tf.maxPool(input, 2, 2, 'same');
    const dy = tf.randomNormal(output.shape, 0, 1, 'float32', 2);
    const attrs = { filterSize: [2, 2], strides: [2, 2], pad: 'same' };
    expectSame(tf.MaxPoolGrad, { dy, input, output }, attrs);
  });
});

it('nearest points', () => {
  const points = (count: number, seed: number) =>
    tf.randomNormal([count, 3], 0, 1, 'float32', seed).dataSync() as Float32Array;
  const [queries, others] = [points(50, 1), points(80, 2)];
  expect(nearestOfAll(queries, others)).toEqual(nearestPoints(queries, others));
});

it('samples lie on the surface, on every face by its area', () => {
  // Two triangles in the plane z = 0; the second has three times the area of the first.
  const vertices = tf.tensor2d([0, 0, 0, 1, 0, 0, 0, 1, 0, 3, 0, 0, 6, 0, 0, 3, 1, 0], [6, 3]);
  const faces = tf.tensor2d([0, 1, 2, 3, 4, 5], [2, 3], 'int32');
  const points = sampleByTensors(vertices, faces, 4000, 1);
  let onSecond = 0;
  for (let i = 0; i < points.length; i += 3) {
    if (points[i] > 2) onSecond++;
    expect(points[i + 2]).toBe(0);
  }
  expect(onSecond / 4000).toBeCloseTo(0.75, 1);
});
