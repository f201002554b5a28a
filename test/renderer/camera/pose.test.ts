import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PerspectiveCamera, poseMatrix, poseOf, rigidView } from '../../../renderer/camera/index.ts';
import { useTestBackend } from '../../backend.ts';
import { expectCameraGradient, expectClose, rotationExponential, someView } from './cameras.ts';

beforeAll(() => useTestBackend());

const matrices = (rotation: readonly (readonly number[])[], translation = rotation.map(() => [0, 0, -2])) =>
  poseMatrix({
    rotation: tf.tensor2d(rotation.map((row) => [...row])),
    translation: tf.tensor2d(translation),
  });

describe('axis-angle poses', () => {
  it('turn by hand-computed angles', () => {
    // A quarter about y takes z to x and x to −z.
    const [quarter] = matrices([[0, Math.PI / 2, 0]], [[1, 2, 3]]).arraySync();
    expectClose(quarter.flat(), [0, 0, 1, 1, 0, 1, 0, 2, -1, 0, 0, 3, 0, 0, 0, 1], 1e-6);
    const [none] = matrices([[0, 0, 0]]).arraySync();
    expect(none.slice(0, 3).map((row) => row.slice(0, 3))).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it.each([0, 1e-20, 1e-6, 1e-3, 0.1, 0.499, 0.501, 1, 3, 3.14, 6, 10])(
    'are the exponential, with its derivative, at an angle of %s',
    (angle) => {
      const rotation = [0.48, -0.6, 0.64].map((value) => value * angle);
      const [matrix] = matrices([rotation]).arraySync();
      expectClose(matrix.flatMap((row) => row.slice(0, 3)).slice(0, 9), rotationExponential(rotation), 2e-6);
      expectCameraGradient(
        [...rotation, 0.2, -0.1, -3],
        [1, 6],
        (p) => {
          const [r, t] = tf.split(p, 2, 1) as tf.Tensor2D[];
          return new PerspectiveCamera({
            fovDegrees: 40,
            view: poseMatrix({ rotation: r, translation: t }),
          });
        },
        (p) =>
          new PerspectiveCamera({
            fovDegrees: 40,
            view: rigidView(rotationExponential(p.slice(0, 3)), p.slice(3)),
          }),
      );
    },
  );

  it('come back from views, half turns included', () => {
    fc.assert(
      fc.property(someView, (view) => {
        const { rotation, translation } = poseOf(view);
        expect(Math.hypot(...rotation)).toBeLessThan(Math.PI + 1e-9);
        expectClose(rigidView(rotationExponential(rotation), translation), view, 1e-8);
      }),
    );
    for (const axis of [
      [1, 0, 0],
      [0, 0.6, 0.8],
      [-0.6, 0, 0.8],
    ]) {
      const half = rotationExponential(axis.map((value) => value * Math.PI));
      const { rotation } = poseOf(rigidView(half, [0, 0, 0]));
      expectClose(rotationExponential(rotation), half, 1e-9);
    }
    expect(poseOf([1, 0, 0, 4, 0, 1, 0, 5, 0, 0, 1, 6, 0, 0, 0, 1])).toEqual({
      rotation: [0, 0, 0],
      translation: [4, 5, 6],
    });
  });
});

describe('6D poses', () => {
  it('are orthonormal, with the first direction and the plane of both kept', () => {
    const [matrix] = matrices([[0, 2, 0, 3, 1, 0]]).arraySync();
    // e1 = y, e2 = x, e3 = y × x = −z, as columns.
    expectClose(
      matrix.slice(0, 3).flatMap((row) => row.slice(0, 3)),
      [0, 1, 0, 1, 0, 0, 0, 0, -1],
      1e-6,
    );
  });

  it('have the gradients of their formula', () => {
    const host = (p: readonly number[]) => {
      const unit = (v: number[]) => v.map((value) => value / Math.hypot(...v));
      const a = unit(p.slice(0, 3));
      const along = a.reduce((sum, value, i) => sum + value * p[3 + i], 0);
      const b = unit(a.map((value, i) => p[3 + i] - along * value));
      const c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      return rigidView(
        [0, 1, 2].flatMap((row) => [a[row], b[row], c[row]]),
        [0.1, 0.2, -3],
      );
    };
    expectCameraGradient(
      [0.9, 0.3, -0.2, 0.1, 1.4, 0.5],
      [1, 6],
      (p) =>
        new PerspectiveCamera({
          fovDegrees: 40,
          view: poseMatrix({ rotation: p as tf.Tensor2D, translation: tf.tensor2d([[0.1, 0.2, -3]]) }),
        }),
      (p) => new PerspectiveCamera({ fovDegrees: 40, view: host(p) }),
    );
  });

  it('give neither NaN nor Inf where they are degenerate', () => {
    const gradient = tf.grad((rotation) =>
      poseMatrix({ rotation: rotation as tf.Tensor2D, translation: tf.zeros([2, 3]) }).sum(),
    )(tf.tensor2d([new Array(6).fill(0), [1, 0, 0, 2, 0, 0]]));
    expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });
});

it('wrong shapes are named', () => {
  expect(() => poseMatrix({ rotation: tf.zeros([2, 4]), translation: tf.zeros([2, 3]) })).toThrow(
    'rotation must have shape [views, 3] or [views, 6], but has [2,4]',
  );
  expect(() => poseMatrix({ rotation: tf.zeros([2, 3]), translation: tf.zeros([1, 3]) })).toThrow(
    'translation must have shape [2, 3], but has [1,3]',
  );
  expect(() => poseOf([2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])).toThrow(/view must be a rotation/);
});
