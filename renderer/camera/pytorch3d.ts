// PyTorch3D's cameras (renderer/cameras.py): x left, y up, z forwards; row vectors, p_camera = p R + T. Its NDC has x left and y up
// too, and −1 … 1 over the shorter side of the picture: x_ndc = f X/Z + p.

import { ArgumentError } from '../errors.ts';
import type { Camera } from './camera.ts';
import { type PictureSize, requireNumbers, requirePositive, requireThat } from './checks.ts';
import { IntrinsicsCamera, pixelIntrinsics } from './intrinsics.ts';
import { rigidParts, rigidView } from './view.ts';

interface PyTorch3dView extends PictureSize {
  /** 9 numbers, row-major, applied to row vectors. */
  R: readonly number[];
  /** 3 numbers: the world's origin, as the camera sees it. */
  T: readonly number[];
}

/** `PerspectiveCameras`. */
export interface PyTorch3dCamera extends PyTorch3dView {
  focalLength: readonly [x: number, y: number];
  /** Default: the middle of the picture. */
  principalPoint?: readonly [x: number, y: number];
  /** Whether the two are in NDC (default), or in pixels to the right and down from the upper left corner. */
  inNdc?: boolean;
}

/** `FoVPerspectiveCameras`. */
export interface PyTorch3dFovCamera extends PyTorch3dView {
  /** Over the shorter side of the picture. PyTorch3D's default is 60. */
  fovDegrees: number;
  /** Of a pixel, not of the picture; 1 for square pixels. */
  aspectRatio?: number;
}

/**
 * @throws ArgumentError where R is not a rotation, a focal length not positive, or the field of view not between 0 and 180.
 */
export function fromPyTorch3d(
  camera: PyTorch3dCamera | PyTorch3dFovCamera,
  { near }: { near?: number } = {},
): IntrinsicsCamera {
  const { R, T, width, height } = camera;
  requireNumbers('R', R, 9);
  const rotation = [0, 1, 2].flatMap((row) => [R[row], R[3 + row], R[6 + row]]);
  return new IntrinsicsCamera({
    ...{ width, height, near, ...pixelsOf(camera) },
    view: turned(rigidView(rotation, T, ['R', 'T'])),
  });
}

/** One view of a camera, in NDC. @throws ArgumentError where it is orthographic, a tensor, or not rigid. */
export function toPyTorch3d(
  camera: Camera,
  size: PictureSize,
  { view = 0 }: { view?: number } = {},
): Required<PyTorch3dCamera> {
  const { width, height, fx, fy, cx, cy } = pixelIntrinsics(camera, size, view);
  const { rotation: m, translation } = rigidParts(turned(camera.views[view]));
  const half = Math.min(width, height) / 2;
  return {
    ...{ width, height, inNdc: true },
    R: [0, 1, 2].flatMap((row) => [m[row], m[3 + row], m[6 + row]]),
    T: translation,
    focalLength: [fx / half, fy / half],
    principalPoint: [(width / 2 - cx) / half, (height / 2 - cy) / half],
  };
}

/**
 * The field of view of one view of a camera, as `FoVPerspectiveCameras` has it.
 *
 * @throws ArgumentError where the principal point is not in the middle of the picture, besides what `toPyTorch3d` throws.
 */
export function toPyTorch3dFov(
  camera: Camera,
  size: PictureSize,
  options: { view?: number } = {},
): Required<PyTorch3dFovCamera> {
  const { R, T, width, height, focalLength, principalPoint } = toPyTorch3d(camera, size, options);
  if (Math.hypot(...principalPoint) > 1e-6) {
    throw new ArgumentError(
      `FoVPerspectiveCameras have the principal point in the middle of the picture, but it is at (${principalPoint.join(', ')})`,
    );
  }
  return {
    ...{ R, T, width, height },
    fovDegrees: (Math.atan(1 / focalLength[1]) * 360) / Math.PI,
    aspectRatio: focalLength[1] / focalLength[0],
  };
}

function pixelsOf(camera: PyTorch3dCamera | PyTorch3dFovCamera): {
  fx: number;
  fy: number;
  cx: number;
  cy: number;
} {
  const { width, height } = camera;
  const half = Math.min(width, height) / 2;
  if ('fovDegrees' in camera) {
    const { fovDegrees, aspectRatio = 1 } = camera;
    requireThat(fovDegrees > 0 && fovDegrees < 180, 'fovDegrees', fovDegrees, 'between 0 and 180');
    requirePositive('aspectRatio', aspectRatio);
    const focal = half / Math.tan((fovDegrees * Math.PI) / 360);
    return { fx: focal / aspectRatio, fy: focal, cx: width / 2, cy: height / 2 };
  }
  const { focalLength, inNdc = true } = camera;
  const principalPoint = camera.principalPoint ?? (inNdc ? [0, 0] : [width / 2, height / 2]);
  requireNumbers('focalLength', focalLength, 2);
  requireNumbers('principalPoint', principalPoint, 2);
  const [fx, fy] = focalLength;
  const [px, py] = principalPoint;
  if (!inNdc) return { fx, fy, cx: px, cy: py };
  return { fx: half * fx, fy: half * fy, cx: width / 2 - half * px, cy: height / 2 - half * py };
}

/** Half a turn about y, from one camera space to the other, either way. */
function turned(view: ArrayLike<number>): Float64Array {
  return Float64Array.from(view, (value, i) => (i < 4 || (i >= 8 && i < 12) ? 0 - value : value));
}
