// Several cameras as one that takes all their pictures.

import { ArgumentError } from '../errors.ts';
import { Camera } from './camera.ts';

/**
 * One camera with the views of all, in order, each through its own lens.
 *
 * @throws ArgumentError where there are none, where some have tensors, or where they differ in kind or in `near`.
 */
export function joinCameras(cameras: readonly Camera[]): Camera {
  if (cameras.length === 0) throw new ArgumentError('cameras must be one or more, but there are none');
  const [{ near, lens }] = cameras;
  for (const [i, camera] of cameras.entries()) {
    if (camera.lens.perspective !== lens.perspective) {
      throw new ArgumentError(
        `cameras[${i}] must be as orthographic or perspective as cameras[0], but is not`,
      );
    }
    if (camera.near !== near) {
      throw new ArgumentError(
        `cameras[${i}] must have the near of cameras[0], ${near}, but has ${camera.near}`,
      );
    }
  }
  const rows = cameras.flatMap((camera) =>
    Array.from({ length: camera.viewCount }, (_, view) => camera.lensRow(view)),
  );
  return new Camera(
    { perspective: lens.perspective, rows, count: rows.length },
    near,
    cameras.flatMap((camera) => camera.views),
  );
}
