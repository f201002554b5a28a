import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fromR2n2,
  orbit,
  PerspectiveCamera,
  r2n2WorldToCamera,
  toR2n2,
} from '../../../renderer/camera/index.ts';
import { expectClose, pixelOf } from './cameras.ts';

const place = { azimuthDegrees: 155.558, elevationDegrees: 28.2, distance: 0.841 };

it('R2N2: points are where a calculation by hand puts them', () => {
  // From +x at a distance of 0.8: the picture's right is −z; 245 pixels of focal length at 224.
  const camera = fromR2n2({ azimuthDegrees: 0, elevationDegrees: 0, distance: 0.8 });
  const size = { width: 224, height: 224 };
  expectClose(
    pixelOf(camera, size, [0.1, 0.2, 0.3]),
    [112 - (245 * 0.3) / 0.7, 112 - (245 * 0.2) / 0.7, -0.7],
    1e-9,
  );
});

it('R2N2: its azimuth is 90° minus that of orbit', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 360, noNaN: true }),
      fc.double({ min: -90, max: 90, noNaN: true }),
      (azimuthDegrees, elevationDegrees) => {
        expectClose(
          r2n2WorldToCamera({ azimuthDegrees, elevationDegrees, distance: 1.2 }),
          orbit({ azimuthDegrees: 90 - azimuthDegrees, elevationDegrees, distance: 1.2 }),
        );
      },
    ),
  );
});

it('R2N2: there and back', () => {
  const back = toR2n2(fromR2n2(place));
  expectClose(Object.values(back), Object.values(place));
});

it('R2N2: errors', () => {
  expect(() => fromR2n2({ ...place, distance: -1 })).toThrow('distance must be positive, but is -1');
  const other = new PerspectiveCamera({ fovDegrees: 30, view: r2n2WorldToCamera(place) });
  expect(() => toR2n2(other)).toThrow(/R2N2's lens, a centred field of view of 49\.1343°/);
});
