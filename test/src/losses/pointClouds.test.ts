// Clouds of different lengths in one batch: every loss is what its items are by themselves, whatever the order of points.

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { unitIcosphere } from '../../../renderer/mesh/index.ts';
import {
  chamferLoss,
  evenPointClouds,
  nearestPairs,
  normalLoss,
  type PointCloudArrays,
  pointClouds,
} from '../../../src/losses/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testPoints } from './differences.ts';

beforeAll(() => useTestBackend());

const { topology } = unitIcosphere(0);
const floats = (count: number, seed: number) => Float32Array.from(testPoints(count, seed));
const cloud = (count: number, seed: number) => ({
  points: floats(count, seed),
  normals: floats(count, seed + 1000),
});

/** Losses of [B, V, 3] icospheres against clouds, and their gradients: of the vertices item by item, of the points in a row. */
function evaluate(vertices: readonly Float32Array[], clouds: readonly PointCloudArrays[]) {
  return tf.tidy(() => {
    const target = pointClouds(clouds);
    const predicted = tf.stack(
      vertices.map((item) => tf.tensor2d(item, [topology.vertexCount, 3])),
    ) as tf.Tensor3D;
    const ofChamfer = tf.valueAndGrads((p, points) =>
      chamferLoss(p as tf.Tensor3D, { ...target, points: points as tf.Tensor2D }),
    )([predicted, target.points]);
    const ofNormal = tf.valueAndGrad((p) =>
      normalLoss(p as tf.Tensor3D, topology, target, nearestPairs(predicted, target)),
    )(predicted);
    const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
    return {
      values: [...numbers(ofChamfer.value), ...numbers(ofNormal.value)],
      vertexGradients: [...numbers(ofChamfer.grads[0]), ...numbers(ofNormal.grad)],
      pointGradients: numbers(ofChamfer.grads[1]),
    };
  });
}

const items = fc.array(
  fc.record({ count: fc.integer({ min: 1, max: 40 }), seed: fc.integer({ min: 0, max: 99_999 }) }),
  { minLength: 1, maxLength: 4 },
);

describe('losses against clouds of different lengths', () => {
  it('are the mean of the items by themselves, as their gradients are', () => {
    fc.assert(
      fc.property(items, (parts) => {
        const vertices = parts.map(({ seed }) => floats(topology.vertexCount, seed + 7));
        const clouds = parts.map(({ count, seed }) => cloud(count, seed));
        const together = evaluate(vertices, clouds);
        const alone = parts.map((_, b) => evaluate([vertices[b]], [clouds[b]]));
        const share = 1 / parts.length;
        const close = (found: number[], expected: number[]) => {
          expect(found).toHaveLength(expected.length);
          for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 5);
        };
        close(
          together.values,
          [0, 1].map((k) => share * alone.reduce((sum, { values }) => sum + values[k], 0)),
        );
        close(
          together.pointGradients,
          alone.flatMap(({ pointGradients }) => pointGradients.map((slope) => share * slope)),
        );
        const half = 3 * topology.vertexCount;
        close(
          together.vertexGradients,
          [0, half].flatMap((from) =>
            alone.flatMap(({ vertexGradients }) =>
              vertexGradients.slice(from, from + half).map((slope) => share * slope),
            ),
          ),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('do not mind the order of points', () => {
    const order = fc.integer({ min: 2, max: 30 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, i) => i),
        { minLength: count },
      ),
    );
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 99_999 }), (rows, seed) => {
        const vertices = [floats(topology.vertexCount, seed + 7)];
        const { points, normals } = cloud(rows.length, seed);
        const shuffled = (table: Float32Array) =>
          Float32Array.from(rows.flatMap((row) => [...table.subarray(3 * row, 3 * row + 3)]));
        const before = evaluate(vertices, [{ points, normals }]);
        const after = evaluate(vertices, [{ points: shuffled(points), normals: shuffled(normals) }]);
        for (const [i, value] of after.values.entries()) expect(value).toBeCloseTo(before.values[i], 6);
        for (const [i, slope] of after.vertexGradients.entries())
          expect(slope).toBeCloseTo(before.vertexGradients[i], 5);
      }),
      { numRuns: 30 },
    );
  });

  it('are what a tensor of equal lengths gives', () => {
    tf.tidy(() => {
      const predicted = tf.tensor3d(floats(2 * 12, 1), [2, 12, 3]);
      const points = tf.tensor3d(floats(2 * 9, 2), [2, 9, 3]);
      const normals = tf.tensor3d(floats(2 * 9, 3), [2, 9, 3]);
      const pairs = nearestPairs(predicted, points);
      const clouds = evenPointClouds(points, normals);
      expect(nearestPairs(predicted, clouds)).toEqual(pairs);
      expect(chamferLoss(predicted, clouds).dataSync()).toEqual(chamferLoss(predicted, points).dataSync());
      expect(normalLoss(predicted, topology, clouds, pairs).dataSync()).toEqual(
        normalLoss(predicted, topology, normals, pairs).dataSync(),
      );
    });
  });
});

describe('pointClouds', () => {
  it('puts clouds after one another', () => {
    tf.tidy(() => {
      const { points, offsets, normals } = pointClouds([cloud(2, 1), cloud(0, 2), cloud(3, 3)]);
      expect([...offsets]).toEqual([0, 2, 2, 5]);
      expect(points.shape).toEqual([5, 3]);
      expect([...points.dataSync()]).toEqual([...floats(2, 1), ...floats(3, 3)]);
      expect([...normals!.dataSync()]).toEqual([...floats(2, 1001), ...floats(3, 1003)]);
    });
  });

  it('has normals only if every cloud has', () => {
    tf.tidy(() => {
      const { points, normals } = pointClouds([cloud(2, 1), { points: floats(3, 3) }]);
      expect(points.shape).toEqual([5, 3]);
      expect(normals).toBeUndefined();
    });
  });

  it('names an array that is no table of points, and normals that do not belong to them', () => {
    expect(() => pointClouds([cloud(2, 1), { points: new Float32Array(4) }])).toThrow(
      'clouds[1].points has 4 numbers, expected three a point',
    );
    expect(() => pointClouds([{ points: floats(2, 1), normals: floats(3, 1) }])).toThrow(
      'clouds[0].normals has 9 numbers, expected 6, as many as its points',
    );
  });
});

describe('losses refuse clouds', () => {
  const refuses = (message: string, call: (predicted: tf.Tensor3D) => unknown) =>
    expect(() => tf.tidy(() => void call(tf.zeros([2, 12, 3])))).toThrow(message);

  it('of another number than there are batch items', () => {
    refuses('target.offsets has 2 entries, expected 3: one more than there are batch items', (predicted) =>
      chamferLoss(predicted, pointClouds([cloud(3, 1)])),
    );
  });

  it('whose offsets do not fit the points', () => {
    const { points } = pointClouds([cloud(5, 1)]);
    const offsets = (...values: number[]) => ({ points, offsets: Int32Array.from(values) });
    refuses('target.points has shape [5, 3], expected [6, 3]', (predicted) =>
      nearestPairs(predicted, offsets(0, 2, 6)),
    );
    refuses('target.offsets[0] is 1, expected 0', (predicted) => nearestPairs(predicted, offsets(1, 2, 5)));
    refuses('target.offsets[2] is 2, expected at least 5', (predicted) =>
      nearestPairs(predicted, offsets(0, 5, 2)),
    );
    points.dispose();
  });

  it('that are empty', () => {
    refuses('target: cloud 1 is empty, expected at least one point', (predicted) =>
      chamferLoss(predicted, pointClouds([cloud(3, 1), cloud(0, 2)])),
    );
  });

  it('without normals, where normals are looked at', () => {
    refuses(
      'targetNormals has points without normals; the normal loss expects a normal a point',
      (predicted) => {
        const target = pointClouds([cloud(3, 1), { points: floats(3, 1) }]);
        expect(chamferLoss(predicted, target).dataSync()[0]).toBeGreaterThan(0);
        normalLoss(predicted, topology, target, nearestPairs(predicted, target));
      },
    );
  });
});
