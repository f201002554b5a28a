// Data sets by name or folder. A new one is a file that exports its DatasetSource, and a line in `datasetSources`.

import { join } from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { packageRoot } from '../packageRoot.ts';
import { folderFormats } from './folderFormats.ts';
import { furniture } from './furniture.ts';
import { furnitureMini } from './furnitureMini.ts';
import { furnitureViews } from './furnitureViews.ts';
import type { OpenOptions } from './open.ts';
import { planes } from './planes.ts';
import type { Dataset } from './sample.ts';
import { shapenetCore } from './shapenetCore.ts';
import type { DatasetSource } from './source.ts';

export { type BadFile, BadSamples, type OnBadSample } from './badSamples.ts';
export { checkDataset } from './check.ts';
export type { ExportOptions } from './exportFolder.ts';
export { exportR2n2, type R2n2Export, type R2n2ExportOptions } from './exportR2n2.ts';
export { exportShapenetP2m } from './exportShapenetP2m.ts';
export { openFolder, readDatasetFile } from './folder.ts';
export type { DatasetFile, StoredObject } from './format.ts';
export { openNpzRenderings } from './npzRenderings.ts';
export type { OpenOptions } from './open.ts';
export {
  formatRenderingMetadata,
  parseRenderingMetadata,
  type R2n2Camera,
  r2n2Camera,
  r2n2FovDegrees,
  r2n2WorldToCamera,
} from './r2n2.ts';
export { openR2n2 } from './r2n2Renderings.ts';
export {
  type Dataset,
  type DatasetObject,
  type Picture,
  type PrefetchRequest,
  prefetchSample,
  type Sample,
  type SampleOptions,
  type SampleView,
  type SplitName,
  type Surface,
  splitNames,
  toSample,
  type View,
} from './sample.ts';
export { synsetCategories } from './shapenetModel.ts';
export { openShapenetP2m } from './shapenetP2m.ts';
export type {
  BuildListener,
  BuildOptions,
  BuildParts,
  BuildProgress,
  BuildResult,
  DatasetSource,
  Shard,
} from './source.ts';

/** All data sets that have a name. */
export const datasetSources: readonly DatasetSource[] = [
  furnitureMini,
  furnitureViews,
  furniture,
  planes,
  shapenetCore,
];

/**
 * Opens a data set: by its folder (in any of `folderFormats`), or by its name, which is looked up in `data/` of the working directory, then
 * in that of the package.
 *
 * @throws ArgumentError where there is none; the message says which there are and how to build one.
 * @throws FileError where it is damaged.
 */
export async function openDataset(nameOrFolder: string, options: OpenOptions = {}): Promise<Dataset> {
  const folder = await datasetFolder(nameOrFolder);
  return folderFormats.find(({ matches }) => matches(folder))!.open(folder, options);
}

/** The folder that `openDataset` reads. */
export async function datasetFolder(nameOrFolder: string): Promise<string> {
  const candidates = [nameOrFolder, join('data', nameOrFolder), join(packageRoot, 'data', nameOrFolder)];
  for (const folder of candidates) {
    if (folderFormats.some(({ matches }) => matches(folder))) return folder;
  }
  const marks = folderFormats.map(({ mark }) => mark);
  const known = datasetSources.map(({ name }) => name).join(', ');
  const source = datasetSources.find(({ name }) => name === nameOrFolder);
  const remedy = source
    ? `build it with "rastergrad dataset build ${source.name}${source.isDownloaded ? '' : ' --source FOLDER'}"`
    : `expected one of ${known}, or a folder with ${marks.slice(0, -1).join(', ')} or ${marks.at(-1)}`;
  throw new ArgumentError(`data set "${nameOrFolder}" is not here; ${remedy}`);
}
