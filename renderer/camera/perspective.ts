// The pinhole camera by its field of view, with the optical axis in the middle of the picture.

import { Camera, type Views } from './camera.ts';
import { requirePositive, requireThat } from './checks.ts';
import { type LensValue, lensOf } from './lens.ts';
import { identityView } from './view.ts';

export interface PerspectiveCameraOptions {
  /** Vertical field of view, above 0 and below 180; a tensor is taken as it is. */
  fovDegrees: LensValue;
  /** Width of the picture over its height. */
  aspect?: number;
  /** What of faces is nearer than this to the camera plane, or behind it, is cut off. */
  near?: number;
  /** Default: at the origin, looking down −z. */
  view?: Views;
}

/** A pinhole camera: w = −z, so what is twice as far looks half as large. */
export class PerspectiveCamera extends Camera {
  constructor({ fovDegrees, aspect = 1, near = 0.01, view = identityView }: PerspectiveCameraOptions) {
    if (typeof fovDegrees === 'number') {
      requireThat(fovDegrees > 0 && fovDegrees < 180, 'fovDegrees', fovDegrees, 'between 0 and 180');
    }
    requirePositive('aspect', aspect);
    requirePositive('near', near);
    const lens = lensOf(
      true,
      { fovDegrees },
      (values) => {
        const focal = 1 / Math.tan((values.fovDegrees * Math.PI) / 360);
        return [focal / aspect, focal, 0, 0];
      },
      (values) => {
        const halfAngle = values.fovDegrees.mul(Math.PI / 360);
        const focal = halfAngle.cos().div(halfAngle.sin());
        return [focal.div(aspect), focal, 0, 0];
      },
    );
    super(lens, near, view);
  }
}
