import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import {
  IntrinsicsCamera,
  joinCameras,
  OrthographicCamera,
  orbitViews,
  PerspectiveCamera,
} from '../../../renderer/camera/index.ts';
import { expectClose, worldPoints } from './cameras.ts';

const views = orbitViews({ azimuthDegrees: [0, 50, 100], elevationDegrees: 10, distance: 3 });
const one = new PerspectiveCamera({ fovDegrees: 40, view: views.slice(0, 2) });
const other = new IntrinsicsCamera({ width: 64, height: 64, fx: 100, cx: 20, view: views[2] });

it('joined cameras take the pictures of each', () => {
  const joined = joinCameras([one, other]);
  expect(joined.viewCount).toBe(3);
  const expected = [
    ...one.projectOnHost(worldPoints, 0),
    ...one.projectOnHost(worldPoints, 1),
    ...other.projectOnHost(worldPoints),
  ];
  expectClose(
    [0, 1, 2].flatMap((view) => [...joined.projectOnHost(worldPoints, view)]),
    expected,
  );
  const projected = joined.project(tf.tensor3d(worldPoints, [1, worldPoints.length / 3, 3]));
  expectClose(projected.dataSync(), expected, 1e-5);
});

it('what cannot be joined is named', () => {
  expect(() => joinCameras([])).toThrow('cameras must be one or more, but there are none');
  expect(() => joinCameras([one, new OrthographicCamera({ halfHeight: 1 })])).toThrow(/cameras\[1\]/);
  expect(() => joinCameras([one, new PerspectiveCamera({ fovDegrees: 40, near: 1 })])).toThrow(
    'cameras[1] must have the near of cameras[0], 0.01, but has 1',
  );
  expect(() => joinCameras([one, one.withView(tf.zeros([1, 4, 4]))])).toThrow(
    /views of this camera are a tensor/,
  );
  expect(() => joinCameras([one, other]).withView(views.slice(0, 2))).toThrow(
    '2 views cannot be seen through 3 lenses',
  );
});
