// Data sets by name or folder. A new one is a file that exports its DatasetSource, and a line in `datasetSources`.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { packageRoot } from '../packageRoot.ts';
import { openFolder } from './folder.ts';
import { furnitureMini } from './furnitureMini.ts';
import { furnitureViews } from './furnitureViews.ts';
import type { Dataset } from './sample.ts';
import type { DatasetSource } from './source.ts';

export { openFolder, readDatasetFile } from './folder.ts';
export type { DatasetFile, StoredObject } from './format.ts';
export {
  type Dataset,
  type DatasetObject,
  type Sample,
  type SampleView,
  type SplitName,
  splitNames,
  toSample,
  type View,
} from './sample.ts';
export type { BuildOptions, BuildProgress, DatasetSource } from './source.ts';

/** All data sets that have a name. */
export const datasetSources: readonly DatasetSource[] = [furnitureMini, furnitureViews];

/**
 * Opens a data set: by its folder (a path with a slash, or any folder that has a dataset.json), or by its name, which is looked
 * up in `data/` of the working directory, then in that of the package.
 *
 * @throws ArgumentError where there is none; the message says which there are and how to build one.
 * @throws FileError where it is damaged.
 */
export async function openDataset(nameOrFolder: string): Promise<Dataset> {
  return openFolder(await datasetFolder(nameOrFolder));
}

/** The folder that `openDataset` reads. */
export async function datasetFolder(nameOrFolder: string): Promise<string> {
  const candidates = [nameOrFolder, join('data', nameOrFolder), join(packageRoot, 'data', nameOrFolder)];
  for (const folder of candidates) if (await exists(join(folder, 'dataset.json'))) return folder;
  const known = datasetSources.map(({ name }) => name).join(', ');
  const source = datasetSources.find(({ name }) => name === nameOrFolder);
  const remedy = source
    ? `build it with "rastergrad dataset build ${source.name} --source FOLDER --output data/${source.name}"`
    : `expected one of ${known}, or a folder with a dataset.json`;
  throw new ArgumentError(`data set "${nameOrFolder}" is not here; ${remedy}`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
