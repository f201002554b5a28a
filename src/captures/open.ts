// Opens photographs with cameras, whichever of the known formats they have.

import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import type { Capture, CaptureOptions } from './capture.ts';
import { findModel, openColmap } from './colmap/open.ts';
import { findRenderings, openRenderings } from './r2n2.ts';
import { openTransforms } from './transforms.ts';

const transformsNames = ['transforms.json', 'transforms_train.json'];

/**
 * Opens a capture: a `.json` file in the manner of NeRF, instant-ngp or nerfstudio, or a folder with transforms.json (or
 * transforms_train.json), with a COLMAP model (text or binary, also in sparse/0), or with R2N2's rendering_metadata.txt; in this order.
 * Pictures are measured now and read when asked for.
 *
 * @throws FileError where it is none of these, or what the openers of the formats throw.
 */
export async function openCapture(path: string, options: CaptureOptions = {}): Promise<Capture> {
  if (!existsSync(path)) throw new FileError(path, 'no such file or folder');
  if (!statSync(path).isDirectory()) {
    if (path.endsWith('.json')) return openTransforms(path, options);
    if (basename(path) === 'rendering_metadata.txt') return openRenderings(path, options);
  } else {
    const transforms = transformsNames.map((name) => join(path, name)).find((file) => existsSync(file));
    if (transforms) return openTransforms(transforms, options);
    if (findModel(path)) return openColmap(path, options);
    const renderings = findRenderings(path);
    if (renderings) return openRenderings(renderings, options);
  }
  throw new FileError(
    path,
    'is no capture, expected transforms.json, a COLMAP model (cameras and images as .bin or .txt, also in sparse/0) or rendering_metadata.txt',
  );
}
