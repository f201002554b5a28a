import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAt } from '../../../renderer/index.ts';
import { changedPose, mirrorSigns, type PoseChange } from '../../../src/training/poseNoise.ts';
import { PoseRefinement } from '../../../src/training/poseRefinement.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

const cameras = [lookAt({ eye: [1, 0.5, 1.5] }), lookAt({ eye: [0, 0, 2] }), lookAt({ eye: [-1, 1, 1] })].map(
  (view) => Array.from(view),
);
const poses = {
  rows: [4, 0, 4],
  signs: [[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0], [...mirrorSigns]],
};
const rates = { poses: 0.002, network: 0.01 };
const table = Float32Array.from(testNumbers(30, 3));

/** The same in double precision. */
const reference = (values: ArrayLike<number>) =>
  cameras.flatMap((camera, n) => {
    const change = poses.signs[n].map(
      (sign, k) => sign * values[6 * poses.rows[n] + k] * (rates.poses / rates.network),
    );
    return changedPose(camera, change as unknown as PoseChange);
  });

describe('cameras that are learnt', () => {
  it('start where they are', () => {
    const refinement = new PoseRefinement(5, rates);
    const views = refinement.views(cameras, poses).dataSync();
    cameras.flat().forEach((value, i) => {
      expect(views[i]).toBeCloseTo(value, 6);
    });
    refinement.dispose();
  });

  it('change as their rows say, mirrored where the picture is, and not at all for the input view', () => {
    const refinement = new PoseRefinement(5, rates);
    refinement.assign(table);
    const views = refinement.views(cameras, poses).dataSync();
    reference(table).forEach((value, i) => {
      expect(views[i]).toBeCloseTo(value, 5);
    });
    expect(Array.from(views.subarray(16, 32), (value) => value + 0)).toEqual(
      cameras[1].map((value) => value + 0),
    );
    refinement.values().forEach((value, i) => {
      expect(value).toBeCloseTo(table[i] / 5, 6);
    });
    refinement.dispose();
  });

  it.each(['zero', 'some'])('have the gradient of finite differences at %s changes', (start) => {
    const refinement = new PoseRefinement(5, rates);
    const at = Float64Array.from(table, (value) => (start === 'zero' ? 0 : value));
    refinement.assign(Float32Array.from(at));
    const upstream = testNumbers(16 * cameras.length, 9);
    const { grads } = tf.variableGrads(
      () =>
        refinement
          .views(cameras, poses)
          .reshape([-1])
          .mul(tf.tensor1d(Float32Array.from(upstream)))
          .sum() as tf.Scalar,
      refinement.variables.map(({ variable }) => variable as tf.Variable),
    );
    const gradient = Object.values(grads)[0].dataSync();
    const loss = () => reference(at).reduce((sum, value, i) => sum + value * upstream[i], 0);
    for (let k = 0; k < at.length; k++) {
      const value = at[k];
      at[k] = value + 1e-5;
      const above = loss();
      at[k] = value - 1e-5;
      const slope = (above - loss()) / 2e-5;
      at[k] = value;
      expect(gradient[k]).toBeCloseTo(slope, 5);
    }
    refinement.dispose();
  });
});
