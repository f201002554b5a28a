import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { lookAt, OrthographicCamera, PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { ArgumentError } from '../../../renderer/errors.ts';

const points = [0.3, 0.2, -0.1, -0.4, 0.1, 0.5, 0, 0, 0];
const ring = (count: number) =>
  Array.from({ length: count }, (_, i) => lookAt({ eye: [2 * Math.cos(i), 0.4 * i, 2 * Math.sin(i)] }));

describe('lookAt', () => {
  it('puts the target on the −z axis at its distance and up at the top', () => {
    const camera = new OrthographicCamera({
      halfHeight: 1,
      view: lookAt({ eye: [3, 4, 0], target: [0, 0, 0] }),
    });
    const [x, y, z, w] = camera.projectOnHost([0, 0, 0]);
    expect([x, y, z, w].map((value) => Number(value.toFixed(12)) + 0)).toEqual([0, 0, -5, 1]);
    expect(camera.projectOnHost([0, 0.1, 0])[1]).toBeGreaterThan(0);
  });

  it('keeps handedness: from +z, world x is picture x', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 90, view: lookAt({ eye: [0, 0, 2] }) });
    const [x, y, z, w] = camera.projectOnHost([1, 0.5, 0]);
    expect(x / w).toBeCloseTo(0.5, 12);
    expect(y / w).toBeCloseTo(0.25, 12);
    expect(z).toBeCloseTo(-2, 12);
  });

  it('refuses views that have no direction', () => {
    expect(() => lookAt({ eye: [1, 1, 1], target: [1, 1, 1] })).toThrow(ArgumentError);
    expect(() => lookAt({ eye: [0, 2, 0] })).toThrow(/parallel/);
    expect(() => lookAt({ eye: [Number.NaN, 0, 1] })).toThrow(
      'eye must be three finite numbers, but is (NaN, 0, 1)',
    );
  });
});

describe('cameras', () => {
  it('fill the picture height at the stated field of view, whatever the aspect', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 30, aspect: 2 });
    const half = Math.tan(Math.PI / 12);
    const [x, y, , w] = camera.projectOnHost([2 * half, half, -1]);
    expect(x / w).toBeCloseTo(1, 12);
    expect(y / w).toBeCloseTo(1, 12);
    const flat = new OrthographicCamera({ halfHeight: 0.5, aspect: 2 });
    expect([...flat.projectOnHost([1, 0.5, -7])]).toEqual([1, 1, -7, 1]);
  });

  it.each([
    ['one view, two meshes', 1, 2],
    ['a view each', 2, 2],
    ['three views of one mesh', 3, 1],
    ['two views of each of two meshes', 4, 2],
  ])('project batches: %s', (_, views, batch) => {
    const camera = new PerspectiveCamera({ fovDegrees: 40, aspect: 1.5, view: ring(views) });
    const meshes = Array.from({ length: batch }, (_, b) => points.map((value) => value * (1 + b)));
    const projected = camera.project(tf.tensor3d(meshes.flat(), [batch, 3, 3]));
    const pictures = Math.max(views, batch);
    expect(projected.shape).toEqual([pictures, 3, 4]);
    const each = pictures / batch;
    const expected = Array.from({ length: pictures }, (_, n) => [
      ...camera.projectOnHost(meshes[Math.floor(n / each)], views === 1 ? 0 : n),
    ]).flat();
    [...projected.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });

  it('pass gradients to the vertices', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 40, view: ring(3) });
    const upstream = tf.randomNormal([3, 3, 4], 0, 1, 'float32', 7);
    const gradient = tf
      .grad((v) =>
        camera
          .project(v as tf.Tensor3D)
          .mul(upstream)
          .sum(),
      )(tf.tensor3d(points, [1, 3, 3]))
      .dataSync();
    const weights = upstream.dataSync();
    const loss = (at: number[]) =>
      [0, 1, 2].reduce(
        (sum, n) => camera.projectOnHost(at, n).reduce((s, value, i) => s + value * weights[12 * n + i], sum),
        0,
      );
    points.forEach((_, i) => {
      const at = (step: number) => loss(points.map((value, k) => (k === i ? value + step : value)));
      expect(gradient[i]).toBeCloseTo((at(1e-4) - at(-1e-4)) / 2e-4, 4);
    });
  });

  it('name what is wrong', () => {
    expect(() => new PerspectiveCamera({ fovDegrees: 180 })).toThrow(
      'fovDegrees must be between 0 and 180, but is 180',
    );
    expect(() => new OrthographicCamera({ halfHeight: 0 })).toThrow(/halfHeight/);
    expect(() => new PerspectiveCamera({ fovDegrees: 30, view: [1, 2, 3] })).toThrow(/view\[0\].*sixteen/);
    const columnMajor = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, -2, 1];
    expect(() => new PerspectiveCamera({ fovDegrees: 30, view: columnMajor })).toThrow(
      'view[0] must have the last row 0 0 0 1, but has 0 0 -2 1: is it column-major?',
    );
    const camera = new PerspectiveCamera({ fovDegrees: 30, view: ring(3) });
    expect(() => camera.project(tf.zeros([2, 3, 3]))).toThrow('3 views cannot be shared out among 2 meshes');
    expect(() => camera.project(tf.zeros([1, 3, 4]))).toThrow(/\[batch, count, 3\]/);
  });
});
