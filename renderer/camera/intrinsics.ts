// The pinhole camera by its calibration: focal lengths and principal point in pixels of a picture.
//
// Pixel coordinates (u, v) run to the right and down from the picture's upper left corner, so that the first pixel has its centre at
// (0.5, 0.5), as in OpenGL and COLMAP: u = W(x + 1)/2 and v = H(1 − y)/2. A point of camera space shows at
// u = fx · x/−z + cx, v = cy − fy · y/−z.

import { ArgumentError } from '../errors.ts';
import { Camera, type Views } from './camera.ts';
import { type PictureSize, requireFinite, requirePositive, requireSize } from './checks.ts';
import { type LensValue, lensOf } from './lens.ts';
import { identityView } from './view.ts';

/** A calibration, in pixels of a picture of `width` × `height`. */
export interface PixelIntrinsics extends PictureSize {
  /** Focal lengths, above 0. */
  fx: number;
  fy: number;
  /** Principal point; the first pixel has its centre at (0.5, 0.5). */
  cx: number;
  cy: number;
}

export interface IntrinsicsCameraOptions extends PictureSize {
  /** Focal length, horizontal and vertical; without `fy` pixels are square. Tensors are taken as they are. */
  fx: LensValue;
  fy?: LensValue;
  /** Principal point; the first pixel has its centre at (0.5, 0.5). Default: the middle of the picture. */
  cx?: LensValue;
  cy?: LensValue;
  /** What of faces is nearer than this to the camera plane, or behind it, is cut off. */
  near?: number;
  /** Default: at the origin, looking down −z. */
  view?: Views;
}

/**
 * A pinhole camera with its principal point anywhere, without skew or distortion. The picture's size gives its numbers their unit;
 * pictures of any size with the same shape can be drawn.
 */
export class IntrinsicsCamera extends Camera {
  constructor(options: IntrinsicsCameraOptions) {
    requireSize(options);
    const { width, height, fx, fy = fx, cx = width / 2, cy = height / 2 } = options;
    const { near = 0.01, view = identityView } = options;
    for (const [name, value] of Object.entries({ fx, fy, near })) {
      if (typeof value === 'number') requirePositive(name, value);
    }
    for (const [name, value] of Object.entries({ cx, cy })) {
      if (typeof value === 'number') requireFinite(name, value);
    }
    const lens = lensOf(
      true,
      { fx, fy, cx, cy },
      (k) => [(2 * k.fx) / width, (2 * k.fy) / height, (2 * k.cx) / width - 1, 1 - (2 * k.cy) / height],
      (k) => [
        k.fx.mul(2 / width),
        k.fy.mul(2 / height),
        k.cx.mul(2 / width).sub(1),
        k.cy.mul(-2 / height).add(1),
      ],
    );
    super(lens, near, view);
  }
}

/**
 * The calibration of one view of any perspective camera, for pictures of a size.
 *
 * @throws ArgumentError where the camera is orthographic or a tensor.
 */
export function pixelIntrinsics(camera: Camera, { width, height }: PictureSize, view = 0): PixelIntrinsics {
  requireSize({ width, height });
  if (!camera.lens.perspective) {
    throw new ArgumentError('an orthographic camera has no focal length, expected a perspective one');
  }
  const [scaleX, scaleY, offsetX, offsetY] = camera.lensRow(view);
  return {
    width,
    height,
    fx: (scaleX * width) / 2,
    fy: (scaleY * height) / 2,
    cx: ((1 + offsetX) * width) / 2,
    cy: ((1 - offsetY) * height) / 2,
  };
}
