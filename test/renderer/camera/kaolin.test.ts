import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fromKaolin,
  fromKaolinProjection,
  lookAt,
  OrthographicCamera,
  PerspectiveCamera,
  toKaolin,
  toKaolinProjection,
} from '../../../renderer/camera/index.ts';
import { expectClose, expectSameCamera, pixelOf, someCamera } from './cameras.ts';

const size = { width: 400, height: 300 };
const viewMatrix = [...lookAt({ eye: [0, 0, 2] })];

it('Kaolin: points are where its formulas put them', () => {
  const camera = fromKaolin({ viewMatrix, ...size, focalX: 250, focalY: 260, x0: 10, y0: 20 });
  // Clip space: X = 2 · 250/400 · 0.4 + 2 · 10/400 · w, Y = 2 · 260/300 · 0.2 + 2 · 20/300 · w, w = 2.
  const [x, y, z, w] = camera.projectOnHost([0.4, 0.2, 0]);
  expectClose([x, y, z, w], [0.6, (2 * 260 * 0.2) / 300 + 80 / 300, -2, 2]);
  // The axis shows 10 pixels right of the middle and 20 above it.
  expectClose(pixelOf(camera, size, [0, 0, 0]), [210, 130, -2]);
});

it('Kaolin: the projection of DIB-R, three numbers', () => {
  const tangent = Math.tan(Math.PI / 12);
  const projection = [1 / (1.5 * tangent), 1 / tangent, -1];
  expectSameCamera(
    fromKaolinProjection({ viewMatrix, projection }),
    new PerspectiveCamera({ fovDegrees: 30, aspect: 1.5, view: viewMatrix }),
  );
});

it('Kaolin: there and back, by intrinsics and by projection', () => {
  fc.assert(
    fc.property(someCamera, ({ camera, size }) => {
      const kaolin = toKaolin(camera, size);
      expectSameCamera(fromKaolin(kaolin), camera);
      const projection = toKaolinProjection(camera);
      expectSameCamera(fromKaolinProjection({ viewMatrix: kaolin.viewMatrix, projection }), camera);
      // Its own matrix: 2 · focal/W, −2 · x0/W and likewise upwards.
      const { focalX, focalY, x0, y0, width, height } = kaolin;
      expectClose(
        [projection[0], projection[5], projection[2], projection[6]],
        [(2 * focalX) / width, (2 * focalY) / height, (-2 * x0) / width, (-2 * y0) / height],
      );
    }),
  );
});

it('Kaolin: depth runs from −1 at near to 1 at far', () => {
  const p = toKaolinProjection(new PerspectiveCamera({ fovDegrees: 30 }), { near: 0.1, far: 20 });
  const ndc = (z: number) => (p[10] * z + p[11]) / -z;
  expectClose([ndc(-0.1), ndc(-20)], [-1, 1]);
});

it('Kaolin: errors', () => {
  expect(() => fromKaolin({ viewMatrix, ...size, focalX: 0 })).toThrow('fx must be positive, but is 0');
  expect(() => fromKaolin({ viewMatrix: [1, 2], ...size, focalX: 1 })).toThrow(
    'viewMatrix must be 16 finite numbers, but is [1, 2]',
  );
  const scaled = viewMatrix.map((value, i) => (i === 0 ? 2 : value));
  expect(() => fromKaolin({ viewMatrix: scaled, ...size, focalX: 1 })).toThrow(
    /viewMatrix must be a rotation/,
  );
  expect(() => fromKaolinProjection({ viewMatrix, projection: [1, 1, 1] })).toThrow(/pinhole camera/);
  expect(() => fromKaolinProjection({ viewMatrix, projection: [1, -1, -1] })).toThrow(
    'projection[1] must be positive, but is -1',
  );
  expect(() => fromKaolinProjection({ viewMatrix, projection: [1, 2] })).toThrow(
    'projection must be 16 finite numbers, but is [1, 2]',
  );
  const flat = new OrthographicCamera({ halfHeight: 1 });
  expect(() => toKaolin(flat, size)).toThrow(/orthographic/);
  expect(() => toKaolinProjection(flat)).toThrow(/orthographic/);
  expect(() => toKaolinProjection(new PerspectiveCamera({ fovDegrees: 30 }), { near: 2, far: 1 })).toThrow(
    'near must be between 0 and far, 1, but is 2',
  );
});
