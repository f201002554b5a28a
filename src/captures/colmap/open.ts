// A COLMAP project as a capture: its sparse model wherever it usually lies, and the pictures beside it.

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  fromOpenCv,
  type IntrinsicsCamera,
  identityView,
  pixelIntrinsics,
} from '../../../renderer/camera/index.ts';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { readFileBytes, readFileText } from '../../../renderer/io/files.ts';
import { boundsOfCameras, boundsOfPoints, levelUp } from '../bounds.ts';
import { atPlace, type Capture, type CaptureOptions, captureView } from '../capture.ts';
import { within } from '../pictures.ts';
import { decodeCameras, decodeImages, decodePoints } from './binary.ts';
import type { ColmapCamera, ColmapImage, ColmapModel } from './model.ts';
import { parseCameras, parseImages, parsePoints } from './text.ts';

const places = ['.', 'sparse/0', 'sparse', 'colmap/sparse/0'];

/** The folder of the sparse model in or below `folder`; undefined where there is none. */
export function findModel(folder: string): string | undefined {
  return places.map((place) => join(folder, place)).find((place) => endingOf(place) !== undefined);
}

const endingOf = (folder: string) =>
  (['bin', 'txt'] as const).find((ending) =>
    ['cameras', 'images'].every((name) => existsSync(join(folder, `${name}.${ending}`))),
  );

/**
 * Opens the capture of a COLMAP project, or of its sparse model's folder. Binary files come before text.
 *
 * @throws FileError where there is no model, a file of it is malformed, cameras distort, or a picture is not there.
 */
export async function openColmap(folder: string, options: CaptureOptions = {}): Promise<Capture> {
  const modelFolder = findModel(folder);
  if (!modelFolder) {
    throw new FileError(folder, 'has no cameras.bin and images.bin, nor as text, also not in sparse/0');
  }
  const { cameras, images, points } = await readModel(modelFolder);
  if (images.length === 0) throw new FileError(modelFolder, 'has a model without images');
  const root = rootOf(resolve(folder), options.images ?? 'images');
  const pictures = resolve(root, options.images ?? 'images');
  const maskFolder = options.masks === undefined ? undefined : resolve(root, options.masks);
  const views = [];
  for (const image of images.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, cameraId, place } = image;
    const camera = cameras.get(cameraId);
    if (!camera) throw new FileError(place, `refers to camera ${cameraId}, which the model lacks`);
    const calibrated = atPlace(place, () => cameraOf(image, camera));
    views.push(
      await captureView(
        {
          name,
          picture: within(pictures, pictures, name, place, options.allowOutside),
          view: calibrated.views[0],
          intrinsics: () => pixelIntrinsics(calibrated, camera),
        },
        place,
        maskFolder,
      ),
    );
  }
  return {
    name: basename(root),
    views,
    bounds: boundsOfPoints(points, views) ?? boundsOfCameras(views),
    up: levelUp(views.map(({ camera }) => camera.views[0])),
    fromFiles: identityView,
  };
}

async function readModel(folder: string): Promise<ColmapModel> {
  const ending = endingOf(folder);
  const [cameras, images, points] = ['cameras', 'images', 'points3D'].map((name) =>
    join(folder, `${name}.${ending}`),
  );
  if (ending === 'bin') {
    return {
      cameras: decodeCameras(await readFileBytes(cameras), cameras),
      images: decodeImages(await readFileBytes(images), images),
      points: existsSync(points) ? decodePoints(await readFileBytes(points), points) : new Float64Array(0),
    };
  }
  return {
    cameras: parseCameras(await readFileText(cameras), cameras),
    images: parseImages(await readFileText(images), images),
    points: existsSync(points) ? parsePoints(await readFileText(points), points) : new Float64Array(0),
  };
}

/** The project's folder: the given one, or, where that is the model's, the one above it that has the pictures. */
function rootOf(folder: string, images: string): string {
  const above = [folder, dirname(folder), dirname(dirname(folder)), dirname(dirname(dirname(folder)))];
  return above.find((place) => existsSync(join(place, images))) ?? folder;
}

/** @throws ArgumentError where the numbers are not those of a camera. */
function cameraOf({ quaternion, translation }: ColmapImage, camera: ColmapCamera): IntrinsicsCamera {
  const length = Math.hypot(...quaternion);
  if (!(length > 1e-6)) {
    throw new ArgumentError(`the quaternion must not be zero, but is (${quaternion.join(', ')})`);
  }
  const [w, x, y, z] = quaternion.map((value) => value / length);
  const R = [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    ...[2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const { fx, fy, cx, cy, width, height } = camera;
  const K = [fx, 0, cx, 0, fy, cy, 0, 0, 1];
  return fromOpenCv({ R, t: translation, K, width, height }, { firstPixelCenter: 0.5 });
}
