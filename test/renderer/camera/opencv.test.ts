import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromOpenCv, lookAt, OrthographicCamera, toOpenCv } from '../../../renderer/camera/index.ts';
import { expectClose, expectSameCamera, pixelOf, someCamera } from './cameras.ts';

const size = { width: 640, height: 480 };
const K = [500, 0, 300, 0, 520, 250, 0, 0, 1];
const noTurn = [1, 0, 0, 0, 1, 0, 0, 0, 1];

it('OpenCV: points are where its formula puts them', () => {
  // R is a quarter turn about z: (X, Y, Z) → (−Y, X, Z). With t = (0.5, 0, 4), the point (0.2, 0.3, 1) has camera coordinates
  // (0.2, 0.2, 5), so u = 500 · 0.2/5 + 300 = 320, v = 520 · 0.2/5 + 250 = 270.8, half a pixel more where the first pixel's centre
  // is at 0.5.
  const R = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const cv = { R, t: [0.5, 0, 4], K, ...size };
  expectClose(pixelOf(fromOpenCv(cv), size, [0.2, 0.3, 1]), [320.5, 271.3, -5]);
  expectClose(pixelOf(fromOpenCv(cv, { firstPixelCenter: 0.5 }), size, [0.2, 0.3, 1]), [320, 270.8, -5]);
});

it('OpenCV: the pixel at whole coordinates (c, r) is the one in column c and row r', () => {
  const camera = fromOpenCv({ R: noTurn, t: [0, 0, 0], K, ...size });
  const [column, row] = [17, 33];
  const [x, y, , w] = camera.projectOnHost([(column - 300) / 500, (row - 250) / 520, 1]);
  expectClose([x / w, y / w], [(2 * column + 1 - 640) / 640, (480 - 2 * row - 1) / 480]);
});

it('OpenCV: a camera on +z that looks at the origin', () => {
  const camera = fromOpenCv({ R: [1, 0, 0, 0, -1, 0, 0, 0, -1], t: [0, 0, 2], K, ...size });
  expectClose(camera.views[0], lookAt({ eye: [0, 0, 2] }));
});

it('OpenCV: there and back', () => {
  fc.assert(
    fc.property(someCamera, fc.constantFrom(0, 0.5), ({ camera, size }, firstPixelCenter) => {
      const cv = toOpenCv(camera, size, { firstPixelCenter });
      expectSameCamera(fromOpenCv(cv, { firstPixelCenter }), camera);
      const [u] = pixelOf(camera, size, [0.1, 0.2, 0.3]);
      const [x, , z] = [0, 1, 2].map(
        (row) => 0.1 * cv.R[3 * row] + 0.2 * cv.R[3 * row + 1] + 0.3 * cv.R[3 * row + 2] + cv.t[row],
      );
      expectClose([(cv.K[0] * x) / z + cv.K[2] + 0.5 - firstPixelCenter], [u], 1e-6);
    }),
  );
});

it('OpenCV: errors', () => {
  const from = (part: object) => () => fromOpenCv({ R: noTurn, t: [0, 0, 1], K, ...size, ...part });
  expect(from({ R: [1, 0, 0, 0, 1, 0, 0, 0.5, 1] })).toThrow(
    'R must be a rotation, but its rows are not orthonormal (off by 0.50)',
  );
  expect(from({ R: [1, 0, 0, 0, 1, 0, 0, 0, -1] })).toThrow(
    'R must be a rotation, but is a reflection (its determinant is −1)',
  );
  expect(from({ R: [1, 0] })).toThrow('R must be 9 finite numbers, but is [1, 0]');
  expect(from({ t: [0, Number.NaN, 1] })).toThrow('t must be 3 finite numbers, but is [0, NaN, 1]');
  expect(from({ K: [500, 2, 300, 0, 520, 250, 0, 0, 1] })).toThrow(
    'K must be without skew, but has a skew of 2',
  );
  expect(from({ K: [500, 0, 0, 0, 520, 0, 300, 250, 1] })).toThrow(/K must be fx 0 cx, 0 fy cy, 0 0 1/);
  expect(from({ K: [0, 0, 300, 0, 520, 250, 0, 0, 1] })).toThrow('fx must be positive, but is 0');
  expect(() => toOpenCv(new OrthographicCamera({ halfHeight: 1 }), size)).toThrow(/orthographic/);
});
