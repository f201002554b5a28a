// OpenCV's cameras: x right, y down, z forwards; p_camera = R p + t; pixels (u, v, 1) ~ K p_camera. Its calibrations count pixels
// from the centre of the first, which has (0, 0) there and (0.5, 0.5) here and in COLMAP: `firstPixelCenter` says which.

import { ArgumentError } from '../errors.ts';
import type { Camera } from './camera.ts';
import { type PictureSize, requireNumbers } from './checks.ts';
import { IntrinsicsCamera, pixelIntrinsics } from './intrinsics.ts';
import { rigidParts, rigidView } from './view.ts';

export interface OpenCvCamera extends PictureSize {
  /** Rotation, world to camera: 9 numbers, row-major. */
  R: readonly number[];
  /** Translation, 3 numbers: the world's origin, as the camera sees it. */
  t: readonly number[];
  /** fx 0 cx, 0 fy cy, 0 0 1: 9 numbers, row-major. */
  K: readonly number[];
}

export interface PixelOrigin {
  /** What both pixel coordinates of the first pixel's centre are: 0 (default) in OpenCV, 0.5 in COLMAP and OpenGL. */
  firstPixelCenter?: 0 | 0.5;
}

/**
 * @throws ArgumentError where R is not a rotation, K has skew or is no calibration, or a focal length is not positive.
 */
export function fromOpenCv(
  { R, t, K, width, height }: OpenCvCamera,
  { firstPixelCenter = 0, near }: PixelOrigin & { near?: number } = {},
): IntrinsicsCamera {
  requireNumbers('K', K, 9);
  const [fx, skew, cx, k10, fy, cy, ...last] = K;
  if (skew !== 0) throw new ArgumentError(`K must be without skew, but has a skew of ${skew}`);
  if (k10 !== 0 || last.some((value, i) => value !== (i === 2 ? 1 : 0))) {
    throw new ArgumentError(`K must be fx 0 cx, 0 fy cy, 0 0 1, but is [${K.join(', ')}]`);
  }
  const shift = 0.5 - firstPixelCenter;
  return new IntrinsicsCamera({
    ...{ width, height, near, fx, fy, cx: cx + shift, cy: cy + shift },
    view: turned(rigidView(R, t, ['R', 't'])),
  });
}

/** One view of a camera. @throws ArgumentError where it is orthographic, a tensor, or not rigid. */
export function toOpenCv(
  camera: Camera,
  size: PictureSize,
  { firstPixelCenter = 0, view = 0 }: PixelOrigin & { view?: number } = {},
): OpenCvCamera {
  const { width, height, fx, fy, cx, cy } = pixelIntrinsics(camera, size, view);
  const { rotation, translation } = rigidParts(turned(camera.views[view]));
  const shift = firstPixelCenter - 0.5;
  return {
    ...{ width, height, R: rotation, t: translation },
    K: [fx, 0, cx + shift, 0, fy, cy + shift, 0, 0, 1],
  };
}

/** Half a turn about x, from one camera space to the other, either way. */
function turned(view: ArrayLike<number>): Float64Array {
  return Float64Array.from(view, (value, i) => (i >= 4 && i < 12 ? 0 - value : value));
}
