// Reads data sets in the project's folder format. Opening reads dataset.json alone; an object's pictures and points are read,
// and checked against their hashes, when first asked for.

import { join } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { BadSamples } from './badSamples.ts';
import { FileLoader } from './fileLoader.ts';
import { FolderObject } from './folderObject.ts';
import { type DatasetFile, datasetFile, formatVersions } from './format.ts';
import type { OpenOptions } from './open.ts';
import type { Dataset, SplitName } from './sample.ts';

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
  const objects = Array.from(file.objects.keys(), (index) => ({
    split: file.objects[index].split,
    object: new FolderObject(context, index),
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
  if (!formatVersions.some((known) => known === version)) {
    const known = formatVersions.join(' and ');
    throw new FileError(path, `has version ${version}; this program reads versions ${known}`);
  }
  const parsed = datasetFile.safeParse(content);
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    throw new FileError(path, `${place.join('.')}: ${message}`);
  }
  return parsed.data;
}
