// Cameras and views at random, where they show points, and gradients against finite differences, for the tests of this folder.

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type Camera, IntrinsicsCamera, orbit, type PictureSize } from '../../../renderer/camera/index.ts';
import { testNumbers } from '../../gradient.ts';

const degrees = fc.double({ min: -180, max: 180, noNaN: true });

/** Any rigid view: an orbit, rolled by swapping axes every other time. */
export const someView: fc.Arbitrary<Float64Array> = fc
  .record({
    azimuthDegrees: degrees,
    elevationDegrees: degrees,
    distance: fc.double({ min: 0.5, max: 5, noNaN: true }),
    target: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true }))),
    isRolled: fc.boolean(),
  })
  .map(({ isRolled, target, ...place }) => {
    const view = orbit({ ...place, target: target as [number, number, number] });
    const [x, y] = [view.slice(0, 4), view.slice(4, 8).map((value) => 0 - value)];
    return isRolled ? Float64Array.from([...y, ...x, ...view.slice(8)]) : view;
  });

export const someSize: fc.Arbitrary<PictureSize> = fc.record({
  width: fc.integer({ min: 1, max: 4000 }),
  height: fc.integer({ min: 1, max: 4000 }),
});

export const someCamera: fc.Arbitrary<{ camera: IntrinsicsCamera; size: PictureSize }> = fc
  .tuple(
    someView,
    someSize,
    fc.double({ min: 0.3, max: 4, noNaN: true }),
    fc.double({ min: 0.5, max: 2, noNaN: true }),
  )
  .map(([view, size, focal, ratio]) => ({
    size,
    camera: new IntrinsicsCamera({
      ...size,
      fx: focal * size.width,
      fy: focal * ratio * size.width,
      cx: 0.6 * size.width,
      cy: 0.3 * size.height,
      view,
    }),
  }));

/** (u, v), the first pixel's centre at (0.5, 0.5), and depth. */
export function pixelOf(
  camera: Camera,
  { width, height }: PictureSize,
  point: readonly number[],
  view = 0,
): [number, number, number] {
  const [x, y, z, w] = camera.projectOnHost(point, view);
  return [(width / 2) * (1 + x / w), (height / 2) * (1 - y / w), z];
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const scale = Math.max(1, Math.abs(expected[i]));
    expect(
      Math.abs(actual[i] - expected[i]) / scale,
      `entry ${i}: ${actual[i]} for ${expected[i]}`,
    ).toBeLessThan(tolerance);
  }
}

/** Both cameras show the same points in the same places, in every view. */
export function expectSameCamera(actual: Camera, expected: Camera, tolerance = 1e-9): void {
  expect(actual.viewCount).toBe(expected.viewCount);
  const points = testNumbers(15, 3);
  for (let view = 0; view < expected.viewCount; view++) {
    expectClose(actual.projectOnHost(points, view), expected.projectOnHost(points, view), tolerance);
  }
}

export const worldPoints = [0.3, 0.2, -0.1, -0.4, 0.1, 0.5, 0, 0, 0, 0.2, -0.6, 0.3];

/**
 * Checks dL/d(parameters) of a camera made of a tensor against finite differences of one made of numbers, in double precision, for
 * a random weighted sum L of the projected points.
 */
export function expectCameraGradient(
  parameters: readonly number[],
  shape: readonly number[],
  withTensor: (parameters: tf.Tensor) => Camera,
  withNumbers: (parameters: readonly number[]) => Camera,
  tolerance = 1e-4,
): void {
  const views = withNumbers(parameters).viewCount;
  const count = worldPoints.length / 3;
  const weights = testNumbers(4 * count * views, 11);
  const loss = (at: readonly number[]) => {
    const camera = withNumbers(at);
    let sum = 0;
    for (let view = 0; view < views; view++) {
      camera.projectOnHost(worldPoints, view).forEach((value, i) => {
        sum += value * weights[4 * count * view + i];
      });
    }
    return sum;
  };
  const { value, grad } = tf.valueAndGrad((p) =>
    withTensor(p)
      .project(tf.tensor3d(worldPoints, [1, count, 3]))
      .mul(tf.tensor3d(Float32Array.from(weights), [views, count, 4]))
      .sum(),
  )(tf.tensor([...parameters], [...shape]));
  expectClose(value.dataSync(), [loss(parameters)], 1e-5);
  const expected = parameters.map((parameter, i) => {
    const step = 1e-5 * Math.max(1, Math.abs(parameter));
    const moved = (by: number) => loss(parameters.map((p, k) => (k === i ? p + by : p)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  const largest = Math.max(...expected.map(Math.abs));
  expectClose(
    grad.dataSync().map((entry) => entry / largest),
    expected.map((entry) => entry / largest),
    tolerance,
  );
}

/** The rotation of an axis times an angle as the exponential of its cross-product matrix, summed up: 9 numbers. */
export function rotationExponential([x, y, z]: readonly number[]): number[] {
  const k = [0, -z, y, z, 0, -x, -y, x, 0];
  let term = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const sum = [...term];
  for (let n = 1; n < 60; n++) {
    term = term.map((_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return [0, 1, 2].reduce((total, j) => total + term[3 * row + j] * k[3 * j + column], 0) / n;
    });
    term.forEach((value, i) => {
      sum[i] += value;
    });
  }
  return sum;
}
