// Reads data sets in the project's folder format. Opening reads dataset.json alone; an object's pictures and points are read,
// and checked against their hashes, when first asked for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { PNG } from 'pngjs';
import { FileError } from '../../renderer/errors.ts';
import { readFileText, toFileError } from '../../renderer/io/files.ts';
import { decodeSafetensors } from '../tensor/safetensors.ts';
import {
  type DatasetFile,
  datasetFile,
  formatVersion,
  hashPoints,
  hashViews,
  pointsPath,
  restoreNormals,
  restorePoints,
  type StoredObject,
  viewsPath,
} from './format.ts';
import type { Dataset, DatasetObject, SplitName, View } from './sample.ts';

/** Objects have a bounding sphere of radius 0.5, near enough the unit diagonal of ShapeNet's boxes. */
const pixel2meshScale = 0.57;

/**
 * Opens the data set in `folder`.
 *
 * @throws FileError where dataset.json is missing, of another version or malformed; later, on access, where an object's file is
 * missing, damaged or not the one that dataset.json describes.
 */
export async function openFolder(folder: string): Promise<Dataset> {
  const file = await readDatasetFile(folder);
  const objects = file.objects.map((stored) => ({
    split: stored.split,
    object: lazyObject(folder, file, stored),
  }));
  return {
    name: file.name,
    imageSize: file.imageSize,
    camera: file.camera,
    pixel2meshScale,
    split: (name: SplitName) => objects.filter(({ split }) => split === name).map(({ object }) => object),
  };
}

/** The content of a data set's dataset.json, checked. */
export async function readDatasetFile(folder: string): Promise<DatasetFile> {
  const path = join(folder, 'dataset.json');
  let content: unknown;
  try {
    content = JSON.parse(await readFileText(path));
  } catch (error) {
    throw error instanceof SyntaxError ? new FileError(path, `not JSON (${error.message})`) : error;
  }
  const version = (content as { version?: unknown } | null)?.version;
  if (version !== formatVersion) {
    throw new FileError(path, `has version ${version}; this program reads version ${formatVersion}`);
  }
  const parsed = datasetFile.safeParse(content);
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    throw new FileError(path, `${place.join('.')}: ${message}`);
  }
  return parsed.data;
}

/** An object whose pictures and points are read on first access, and kept. */
function lazyObject(folder: string, dataset: DatasetFile, stored: StoredObject): DatasetObject {
  let views: View[] | undefined;
  let surface: Surface | undefined;
  const readSurface = () => {
    surface ??= readPoints(join(folder, pointsPath(stored.id)), dataset, stored);
    return surface;
  };
  return {
    id: stored.id,
    name: stored.name,
    category: stored.category,
    license: stored.license,
    creator: stored.creator,
    get views() {
      views ??= readViews(join(folder, viewsPath(stored.id)), dataset, stored);
      return views;
    },
    get points() {
      return readSurface().points;
    },
    get normals() {
      return readSurface().normals;
    },
  };
}

function readViews(path: string, { imageSize: size, views }: DatasetFile, { sha256 }: StoredObject): View[] {
  const strip = readPngFile(path);
  if (strip.width !== size * views.length || strip.height !== size) {
    const expected = `${size * views.length}×${size} (${views.length} views)`;
    throw new FileError(path, `is ${strip.width}×${strip.height} pixels; expected ${expected}`);
  }
  if (hashViews(strip.data) !== sha256.views) throw new FileError(path, changed);
  return views.map(({ worldToCamera }, i) => {
    const values = new Float32Array(size * size * 4);
    for (let row = 0; row < size; row++) {
      const start = (row * strip.width + i * size) * 4;
      for (let k = 0; k < 4 * size; k++) values[4 * size * row + k] = strip.data[start + k] / 255;
    }
    return { image: ndarray(values, [size, size, 4]), worldToCamera };
  });
}

type Surface = Pick<DatasetObject, 'points' | 'normals'>;

function readPoints(path: string, { points: count }: DatasetFile, { sha256 }: StoredObject): Surface {
  const { tensors } = decodeSafetensors(readBytes(path), path);
  const points = tensors.points?.data;
  const normals = tensors.normals?.data;
  if (!(points instanceof Uint16Array && points.length === 3 * count)) {
    throw new FileError(path, `has no "points" of type U16 and shape [${count}, 3]`);
  }
  if (!(normals instanceof Int8Array && normals.length === 3 * count)) {
    throw new FileError(path, `has no "normals" of type I8 and shape [${count}, 3]`);
  }
  if (hashPoints(points, normals) !== sha256.points) throw new FileError(path, changed);
  return { points: restorePoints(points), normals: restoreNormals(normals) };
}

const changed = 'is not the file that dataset.json describes (its hash differs); build the data set again';

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw toFileError(path, error);
  }
}

function readPngFile(path: string): PNG {
  const bytes = readBytes(path);
  try {
    return PNG.sync.read(bytes);
  } catch (error) {
    throw new FileError(path, `damaged PNG (${(error as Error).message})`);
  }
}
