// Norms of the gradients of single loss terms: against those of the whole objective with one term on, level by level.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere, lookAt } from '../../../renderer/index.ts';
import { pointClouds } from '../../../src/losses/index.ts';
import type { MeshPrediction } from '../../../src/models/index.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { Objective, type ObjectiveOptions } from '../../../src/training/objective.ts';
import { TermGradients } from '../../../src/training/termGradients.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

const losses = {
  chamfer: { weight: 2 },
  edge: { weight: 0.5 },
  laplacian: { weight: 1, firstBlock: 0.5 },
  silhouette: { weight: 0.1, kind: 'iou' },
  color: { weight: 1 },
  normal: { weight: 0 },
  weightDecay: { weight: 1 },
};
const options: ObjectiveOptions = {
  losses,
  renderedLevels: 1,
  renderer: { method: { type: 'dibr' }, perspectiveCorrect: true, imageSize: 16 },
  fovDegrees: 30,
};

/** Two crumpled spheres at two levels. */
function makePrediction(): MeshPrediction {
  const levels = [0, 1].map((level) => {
    const { vertices, topology } = icosphere(level, { radii: [0.35, 0.3, 0.25] });
    const before = vertices.expandDims<tf.Tensor3D>(0);
    const moves = testNumbers(6 * topology.vertexCount, level).map((x) => 0.03 * x);
    const moved = before.add(tf.tensor3d([...moves], [2, topology.vertexCount, 3]));
    return { topology, before, vertices: tf.variable(moved) as unknown as tf.Tensor3D };
  });
  return { levels, colors: tf.tensor3d([...testNumbers(252, 6)], [2, 42, 3]) };
}

const makeBatch = (): Batch => ({
  pictures: tf.zeros([2, 16, 16, 4]),
  target: pointClouds(
    [3, 4].map((seed) => ({ points: Float32Array.from(testNumbers(60, seed), (x) => 0.4 * x) })),
  ),
  silhouettes: tf.tensor3d(
    Array.from(testNumbers(512, 5), (x) => Number(x > 0)),
    [2, 16, 16],
  ),
  colors: tf.fill([2, 16, 16, 3], 0.7),
  cameras: [0, 1].map((x) => Array.from(lookAt({ eye: [x, 0.3, 2] }))),
});

describe('norms of the gradients of loss terms', () => {
  let prediction: MeshPrediction;
  let batch: Batch;
  let norms: Record<string, number>;
  beforeAll(async () => {
    await useTestBackend();
    [prediction, batch] = [makePrediction(), makeBatch()];
    norms = new TermGradients(options).norms(prediction, batch);
  });

  it('are there for every term that looks at meshes, and for no other', () => {
    expect(Object.keys(norms)).toEqual(['chamfer', 'edge', 'laplacian', 'silhouette', 'color']);
  });

  it.each(['chamfer', 'edge', 'laplacian', 'silhouette', 'color'] as const)('are right of %s', (name) => {
    const objective = new Objective({ ...options, losses: { [name]: losses[name] } });
    const { grads } = tf.variableGrads(
      () => objective.evaluate(prediction, batch).total,
      prediction.levels.map(({ vertices }) => vertices as unknown as tf.Variable),
    );
    const squares = Object.values(grads).map((gradient) => gradient?.square().sum().dataSync()[0] ?? 0);
    const expected = Math.sqrt(squares.reduce((sum, value) => sum + value));
    expect(expected).toBeGreaterThan(1e-4);
    expect(norms[name] / expected).toBeCloseTo(1, 5);
  });

  it('leave no tensor behind', () => {
    const gradients = new TermGradients(options);
    const before = tf.memory().numTensors;
    gradients.norms(prediction, batch);
    expect(tf.memory().numTensors).toBe(before);
  });
});
