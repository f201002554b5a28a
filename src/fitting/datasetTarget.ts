// An object of a data set as something to fit to.

import { PerspectiveCamera } from '../../renderer/camera/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import type { Dataset, DatasetObject } from '../datasets/sample.ts';
import { spread } from '../datasets/spread.ts';
import type { FitTarget } from './target.ts';

/**
 * `fit` of the object's pictures, spread evenly, to fit to; the others are held out.
 *
 * @throws ArgumentError where a picture has no camera.
 */
export function datasetTarget(object: DatasetObject, { camera }: Dataset, fit: number): FitTarget {
  const { id, name, category } = object;
  const views = object.views.map(({ image, worldToCamera }, i) => {
    if (!worldToCamera) throw new ArgumentError(`view ${i} of ${id} has no camera to fit a mesh by`);
    const { fovDegrees } = camera;
    return { image, camera: new PerspectiveCamera({ fovDegrees, view: worldToCamera }) };
  });
  const fitted = spread(views, fit);
  return {
    id,
    name,
    note: category,
    fitted,
    heldOut: views.filter((view) => !fitted.includes(view)),
    toFile: { scale: 1, offset: [0, 0, 0] },
  };
}
