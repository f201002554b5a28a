// Parallel projection.

import { Camera, type Views } from './camera.ts';
import { requirePositive } from './checks.ts';
import { type LensValue, lensOf } from './lens.ts';
import { identityView } from './view.ts';

export interface OrthographicCameraOptions {
  /** Half of the height that the picture shows, in the unit of the scene; a tensor is taken as it is. */
  halfHeight: LensValue;
  /** Width of the picture over its height. */
  aspect?: number;
  /** Default: at the origin, looking down −z. */
  view?: Views;
}

/** Parallel projection: w = 1. It has no camera plane, so what lies behind the eye is drawn too. */
export class OrthographicCamera extends Camera {
  constructor({ halfHeight, aspect = 1, view = identityView }: OrthographicCameraOptions) {
    if (typeof halfHeight === 'number') requirePositive('halfHeight', halfHeight);
    requirePositive('aspect', aspect);
    const lens = lensOf(
      false,
      { halfHeight },
      (values) => [1 / values.halfHeight / aspect, 1 / values.halfHeight, 0, 0],
      (values) => {
        const scale = values.halfHeight.reciprocal();
        return [scale.div(aspect), scale, 0, 0];
      },
    );
    super(lens, 0, view);
  }
}
