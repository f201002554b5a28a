// Photographs with cameras as something to fit to.

import { IntrinsicsCamera, pixelIntrinsics } from '../../renderer/camera/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';
import { resizeImage, toUnitRange } from '../../renderer/io/index.ts';
import { type CaptureView, openCapture, placeCapture } from '../captures/index.ts';
import { spread } from '../datasets/spread.ts';
import type { FitTarget, FitView } from './target.ts';

export interface CaptureTargetOptions {
  /** A file or folder: see `openCapture`. */
  path: string;
  /** Folders of pictures and masks, where the capture's files do not say; empty: none. */
  images: string;
  masks: string;
  allowOutside: boolean;
  /** How many of the photographs are only compared with. */
  heldOut: number;
  /** Longer side of the pictures that are fitted to, in pixels. */
  imageSize: number;
  /** Where the object is, in the units of the capture's files; a radius of 0 leaves it to the capture. */
  center: readonly [number, number, number];
  radius: number;
}

/** @throws FileError where files are missing or damaged, ArgumentError where there are no photographs to fit to. */
export async function captureTarget(options: CaptureTargetOptions): Promise<FitTarget> {
  const { path, images, masks, allowOutside, imageSize } = options;
  const capture = await openCapture(path, {
    ...(images && { images }),
    ...(masks && { masks }),
    allowOutside,
  });
  const { center, radius } = options;
  const placed = placeCapture(capture, {
    ...(radius > 0 && { bounds: { center: [...center], radius } }),
    up: false,
  });
  const heldOut = spread(placed.views, options.heldOut);
  const fitted = placed.views.filter((view) => !heldOut.includes(view));
  if (fitted.length === 0) {
    throw new ArgumentError(
      `${path} has ${placed.views.length} photographs, of which ${heldOut.length} are held out: none is left to fit to`,
    );
  }
  const all = (views: readonly CaptureView[]) => Promise.all(views.map((view) => fitView(view, imageSize)));
  const m = placed.fromFiles;
  const scale = 1 / m[0];
  return {
    id: capture.name,
    name: capture.name,
    note: 'photographs',
    fitted: await all(fitted),
    heldOut: await all(heldOut),
    toFile: { scale, offset: [-m[3] * scale, -m[7] * scale, -m[11] * scale] },
  };
}

async function fitView(view: CaptureView, imageSize: number): Promise<FitView> {
  const share = imageSize / Math.max(view.width, view.height);
  const [width, height] = [view.width, view.height].map((side) => Math.max(1, Math.round(side * share)));
  const image = resizeImage(toUnitRange(await view.image()), height, width);
  const { views } = view.camera;
  // The lens says where in the picture things are, whatever its size.
  const camera = new IntrinsicsCamera({ ...pixelIntrinsics(view.camera, view), view: views[0] });
  return { image, camera };
}
