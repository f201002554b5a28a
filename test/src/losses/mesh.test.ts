// The losses that look at the connectivity: edge, normal, Laplacian, smoothness; and move, which has the same arguments.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Topology, unitIcosphere } from '../../../renderer/mesh/index.ts';
import { edgeKernel } from '../../../src/losses/edge.ts';
import { edgeLoss, laplacianLoss, moveLoss, normalLoss, smoothnessLoss } from '../../../src/losses/index.ts';
import { laplacianKernel } from '../../../src/losses/laplacian.ts';
import { moveKernel } from '../../../src/losses/move.ts';
import { normalKernel } from '../../../src/losses/normal.ts';
import { evenOffsets } from '../../../src/losses/pointClouds.ts';
import { smoothnessKernel } from '../../../src/losses/smoothness.ts';
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
  it('is the mean squared length of the edges', () => {
    expect(evaluate(() => edgeLoss(tf.tensor3d([right]), triangle))).toBeCloseTo((9 + 16 + 25) / 3, 5);
  });

  it('counts vertices as edges to themselves where that is asked for', () => {
    const legacy = evaluate(() => edgeLoss(tf.tensor3d([right]), triangle, { legacy: true }));
    expect(legacy).toBeCloseTo((2 * (9 + 16 + 25)) / (2 * 3 + 3), 5);
  });

  it.each([false, true])('has the gradient of its value, legacy %j', (legacy) => {
    const error = lossGradientError(
      ([v], [gradient]) => edgeKernel({ vertices: v, topology: sphere, legacy, gradient }),
      [vertices()],
    );
    expect(error).toBeLessThan(1e-6);
  });

  it.each([false, true])('is zero without edges, legacy %j', (legacy) => {
    const points = new Topology(new Int32Array(), 4);
    expect(evaluate(() => edgeLoss(tf.zeros([1, 4, 3]), points, { legacy }))).toBe(0);
  });

  it('names a prediction of another mesh', () => {
    expect(() => tf.tidy(() => edgeLoss(tf.zeros([1, 4, 3]), triangle))).toThrow(
      'predicted has shape [1, 4, 3], expected [B, 3, 3]',
    );
  });
});

describe('normalLoss', () => {
  const loss = (positions: number[][], normals: number[][], targetOf: number[], legacy = false) =>
    evaluate(() =>
      normalLoss(
        tf.tensor3d([positions]),
        triangle,
        tf.tensor3d([normals]),
        { targetOf: Int32Array.from(targetOf) },
        { legacy },
      ),
    );
  const kernel = (
    positions: Float64Array,
    normals: Float64Array,
    gradient: Float64Array,
    topology = sphere,
    legacy = false,
  ) => {
    const items = positions.length / 3 / topology.vertexCount;
    const pointCount = normals.length / 3 / items;
    const targetOf = Int32Array.from(
      { length: items * topology.vertexCount },
      (_, i) => (3 * i) % pointCount,
    );
    const offsets = evenOffsets(items, pointCount);
    return normalKernel({ vertices: positions, topology, normals, offsets, targetOf, legacy, gradient });
  };

  it('vanishes where edges lie in the tangent plane, whichever way the normal points', () => {
    expect(loss(right, [[0, 0, 1]], [0, 0, 0])).toBeCloseTo(0, 6);
    expect(loss(right, [[0, 0, -5]], [0, 0, 0])).toBeCloseTo(0, 6);
  });

  it('is the mean |cosine| between edges and normals of any length', () => {
    expect(loss(right, [[2, 0, 0]], [0, 0, 0])).toBeCloseTo((1 + 0 + 3 / 5) / 3, 6);
    expect(loss(right, [[-2, 0, 0]], [0, 0, 0])).toBeCloseTo((1 + 0 + 3 / 5) / 3, 6);
  });

  it('takes an edge in both directions, each with the normal nearest to where it starts', () => {
    const normals = [
      [0, 0, 1],
      [0, 1, 0],
    ];
    // Vertex 0 looks at the second normal: 0→1 is square to it and 0→2 along it. All other directions are square to the first.
    expect(loss(right, normals, [1, 0, 0])).toBeCloseTo(1 / 6, 6);
    // Now vertex 2 does: 2→0 is along it, and 2→1 as the sides 3, 4, 5 say.
    expect(loss(right, normals, [0, 0, 1])).toBeCloseTo((1 + 4 / 5) / 6, 6);
    expect(loss(right, normals, [0, 0, 1], true)).toBeCloseTo((1 + 4 / 5) / 9, 6);
  });

  it('is finite on edges and normals of length zero, in value and gradient', () => {
    const gradient = new Float64Array(9);
    expect(kernel(new Float64Array(9), Float64Array.of(0, 0, 1), gradient, triangle)).toBe(0);
    expect(kernel(Float64Array.from(right.flat()), new Float64Array(3), gradient, triangle)).toBe(0);
    expect([...gradient]).toEqual(Array(9).fill(0));
  });

  it.each([false, true])('has the gradient of its value, legacy %j', (legacy) => {
    const normals = testPoints(batch * 5, 9);
    const error = lossGradientError(
      ([v], [gradient]) => kernel(v, normals, gradient, sphere, legacy),
      [vertices()],
    );
    expect(error).toBeLessThan(1e-6);
  });

  it('has the gradient of its value on edges too short to be made unit vectors', () => {
    // An edge of a ten-millionth: differences with steps of a thousandth of that.
    const short = () => vertices().map((x) => 1e-7 * x);
    const normals = testPoints(batch * 5, 9);
    const gradient = new Float64Array(short().length);
    kernel(short(), normals, gradient);
    const largest = Math.max(...gradient.map(Math.abs));
    for (const [i, slope] of gradient.entries()) {
      const at = (step: number) => {
        const moved = short();
        moved[i] += step;
        return kernel(moved, normals, new Float64Array(moved.length));
      };
      expect(Math.abs((at(1e-10) - at(-1e-10)) / 2e-10 - slope)).toBeLessThan(1e-6 * largest);
    }
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

describe('smoothnessLoss', () => {
  // Two faces that share the edge from (0, 0, 0) to (1, 0, 0).
  const hinge = new Topology(new Int32Array([0, 1, 2, 1, 0, 3]), 4);
  const at = (degrees: number) => {
    const angle = (Math.PI * degrees) / 180;
    const wings = [
      [0.3, 1, 0],
      [0.6, -2 * Math.cos(angle), 2 * Math.sin(angle)],
    ];
    return tf.tensor3d([[[0, 0, 0], [1, 0, 0], ...wings]]);
  };

  it('is (1 − cos)² of the angle by which a surface bends, over all edges', () => {
    for (const degrees of [0, 30, 90, 180]) {
      const expected = (1 - Math.cos((Math.PI * degrees) / 180)) ** 2 / hinge.edgeCount;
      expect(
        evaluate(() => smoothnessLoss(at(degrees), hinge)),
        `${degrees}°`,
      ).toBeCloseTo(expected, 6);
    }
  });

  it('does not mind size or place', () => {
    const shape = () => tf.tensor3d(Float32Array.from(vertices()), [batch, sphere.vertexCount, 3]);
    const plain = evaluate(() => smoothnessLoss(shape(), sphere));
    expect(evaluate(() => smoothnessLoss(shape().mul(7).add(3) as tf.Tensor3D, sphere))).toBeCloseTo(
      plain,
      4,
    );
  });

  it('has the gradient of its value', () => {
    const error = lossGradientError(([v], [gradient]) => smoothnessKernel(v, sphere, gradient), [vertices()]);
    expect(error).toBeLessThan(1e-6);
  });

  it('is finite on faces of no area, which count as flat', () => {
    const gradient = new Float64Array(12);
    expect(smoothnessKernel(new Float64Array(12), hinge, gradient)).toBe(0);
    const folded = Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0, 0.6, 0, 2);
    expect(smoothnessKernel(folded, hinge, gradient)).toBe(0);
    expect([...gradient]).toEqual(Array(12).fill(0));
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
