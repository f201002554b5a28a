import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  joinCameras,
  lookAt,
  OrthographicCamera,
  orbitPose,
  orbitViews,
  PerspectiveCamera,
} from '../../../renderer/camera/index.ts';
import { ArgumentError } from '../../../renderer/errors.ts';
import { useTestBackend } from '../../backend.ts';
import { expectCameraGradient, expectClose, expectSameCamera } from './cameras.ts';

beforeAll(() => useTestBackend());

const points = [0.3, 0.2, -0.1, -0.4, 0.1, 0.5, 0, 0, 0];
const ring = (count: number) =>
  Array.from({ length: count }, (_, i) => lookAt({ eye: [2 * Math.cos(i), 0.4 * i, 2 * Math.sin(i)] }));

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

const places = { azimuthDegrees: [10, 130, 250], elevationDegrees: [20, -30, 40], distance: [2, 2.5, 3] };
const views = orbitViews(places);
const viewTensor = () => tf.tensor3d(Float32Array.from(views.flatMap((view) => [...view])), [3, 4, 4]);

describe('cameras made of tensors', () => {
  it.each([1, 3])('project a batch of %i as those made of numbers do', (batch) => {
    const vertices = tf.randomNormal([batch, 5, 3], 0, 0.3, 'float32', 5) as tf.Tensor3D;
    const numeric = new PerspectiveCamera({ fovDegrees: 40, aspect: 1.5, view: views });
    const expected = numeric.project(vertices).dataSync();
    const { fovDegrees, view } = { fovDegrees: tf.scalar(40), view: viewTensor() };
    for (const camera of [
      new PerspectiveCamera({ fovDegrees, aspect: 1.5, view }),
      new PerspectiveCamera({ fovDegrees: tf.tensor1d([40, 40, 40]), aspect: 1.5, view: views }),
      numeric.withView(view),
    ]) {
      expect(camera.isNumeric).toBe(false);
      expectClose(camera.project(vertices).dataSync(), expected, 1e-5);
      expectSameCamera(camera.toNumeric(), numeric, 1e-5);
    }
    const flat = new OrthographicCamera({ halfHeight: tf.scalar(0.8), aspect: 2, view });
    expectSameCamera(
      flat.toNumeric(),
      new OrthographicCamera({ halfHeight: 0.8, aspect: 2, view: views }),
      1e-5,
    );
    expectClose(flat.project(vertices).dataSync(), flat.toNumeric().project(vertices).dataSync(), 1e-5);
  });

  it('see through several lenses from one place', () => {
    const fovDegrees = [30, 60];
    const camera = new PerspectiveCamera({ fovDegrees: tf.tensor1d(fovDegrees), view: views[0] });
    expect(camera.viewCount).toBe(2);
    expect(camera.views).toHaveLength(2);
    const numeric = camera.toNumeric();
    const vertices = tf.tensor3d(points, [1, 3, 3]);
    const rows = camera.project(vertices).dataSync();
    fovDegrees.forEach((fov, i) => {
      const single = new PerspectiveCamera({ fovDegrees: fov, view: views[0] });
      expectClose(rows.slice(12 * i, 12 * i + 12), single.projectOnHost(points), 1e-5);
      expectClose(numeric.projectOnHost(points, i), single.projectOnHost(points), 1e-5);
    });
  });

  it('have gradients to the field of view, shared or one a view', () => {
    expectCameraGradient(
      [40],
      [],
      (p) => new PerspectiveCamera({ fovDegrees: p as tf.Scalar, aspect: 1.2, view: views }),
      ([fovDegrees]) => new PerspectiveCamera({ fovDegrees, aspect: 1.2, view: views }),
    );
    expectCameraGradient(
      [30, 60],
      [2],
      (p) => new PerspectiveCamera({ fovDegrees: p as tf.Tensor1D, view: views[0] }),
      (p) => joinCameras(p.map((fovDegrees) => new PerspectiveCamera({ fovDegrees, view: views[0] }))),
    );
    expectCameraGradient(
      [0.8],
      [],
      (p) => new OrthographicCamera({ halfHeight: p as tf.Scalar, aspect: 1.2, view: views }),
      ([halfHeight]) => new OrthographicCamera({ halfHeight, aspect: 1.2, view: views }),
    );
  });

  it('have gradients to every entry of their views but the last row', () => {
    const rigid = (entries: readonly number[]) =>
      [0, 12, 24].map((i) => [...entries.slice(i, i + 12), 0, 0, 0, 1]);
    const lastRow = tf.tensor3d([0, 0, 0, 1], [1, 1, 4]).tile([3, 1, 1]);
    expectCameraGradient(
      views.flatMap((view) => [...view.slice(0, 12)]),
      [3, 3, 4],
      (p) => new PerspectiveCamera({ fovDegrees: 40, view: tf.concat([p, lastRow], 1) as tf.Tensor3D }),
      (p) => new PerspectiveCamera({ fovDegrees: 40, view: rigid(p) }),
    );
  });

  it('follow variables: a step of an optimiser moves them', () => {
    const fovDegrees = tf.variable(tf.scalar(40));
    const camera = new PerspectiveCamera({ fovDegrees, view: views });
    const vertices = tf.tensor3d(points, [1, 3, 3]);
    const loss = () => camera.project(vertices).square().mean() as tf.Scalar;
    const { value, grads } = tf.variableGrads(loss);
    tf.train.sgd(1).applyGradients(grads);
    expect(loss().dataSync()[0]).toBeLessThan(value.dataSync()[0]);
    expect(camera.toNumeric().lensRow()[1]).toBeCloseTo(
      1 / Math.tan((fovDegrees.dataSync()[0] * Math.PI) / 360),
      5,
    );
  });

  it('leave no tensors behind', () => {
    const camera = new PerspectiveCamera({ fovDegrees: tf.scalar(40), view: viewTensor() });
    const vertices = tf.tensor3d(points, [1, 3, 3]);
    const before = tf.memory().numTensors;
    camera.toNumeric();
    for (const tensor of [camera.project(vertices), camera.viewpoints(), camera.viewMatrices()]) {
      tensor.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(camera.project(vertices).dataSync().every(Number.isFinite)).toBe(true);
  });

  it('refuse to be read as numbers', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 40, view: viewTensor() });
    expect(() => camera.views).toThrow(ArgumentError);
    expect(() => camera.projectOnHost(points)).toThrow(
      /views of this camera are a tensor: take viewMatrices\(\)/,
    );
    const lens = new PerspectiveCamera({ fovDegrees: tf.scalar(40) });
    expect(() => lens.projectOnHost(points)).toThrow(/lens of this camera is a tensor/);
    expect(() => new PerspectiveCamera({ fovDegrees: 40, view: tf.zeros([3, 3, 4]) })).toThrow(
      'view must be a tensor [views, 4, 4], but has shape [3,3,4]',
    );
    expect(() => new PerspectiveCamera({ fovDegrees: tf.zeros([2, 2]) as unknown as tf.Tensor1D })).toThrow(
      'fovDegrees must be a number, a scalar or a tensor [views], but has shape [2,2]',
    );
    expect(() => new PerspectiveCamera({ fovDegrees: tf.tensor1d([1, 2]), view: viewTensor() })).toThrow(
      '3 views cannot be seen through 2 lenses',
    );
  });
});

describe('viewpoints', () => {
  const place = (i: number) => {
    const [azimuth, elevation] = [places.azimuthDegrees[i], places.elevationDegrees[i]].map(
      (angle) => (angle * Math.PI) / 180,
    );
    return [
      Math.cos(elevation) * Math.sin(azimuth),
      Math.sin(elevation),
      Math.cos(elevation) * Math.cos(azimuth),
    ];
  };

  it('are eyes in perspective, directions without it', () => {
    const camera = new PerspectiveCamera({ fovDegrees: 40, view: views });
    const flat = new OrthographicCamera({ halfHeight: 1, view: views });
    for (let i = 0; i < 3; i++) {
      const eye = place(i).map((value) => value * places.distance[i]);
      expectClose(camera.viewpoints().arraySync()[i], [...eye, 1], 1e-6);
      expectClose(camera.withView(viewTensor()).viewpoints().arraySync()[i], [...eye, 1], 1e-6);
      expectClose(flat.viewpoints().arraySync()[i], [...place(i), 0], 1e-6);
    }
  });

  it('pass gradients to the pose', () => {
    const weights = [0.3, -0.7, 0.5];
    const gradient = tf.grad((distance) =>
      new PerspectiveCamera({
        fovDegrees: 40,
        view: orbitPose({ azimuthDegrees: 10, elevationDegrees: 20, distance: distance as tf.Scalar }),
      })
        .viewpoints()
        .slice([0, 0], [1, 3])
        .mul(tf.tensor1d(weights))
        .sum(),
    )(tf.scalar(2));
    // The eye moves along the direction in which it stands.
    const expected = place(0).reduce((sum, value, i) => sum + value * weights[i], 0);
    expectClose(gradient.dataSync(), [expected], 1e-6);
  });
});
