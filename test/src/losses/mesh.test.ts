// The losses that look at the connectivity: edge, normal, Laplacian; and move, which has the same arguments.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Topology, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { edgeKernel } from '../../../src/losses/edge.ts';
import { edgeLoss, laplacianLoss, moveLoss, normalLoss } from '../../../src/losses/index.ts';
import { laplacianKernel } from '../../../src/losses/laplacian.ts';
import { moveKernel } from '../../../src/losses/move.ts';
import { normalKernel } from '../../../src/losses/normal.ts';
import { evenOffsets } from '../../../src/losses/pointClouds.ts';
import { useTestBackend } from '../../backend.ts';
import { lossGradientError, testPoints } from './differences.ts';

beforeAll(() => useTestBackend());

const triangle = new Topology(new Int32Array([0, 1, 2]), 3);
const right = [
  [0, 0, 0],
  [3, 0, 0],
  [0, 4, 0],
];
const { topology: sphere } = unitIcosphere(0);
const batch = 2;
const vertices = () => testPoints(batch * sphere.vertexCount, 1);

const evaluate = (loss: () => tf.Scalar) => tf.tidy(() => loss().dataSync()[0]);

describe('edgeLoss', () => {
  it('is the mean squared length of the edges, each once', () => {
    expect(evaluate(() => edgeLoss(tf.tensor3d([right]), triangle))).toBeCloseTo((9 + 16 + 25) / 3, 5);
  });

  it('has the gradient of its value', () => {
    const error = lossGradientError(([v], [gradient]) => edgeKernel(v, sphere, gradient), [vertices()]);
    expect(error).toBeLessThan(1e-6);
  });

  it('is zero without edges', () => {
    expect(evaluate(() => edgeLoss(tf.zeros([1, 4, 3]), new Topology(new Int32Array(), 4)))).toBe(0);
  });

  it('names a prediction of another mesh', () => {
    expect(() => tf.tidy(() => edgeLoss(tf.zeros([1, 4, 3]), triangle))).toThrow(
      'predicted has shape [1, 4, 3], expected [B, 3, 3]',
    );
  });
});

describe('normalLoss', () => {
  const loss = (positions: number[][], normal: number[]) =>
    evaluate(() =>
      normalLoss(tf.tensor3d([positions]), triangle, tf.tensor3d([[normal]]), {
        targetOf: new Int32Array(3),
      }),
    );

  it('vanishes where edges lie in the tangent plane, whichever way the normal points', () => {
    expect(loss(right, [0, 0, 1])).toBeCloseTo(0, 6);
    expect(loss(right, [0, 0, -5])).toBeCloseTo(0, 6);
  });

  it('is the mean |cosine| between edges and normals of any length', () => {
    expect(loss(right, [2, 0, 0])).toBeCloseTo((1 + 0 + 3 / 5) / 3, 6);
    expect(loss(right, [-2, 0, 0])).toBeCloseTo((1 + 0 + 3 / 5) / 3, 6);
  });

  it('takes the normal of the point nearest to the lower vertex of an edge', () => {
    const targetOf = new Int32Array([1, 0, 0]);
    const value = evaluate(() =>
      normalLoss(
        tf.tensor3d([right]),
        triangle,
        tf.tensor3d([
          [
            [0, 0, 1],
            [0, 1, 0],
          ],
        ]),
        { targetOf },
      ),
    );
    // Edges 0–1 and 0–2 look at the second normal, edge 1–2 at the first.
    expect(value).toBeCloseTo((0 + 1 + 0) / 3, 6);
  });

  it('is finite on edges and normals of length zero, in value and gradient', () => {
    const gradient = new Float64Array(9);
    const kernel = (vertices: number[], normal: number[]) =>
      normalKernel({
        vertices: Float64Array.from(vertices),
        topology: triangle,
        normals: Float64Array.from(normal),
        offsets: evenOffsets(1, 1),
        targetOf: new Int32Array(3),
        gradient,
      });
    expect(kernel(Array(9).fill(0), [0, 0, 1])).toBe(0);
    expect(kernel(right.flat(), [0, 0, 0])).toBe(0);
    expect([...gradient]).toEqual(Array(9).fill(0));
  });

  it('has the gradient of its value', () => {
    const normals = testPoints(batch * 5, 9);
    const targetOf = Int32Array.from({ length: batch * sphere.vertexCount }, (_, i) => (3 * i) % 5);
    const error = lossGradientError(
      ([v], [gradient]) =>
        normalKernel({
          vertices: v,
          topology: sphere,
          normals,
          offsets: evenOffsets(batch, 5),
          targetOf,
          gradient,
        }),
      [vertices()],
    );
    expect(error).toBeLessThan(1e-6);
  });
});

describe('laplacianLoss', () => {
  it('does not mind a translation', () => {
    const moved = right.map(([x, y, z]) => [x + 1, y - 2, z + 3]);
    expect(evaluate(() => laplacianLoss(tf.tensor3d([right]), tf.tensor3d([moved]), triangle))).toBeCloseTo(
      0,
      6,
    );
  });

  it('is the mean squared change of the Laplacian coordinates', () => {
    const moved = right.map(([x, y, z], v) => [x, y, v === 0 ? z + 2 : z]);
    // δ changes by 2 at the moved vertex and by −1 at its two neighbours.
    expect(evaluate(() => laplacianLoss(tf.tensor3d([right]), tf.tensor3d([moved]), triangle))).toBeCloseTo(
      2,
      6,
    );
  });

  it.each([1, batch])('has the gradient of its value, with %i meshes before and 2 after', (beforeBatch) => {
    const error = lossGradientError(
      ([before, after], [dBefore, dAfter]) => laplacianKernel(before, after, sphere, dBefore, dAfter),
      [testPoints(beforeBatch * sphere.vertexCount, 5), vertices()],
    );
    expect(error).toBeLessThan(1e-6);
  });

  it('leaves out vertices that no face uses', () => {
    const lonely = new Topology(new Int32Array([0, 1, 2]), 4);
    const before = [...right, [0, 0, 0]];
    const after = [...right, [9, 9, 9]];
    expect(evaluate(() => laplacianLoss(tf.tensor3d([before]), tf.tensor3d([after]), lonely))).toBe(0);
  });
});

describe('moveLoss', () => {
  it('is the mean squared distance moved', () => {
    const moved = right.map(([x, y, z], v) => [x + v, y, z]);
    expect(evaluate(() => moveLoss(tf.tensor3d([right]), tf.tensor3d([moved])))).toBeCloseTo(5 / 3, 6);
  });

  it.each([1, batch])('has the gradient of its value, with %i meshes before and 2 after', (beforeBatch) => {
    const error = lossGradientError(
      ([before, after], [dBefore, dAfter]) => moveKernel(before, after, dBefore, dAfter),
      [testPoints(beforeBatch * 7, 5), testPoints(batch * 7, 6)],
    );
    expect(error).toBeLessThan(1e-6);
  });
});
