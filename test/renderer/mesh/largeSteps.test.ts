// The change of variables, and that optimising through it keeps a surface smooth where plain steps fold it.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { SparseCholesky } from '../../../renderer/mesh/cholesky.ts';
import { graphLaplacian, icosphere, LargeSteps, type Topology } from '../../../renderer/mesh/index.ts';
import { solutionKernel } from '../../../renderer/mesh/largeSteps.ts';
import { SparseMatrix } from '../../../renderer/mesh/sparseMatrix.ts';
import { Adam } from '../../../src/tensor/adam.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';

await useTestBackend();

describe('LargeSteps', () => {
  it('turns vertices into parameters and back, in batches too', () => {
    const { vertices, topology } = icosphere(2);
    const steps = new LargeSteps(topology, { lambda: 7 });
    const laplacian = graphLaplacian(topology).multiply(vertices.dataSync() as Float32Array);
    const parameters = steps.toParameters(vertices);
    parameters.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(vertices.dataSync()[i] + 7 * laplacian[i], 4);
    });
    const batch = tf.stack([parameters, parameters.mul(2)]) as tf.Tensor3D;
    const back = steps.toVertices(batch);
    const expected = tf.stack([vertices, vertices.mul(2)]);
    expect(back.sub(expected).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  });

  it('has the derivative of finite differences', () => {
    const rows = [0, 0, 1, 1, 1, 2, 2];
    const columns = [0, 1, 0, 1, 2, 1, 2];
    const matrix = SparseMatrix.fromEntries([3, 3], rows, columns, [3, -1, -1, 4, -2, -2, 5]);
    const kernel = solutionKernel(new SparseCholesky(matrix), 9);
    expect(kernelGradientError(kernel, [testNumbers(18, 1)], 18)).toBeLessThan(1e-8);
  });

  it('spreads the gradient on one vertex smoothly', () => {
    const { vertices, topology } = icosphere(2);
    const steps = new LargeSteps(topology);
    const one = tf.oneHot(tf.tensor1d([5], 'int32'), topology.vertexCount).reshape([-1, 1]);
    const gradient = tf.grad((u) =>
      steps
        .toVertices(u as tf.Tensor2D)
        .mul(one)
        .sum(),
    )(vertices);
    const spread = (gradient.arraySync() as number[][]).map((row) => row[0]);
    expect(spread.every((value) => value > 0)).toBe(true);
    expect(spread.indexOf(Math.max(...spread))).toBe(5);
    expect(spread.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });

  it('keeps a fit to noisy gradients from folding', () => {
    const plain = fitted('plain');
    const smooth = fitted('large steps');
    expect(plain.flipped).toBeGreaterThan(100);
    expect(smooth.flipped).toBe(0);
    expect(smooth.error).toBeLessThan(plain.error / 2);
  });

  it('names what does not fit', () => {
    const { topology } = icosphere(0);
    expect(() => new LargeSteps(topology, { lambda: -1 })).toThrow(
      'lambda is -1, expected a number from 0 up',
    );
    const steps = new LargeSteps(topology);
    expect(() => steps.toVertices(tf.zeros<tf.Rank.R2>([11, 3]))).toThrow('vertices has shape [11, 3]');
  });
});

/**
 * Fits a sphere of 642 vertices to an ellipsoid with a bump, by 100 steps along gradients of which only every tenth vertex has one, as
 * those of outlines do, with noise as large as the way to go.
 */
function fitted(by: 'plain' | 'large steps'): { flipped: number; error: number } {
  const { vertices, topology } = icosphere(3);
  const target = tf.tidy(() => {
    const bump = vertices.slice([0, 1], [-1, 1]).sub(0.6).relu();
    return vertices.mul<tf.Tensor2D>([1.2, 0.8, 1]).mul<tf.Tensor2D>(bump.add(1));
  });
  const steps = new LargeSteps(topology);
  const large = by === 'large steps';
  const x = tf.variable(large ? steps.toParameters(vertices) : vertices);
  const current = () => (large ? steps.toVertices(x as tf.Tensor as tf.Tensor2D) : x) as tf.Tensor2D;
  const adam = new Adam([{ name: 'x', variable: x }], { uniform: large });
  for (let step = 0; step < 100; step++) {
    tf.tidy(() => {
      const noise = tf.randomNormal(vertices.shape, 0, 0.3, 'float32', 2 * step);
      const seen = tf.randomUniform([topology.vertexCount, 1], 0, 1, 'float32', 2 * step + 1).less(0.1);
      const pull = current().sub(target).add(noise).mul(seen.cast('float32'));
      const { grads } = tf.variableGrads(() => current().mul(pull).sum(), [x]);
      adam.step({ x: grads[x.name] }, 0.02);
    });
  }
  const error = current().sub(target).square().sum(1).mean().sqrt().dataSync()[0];
  return { flipped: flippedFaces(current(), target, topology), error };
}

/** Faces whose normals point away from those of the target. */
function flippedFaces(vertices: tf.Tensor2D, target: tf.Tensor2D, { faces }: Topology): number {
  const [here, there] = [vertices, target].map((tensor) => tensor.dataSync());
  const normal = (x: ArrayLike<number>, i: number) => {
    const at = (k: number, axis: number) => x[3 * faces[i + k] + axis];
    const u = [0, 1, 2].map((axis) => at(1, axis) - at(0, axis));
    const v = [0, 1, 2].map((axis) => at(2, axis) - at(0, axis));
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  };
  let count = 0;
  for (let i = 0; i < faces.length; i += 3) {
    const [m, n] = [normal(here, i), normal(there, i)];
    if (m[0] * n[0] + m[1] * n[1] + m[2] * n[2] < 0) count++;
  }
  return count;
}
