import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fromPyTorch3d,
  fromR2n2,
  IntrinsicsCamera,
  orbit,
  PerspectiveCamera,
  r2n2FovDegrees,
  toPyTorch3d,
  toPyTorch3dFov,
} from '../../../renderer/camera/index.ts';
import { expectClose, expectSameCamera, pixelOf, someCamera } from './cameras.ts';

const noTurn = [1, 0, 0, 0, 1, 0, 0, 0, 1];

it('PyTorch3D: points are where its formulas put them', () => {
  // Row vectors: R takes (x, y, z) to (−y, x, z)… of (0.2, 0.3, 1), with T = (0, 0.1, 4): X = 0.3·1, Y = −0.2 + 0.1, Z = 5.
  const R = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const size = { width: 400, height: 300 };
  const camera = fromPyTorch3d({
    R,
    T: [0, 0.1, 4],
    ...size,
    focalLength: [2, 1.8],
    principalPoint: [0.1, -0.2],
  });
  // x_ndc = 2 · 0.3/5 + 0.1 = 0.22 to the left, y_ndc = 1.8 · −0.1/5 − 0.2 = −0.236 up; 150 pixels a unit, the shorter side's half.
  expectClose(pixelOf(camera, size, [0.2, 0.3, 1]), [200 - 150 * 0.22, 150 + 150 * 0.236, -5]);
});

it('PyTorch3D: screen cameras', () => {
  const size = { width: 400, height: 300 };
  const screen = { R: noTurn, T: [0, 0, 2], ...size, inNdc: false, focalLength: [250, 260] as const };
  // 0.4 to the left of the axis: u = 190 − 250 · 0.4/2.
  const camera = fromPyTorch3d({ ...screen, principalPoint: [190, 140] });
  expectClose(pixelOf(camera, size, [0.4, 0.2, 0]), [140, 114, -2]);
  expectSameCamera(fromPyTorch3d(screen), fromPyTorch3d({ ...screen, principalPoint: [200, 150] }));
});

it('PyTorch3D: the field of view spans the shorter side', () => {
  const place = { R: noTurn, T: [0, 0, 0], fovDegrees: 90 };
  const wide = { width: 400, height: 300 };
  expectClose(pixelOf(fromPyTorch3d({ ...place, ...wide }), wide, [0, 1, 1]), [200, 0, -1]);
  const tall = { width: 300, height: 400 };
  expectClose(pixelOf(fromPyTorch3d({ ...place, ...tall }), tall, [1, 0, 1]), [0, 200, -1]);
  expectClose(pixelOf(fromPyTorch3d({ ...place, ...tall, aspectRatio: 2 }), tall, [1, 0, 1]), [75, 200, -1]);
});

it('PyTorch3D: look_at_view_transform is orbit', () => {
  // dist = 2.7, elev = 0, azim = 0 in PyTorch3D: R = diag(−1, 1, −1), T = (0, 0, 2.7).
  const camera = fromPyTorch3d({
    ...{ R: [-1, 0, 0, 0, 1, 0, 0, 0, -1], T: [0, 0, 2.7], width: 64, height: 64 },
    fovDegrees: 60,
  });
  expectSameCamera(
    camera,
    new PerspectiveCamera({
      fovDegrees: 60,
      view: orbit({ azimuthDegrees: 0, elevationDegrees: 0, distance: 2.7 }),
    }),
  );
});

it('PyTorch3D: there and back, in NDC and by field of view', () => {
  fc.assert(
    fc.property(someCamera, ({ camera, size }) => {
      expectSameCamera(fromPyTorch3d(toPyTorch3d(camera, size)), camera);
    }),
  );
  const camera = new PerspectiveCamera({
    fovDegrees: 40,
    aspect: 0.5,
    view: orbit({ azimuthDegrees: 30, elevationDegrees: 20, distance: 2 }),
  });
  const size = { width: 100, height: 200 };
  const fov = toPyTorch3dFov(camera, size);
  expect(fov.aspectRatio).toBeCloseTo(1, 12);
  expectSameCamera(fromPyTorch3d(fov), camera);
});

it('PyTorch3D: R2N2 has a focal length of 2.1875', () => {
  const camera = fromR2n2({ azimuthDegrees: 0, elevationDegrees: 0, distance: 1 });
  const { focalLength } = toPyTorch3d(camera, { width: 137, height: 137 });
  expectClose(focalLength, [2.1875, 2.1875]);
  expect(toPyTorch3dFov(camera, { width: 137, height: 137 }).fovDegrees).toBeCloseTo(r2n2FovDegrees, 9);
});

it('PyTorch3D: errors', () => {
  const size = { width: 40, height: 30 };
  const place = { R: noTurn, T: [0, 0, 1], ...size };
  expect(() => fromPyTorch3d({ ...place, R: [2, 0, 0, 0, 1, 0, 0, 0, 1], fovDegrees: 60 })).toThrow(
    /R must be a rotation/,
  );
  expect(() => fromPyTorch3d({ ...place, T: [0, 0], fovDegrees: 60 })).toThrow('T must be 3 finite numbers');
  expect(() => fromPyTorch3d({ ...place, fovDegrees: 0 })).toThrow('fovDegrees must be between 0 and 180');
  expect(() => fromPyTorch3d({ ...place, focalLength: [0, 1] })).toThrow('fx must be positive, but is 0');
  const off = new IntrinsicsCamera({ ...size, fx: 50, cx: 30 });
  expect(() => toPyTorch3dFov(off, size)).toThrow(
    /principal point in the middle of the picture, but it is at/,
  );
});
