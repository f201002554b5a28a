import type * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IntrinsicsCamera,
  OrthographicCamera,
  PerspectiveCamera,
  pixelIntrinsics,
} from '../../../renderer/camera/index.ts';
import { expectCameraGradient, expectClose, expectSameCamera, pixelOf, someCamera } from './cameras.ts';

const size = { width: 640, height: 480 };

describe('IntrinsicsCamera', () => {
  it('shows points where a calculation by hand puts them', () => {
    const camera = new IntrinsicsCamera({ ...size, fx: 500, fy: 520, cx: 300, cy: 250 });
    expectClose(pixelOf(camera, size, [0, 0, -4]), [300, 250, -4]);
    // u = 500 · 0.4/2 + 300, v = 250 − 520 · 0.1/2.
    expectClose(pixelOf(camera, size, [0.4, 0.1, -2]), [400, 224, -2]);
    // The centre of the pixel in row 0 and column 0, on the image plane.
    const corner = [(0.5 - 300) / 500, (250 - 0.5) / 520, -1];
    const [x, y, , w] = camera.projectOnHost(corner);
    expectClose([x / w, y / w], [(1 - 640) / 640, (480 - 1) / 480]);
  });

  it('is PerspectiveCamera for a centred principal point', () => {
    const fovDegrees = 50;
    const fx = size.height / 2 / Math.tan((fovDegrees * Math.PI) / 360);
    const view = [0, 0, 1, 0.2, 0, 1, 0, 0.1, -1, 0, 0, -3, 0, 0, 0, 1];
    expectSameCamera(
      new IntrinsicsCamera({ ...size, fx, view }),
      new PerspectiveCamera({ fovDegrees, aspect: 4 / 3, view }),
    );
  });

  it('gives its numbers back, for pictures of any size', () => {
    fc.assert(
      fc.property(someCamera, ({ camera, size }) => {
        const back = pixelIntrinsics(camera, size);
        expectSameCamera(new IntrinsicsCamera({ ...back, view: camera.views[0] }), camera);
      }),
    );
    const camera = new IntrinsicsCamera({ ...size, fx: 500, fy: 520, cx: 300, cy: 250 });
    const half = pixelIntrinsics(camera, { width: 320, height: 240 });
    expectClose([half.fx, half.fy, half.cx, half.cy], [250, 260, 150, 125]);
  });

  it('has gradients in all four', () => {
    const view = [1, 0, 0, 0.2, 0, 1, 0, 0.1, 0, 0, 1, -3, 0, 0, 0, 1];
    expectCameraGradient(
      [500, 520, 300, 250],
      [4],
      (p) => {
        const [fx, fy, cx, cy] = [0, 1, 2, 3].map((i) => p.slice([i], [1]).reshape([]) as tf.Scalar);
        return new IntrinsicsCamera({ ...size, fx, fy, cx, cy, view });
      },
      ([fx, fy, cx, cy]) => new IntrinsicsCamera({ ...size, fx, fy, cx, cy, view }),
    );
  });

  it('names what is wrong', () => {
    const make = (options: object) => () => new IntrinsicsCamera({ ...size, fx: 500, ...options });
    expect(make({ fx: 0 })).toThrow('fx must be positive, but is 0');
    expect(make({ fy: -3 })).toThrow('fy must be positive, but is -3');
    expect(make({ cx: Number.NaN })).toThrow('cx must be a finite number, but is NaN');
    expect(make({ width: 0 })).toThrow('width must be a whole number of pixels, 1 or more, but is 0');
    expect(make({ near: 0 })).toThrow(/near must be positive/);
    expect(() => pixelIntrinsics(new OrthographicCamera({ halfHeight: 1 }), size)).toThrow(/orthographic/);
    expect(() => pixelIntrinsics(new IntrinsicsCamera({ ...size, fx: 5 }), size, 1)).toThrow(
      'the camera has views 0 to 0, but no view 1',
    );
  });
});
