// A folder of R2N2's renderings of one model: rendering_metadata.txt, a line a picture, and the pictures 00.png, 01.png and on. Lengths
// are in Pixel2Mesh's unit, a model of ShapeNet × 0.57.

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fromR2n2, identityView, pixelIntrinsics } from '../../renderer/camera/index.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { parseRenderingMetadata } from '../datasets/r2n2.ts';
import { boundsOfCameras } from './bounds.ts';
import { type Capture, type CaptureOptions, captureView } from './capture.ts';

const fileName = 'rendering_metadata.txt';

/** The metadata in `folder` or its `rendering`; undefined where there is none. */
export function findRenderings(folder: string): string | undefined {
  return [fileName, join('rendering', fileName)]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

/**
 * Opens the capture of a rendering_metadata.txt.
 *
 * @throws FileError where a line is malformed, or a picture is not there.
 */
export async function openRenderings(path: string, options: CaptureOptions = {}): Promise<Capture> {
  const folder = dirname(resolve(path));
  const maskFolder = options.masks === undefined ? undefined : resolve(folder, options.masks);
  const views = [];
  for (const [i, place] of parseRenderingMetadata(await readFileText(path), path).entries()) {
    const camera = fromR2n2(place);
    const name = `${String(i).padStart(2, '0')}.png`;
    views.push(
      await captureView(
        {
          name,
          picture: join(folder, name),
          view: camera.views[0],
          intrinsics: (width, height) =>
            pixelIntrinsics(fromR2n2(place, { aspect: width / height }), { width, height }),
        },
        `${path}:${i + 1}`,
        maskFolder,
      ),
    );
  }
  return {
    name: basename(folder),
    views,
    bounds: boundsOfCameras(views),
    up: [0, 1, 0],
    fromFiles: identityView,
  };
}
