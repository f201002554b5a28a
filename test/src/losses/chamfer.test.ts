import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { chamferKernel } from '../../../src/losses/chamfer.ts';
import { chamferLoss, nearestPairs } from '../../../src/losses/index.ts';
import { findPairs } from '../../../src/losses/nearest.ts';
import { evenOffsets } from '../../../src/losses/pointClouds.ts';
import { useTestBackend } from '../../backend.ts';
import { lossGradientError, testPoints } from './differences.ts';

beforeAll(() => useTestBackend());

describe('chamferLoss', () => {
  // Vertices at x = 0 and 4, points at x = 1, 2 and 5: to the points 1, 4, 1; to the vertices 1, 1.
  const vertices = [
    [
      [0, 0, 0],
      [4, 0, 0],
    ],
  ];
  const points = [
    [
      [1, 0, 0],
      [2, 0, 0],
      [5, 0, 0],
    ],
  ];

  it('weighs the way from prediction to target', () => {
    const loss = (oppositeWeight?: number) =>
      tf.tidy(
        () => chamferLoss(tf.tensor3d(vertices), tf.tensor3d(points), { oppositeWeight }).dataSync()[0],
      );
    expect(loss(0)).toBeCloseTo(2, 6);
    expect(loss(1)).toBeCloseTo(3, 6);
    expect(loss()).toBeCloseTo(2.55, 6);
  });

  it('gives vertices and points the derivatives worked out by hand', () => {
    const [dVertices, dPoints] = tf.tidy(() =>
      tf
        .grads((v, p) => chamferLoss(v as tf.Tensor3D, p as tf.Tensor3D, { oppositeWeight: 1 }))([
          tf.tensor3d(vertices),
          tf.tensor3d(points),
        ])
        .map((gradient) => [...gradient.dataSync()]),
    );
    // The point at 2 is as near to both vertices and takes the first: x' of vertex 0 is −2/3 − 4/3 − 1.
    expect(dVertices.filter((_, i) => i % 3 === 0).map((x) => +x.toFixed(5))).toEqual([-3, -1.66667]);
    expect(dPoints.filter((_, i) => i % 3 === 0).map((x) => +x.toFixed(5))).toEqual([
      1.66667, 1.33333, 1.66667,
    ]);
  });

  it('is the mean over a batch of items that know nothing of each other', () => {
    tf.tidy(() => {
      const predicted = tf.tensor3d(Float32Array.from(testPoints(3 * 20, 1)), [3, 20, 3]);
      const target = tf.tensor3d(Float32Array.from(testPoints(3 * 30, 2)), [3, 30, 3]);
      const items = [0, 1, 2].map(
        (b) => chamferLoss(predicted.slice([b], [1]), target.slice([b], [1])).dataSync()[0],
      );
      const mean = items.reduce((a, b) => a + b) / 3;
      expect(chamferLoss(predicted, target).dataSync()[0]).toBeCloseTo(mean, 6);
    });
  });

  it.each([
    ['equal', evenOffsets(2, 23)],
    ['different', Int32Array.of(0, 4, 46)],
  ])('has the gradient of its value, with clouds of %s lengths', (_, offsets) => {
    const error = lossGradientError(
      ([vertices, points], [vertexGradient, pointGradient]) =>
        chamferKernel({
          vertices,
          points,
          offsets,
          pairs: findPairs(vertices, points, offsets),
          oppositeWeight: 0.55,
          vertexGradient,
          pointGradient,
        }),
      [testPoints(2 * 14, 3), testPoints(46, 4)],
    );
    expect(error).toBeLessThan(1e-6);
  });

  it('names a wrong shape and an empty side', () => {
    tf.tidy(() => {
      const predicted = tf.zeros([2, 5, 3]) as tf.Tensor3D;
      expect(() => chamferLoss(predicted, tf.zeros([1, 5, 3]))).toThrow(
        'target has shape [1, 5, 3], expected [2, P, 3]',
      );
      expect(() => nearestPairs(predicted, tf.zeros([2, 0, 3]))).toThrow(
        'target has shape [2, 0, 3], expected at least one point',
      );
    });
  });
});
