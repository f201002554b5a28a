// Kaolin's cameras (render/camera): camera space as here. The principal point (x0, y0) is an offset in pixels from the middle of the
// picture, to the right and up, so that Kaolin's own `cy`, H/2 + y0, counts from the lower border. DIB-R and Kaolin's older functions
// have a projection of three numbers instead.

import { ArgumentError } from '../errors.ts';
import { Camera } from './camera.ts';
import { type PictureSize, requireNumbers, requireThat } from './checks.ts';
import { IntrinsicsCamera, pixelIntrinsics } from './intrinsics.ts';
import { checkedView, type ViewMatrix } from './view.ts';

export interface KaolinCamera extends PictureSize {
  /** `camera.view_matrix()`: world to camera, 16 numbers, row-major. */
  viewMatrix: ViewMatrix;
  /** In pixels; without `focalY`, both are the same. */
  focalX: number;
  focalY?: number;
  /** In pixels, to the right and up from the middle of the picture. Default: 0. */
  x0?: number;
  y0?: number;
}

/** @throws ArgumentError where the view is not rigid, or a focal length not positive. */
export function fromKaolin(
  { viewMatrix, width, height, focalX, focalY = focalX, x0 = 0, y0 = 0 }: KaolinCamera,
  { near }: { near?: number } = {},
): IntrinsicsCamera {
  return new IntrinsicsCamera({
    ...{ width, height, near, fx: focalX, fy: focalY, cx: width / 2 + x0, cy: height / 2 - y0 },
    view: checkedView('viewMatrix', viewMatrix),
  });
}

/** One view of a camera. @throws ArgumentError where it is orthographic, a tensor, or not rigid. */
export function toKaolin(
  camera: Camera,
  size: PictureSize,
  { view = 0 }: { view?: number } = {},
): Required<KaolinCamera> {
  const { width, height, fx, fy, cx, cy } = pixelIntrinsics(camera, size, view);
  return {
    ...{ width, height, focalX: fx, focalY: fy, x0: cx - width / 2, y0: height / 2 - cy },
    viewMatrix: Float64Array.from(checkedView('view', camera.views[view])),
  };
}

/**
 * From a view and a projection alone, which need no picture size: three numbers as of `generate_perspective_projection`,
 * (1/(aspect · tan(fov/2)), 1/tan(fov/2), −1), or sixteen as of `camera.projection_matrix()`, of which depth's row is left aside.
 *
 * @throws ArgumentError where the view is not rigid, or the projection not that of a pinhole camera.
 */
export function fromKaolinProjection(
  { viewMatrix, projection }: { viewMatrix: ViewMatrix; projection: readonly number[] },
  { near = 0.01 }: { near?: number } = {},
): Camera {
  const isShort = projection.length === 3;
  requireNumbers('projection', projection, isShort ? 3 : 16);
  const p = projection;
  const [scaleX, scaleY, shiftX, shiftY] = isShort ? [p[0], p[1], 0, 0] : [p[0], p[5], p[2], p[6]];
  const toW = isShort ? [0, 0, p[2], 0] : p.slice(12);
  const others = isShort ? [] : [p[1], p[3], p[4], p[7]];
  if (toW.some((value, i) => value !== (i === 2 ? -1 : 0)) || others.some((value) => value !== 0)) {
    throw new ArgumentError(
      `projection must be that of a pinhole camera without skew, w = −z, but is [${p.join(', ')}]`,
    );
  }
  requireThat(scaleX > 0, 'projection[0]', scaleX, 'positive');
  requireThat(scaleY > 0, isShort ? 'projection[1]' : 'projection[5]', scaleY, 'positive');
  return new Camera(
    { perspective: true, rows: [[scaleX, scaleY, 0 - shiftX, 0 - shiftY]], count: 1 },
    near,
    checkedView('viewMatrix', viewMatrix),
  );
}

/**
 * One view of a camera as `projection_matrix()` has it: 16 numbers, row-major, with depth from −1 at `near` to 1 at `far`.
 *
 * @throws ArgumentError where the camera is orthographic or a tensor, or the range of depths is none.
 */
export function toKaolinProjection(
  camera: Camera,
  { near = 1e-2, far = 1e2, view = 0 }: { near?: number; far?: number; view?: number } = {},
): number[] {
  if (!camera.lens.perspective) throw new ArgumentError('an orthographic camera has no pinhole projection');
  requireThat(near > 0 && near < far, 'near', near, `between 0 and far, ${far}`);
  const [scaleX, scaleY, offsetX, offsetY] = camera.lensRow(view);
  return [
    ...[scaleX, 0, 0 - offsetX, 0],
    ...[0, scaleY, 0 - offsetY, 0],
    ...[0, 0, -(far + near) / (far - near), (-2 * near * far) / (far - near)],
    ...[0, 0, -1, 0],
  ];
}
