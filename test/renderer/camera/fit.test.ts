// Cameras recovered from pictures: the gradients of this folder behind those of a rasterizer.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import {
  type Camera,
  icosphere,
  lookAt,
  PerspectiveCamera,
  poseMatrix,
  poseOf,
  render,
} from '../../../renderer/index.ts';
import { useTestBackend } from '../../backend.ts';
import { expectClose } from './cameras.ts';

beforeAll(() => useTestBackend());

it('pose and field of view come back from silhouettes', () => {
  // No two of its silhouettes are alike: three radii, and a corner pulled out.
  const sphere = icosphere(2, { radii: [0.5, 0.3, 0.2] });
  const vertices = sphere.vertices.mul(tf.where(sphere.vertices.slice([0, 0], [-1, 1]).greater(0.3), 1.3, 1));
  const mesh = { ...sphere, vertices: vertices as tf.Tensor2D };
  const views = [lookAt({ eye: [0.3, 0.5, 2] }), lookAt({ eye: [1.8, 0.4, 0.6] })];
  const silhouettes = (camera: Camera) =>
    render(mesh, camera, {
      ...{ width: 48, height: 48, outputs: ['silhouette'] },
      method: { type: 'softras', sigma: 1e-3 },
    }).silhouette;
  const wanted = silhouettes(new PerspectiveCamera({ fovDegrees: 40, view: views }));
  const poses = views.map(poseOf);
  const start = (values: readonly (readonly number[])[], offset: number) =>
    tf.variable(
      tf.tensor2d(values.map((row) => row.map((value, i) => value + (i === 1 ? -offset : offset)))),
    );
  const rotation = start(
    poses.map((pose) => pose.rotation),
    0.12,
  );
  const translation = start(
    poses.map((pose) => pose.translation),
    0.08,
  );
  const fovDegrees = tf.variable(tf.scalar(40));
  const loss = () =>
    silhouettes(new PerspectiveCamera({ fovDegrees, view: poseMatrix({ rotation, translation }) }))
      .sub(wanted)
      .square()
      .mean() as tf.Scalar;
  const [before] = loss().dataSync();
  const optimizer = tf.train.adam(0.01);
  for (let i = 0; i < 250; i++) optimizer.minimize(loss);
  const [after] = loss().dataSync();
  expect(after).toBeLessThan(before / 1000);
  expectClose(
    rotation.arraySync().flat(),
    poses.flatMap((pose) => pose.rotation),
    2e-3,
  );
  // Distance and field of view nearly stand for each other.
  expectClose(
    translation.arraySync().flat(),
    poses.flatMap((pose) => pose.translation),
    0.02,
  );
});
