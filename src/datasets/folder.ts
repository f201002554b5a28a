// Reads data sets in the project's folder format. Opening reads dataset.json alone; an object's pictures and points are read,
// and checked against their hashes, when first asked for.

import { join } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { decodeSafetensors } from '../tensor/safetensors.ts';
import { BadSamples } from './badSamples.ts';
import { atSize, readBytes, readPngFile, type Surface, unitRange } from './decode.ts';
import { FileLoader, pictureBytes } from './fileLoader.ts';
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
import type { OpenOptions } from './open.ts';
import type { Dataset, DatasetObject, SplitName, View } from './sample.ts';

/** Objects have a bounding sphere of radius 0.5, near enough the unit diagonal of ShapeNet's boxes. */
const pixel2meshScale = 0.57;

/**
 * Opens the data set in `folder`. Nothing is read ahead: an object's file of pictures is small, and holds all its views.
 *
 * @throws FileError where dataset.json is missing, of another version or malformed; later, on access, where an object's file is
 * missing, damaged or not the one that dataset.json describes.
 */
export async function openFolder(
  folder: string,
  { imageSize, cacheMegabytes, onBadSample }: OpenOptions = {},
): Promise<Dataset> {
  const file = await readDatasetFile(folder);
  const context = {
    folder,
    file,
    imageSize: imageSize ?? file.imageSize,
    loader: new FileLoader({ workers: 0, cacheMegabytes }),
  };
  const objects = file.objects.map((stored) => ({
    split: stored.split,
    object: lazyObject(context, stored),
  }));
  return {
    name: file.name,
    imageSize: context.imageSize,
    storedImageSize: file.imageSize,
    camera: file.camera,
    pixel2meshScale,
    badSamples: new BadSamples(onBadSample),
    split: (name: SplitName) => objects.filter(({ split }) => split === name).map(({ object }) => object),
    close: () => context.loader.close(),
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

interface FolderContext {
  folder: string;
  file: DatasetFile;
  imageSize: number;
  loader: FileLoader;
}

/** An object whose pictures and points are read on first access; the bytes of both are kept. */
function lazyObject({ folder, file, imageSize, loader }: FolderContext, stored: StoredObject): DatasetObject {
  let strip: Uint8Array | undefined;
  let surface: Required<Surface> | undefined;
  const readSurface = () => {
    surface ??= readPoints(join(folder, pointsPath(stored.id)), file, stored);
    return surface;
  };
  const picture = (index: number, size: number) =>
    loader.cached(
      `${stored.id} ${index} ${size}`,
      () => {
        strip ??= readStrip(join(folder, viewsPath(stored.id)), file, stored);
        return atSize(pictureInStrip(strip, index, file), size);
      },
      pictureBytes,
    );
  const views = file.views.map(
    ({ worldToCamera }, index): View => ({
      get image() {
        return picture(index, imageSize);
      },
      imageAt: (size) => picture(index, size),
      worldToCamera,
    }),
  );
  return {
    id: stored.id,
    name: stored.name,
    category: stored.category,
    license: stored.license,
    creator: stored.creator,
    views,
    get points() {
      return readSurface().points;
    },
    get normals() {
      return readSurface().normals;
    },
  };
}

/** RGBA bytes of an object's views side by side. */
function readStrip(
  path: string,
  { imageSize: size, views }: DatasetFile,
  { sha256 }: StoredObject,
): Uint8Array {
  const { width, height, data } = readPngFile(path);
  if (width !== size * views.length || height !== size) {
    const expected = `${size * views.length}×${size} (${views.length} views)`;
    throw new FileError(path, `is ${width}×${height} pixels; expected ${expected}`);
  }
  if (hashViews(data) !== sha256.views) throw new FileError(path, changed);
  return data;
}

function pictureInStrip(strip: Uint8Array, index: number, { imageSize: size, views }: DatasetFile) {
  const bytes = new Uint8Array(4 * size * size);
  for (let row = 0; row < size; row++) {
    const start = (row * views.length + index) * 4 * size;
    bytes.set(strip.subarray(start, start + 4 * size), 4 * size * row);
  }
  return unitRange(bytes, size);
}

function readPoints(
  path: string,
  { points: count }: DatasetFile,
  { sha256 }: StoredObject,
): Required<Surface> {
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
