// What exports have in common: which objects go along, where each one lies, and a folder that is there whole or not at all.

import { ArgumentError } from '../../renderer/errors.ts';
import { attribution } from './build/attribution.ts';
import { requireAbsent, type StoreFile, writeFolder } from './build/writeFolder.ts';
import { openFolder, readDatasetFile } from './folder.ts';
import type { DatasetFile } from './format.ts';
import { type R2n2Camera, r2n2Camera } from './r2n2.ts';
import { type Dataset, type DatasetObject, type SplitName, splitNames } from './sample.ts';
import { synsetCategories } from './shapenetModel.ts';
import type { BuildProgress } from './source.ts';
import { spread } from './spread.ts';

export interface ExportOptions {
  /** Folder to make; must not exist yet, or be empty. */
  output: string;
  /** So many objects of each split, spread evenly over it; all by default. */
  objects?: number;
}

/** How a layout stores a data set. */
export interface Layout {
  /** For the credits: whether the folder holds the models' meshes, and in words what it holds, by default pictures and surface points. */
  attribution?: { withMeshes: boolean; holds: string };
  storeObject(object: DatasetObject, store: StoreFile): Promise<void>;
  /** What is said of the set as a whole. */
  storeLists(splits: Readonly<Record<SplitName, DatasetObject[]>>, store: StoreFile): Promise<void>;
}

/**
 * Writes the data set in `folder`, of the project's own format, in the layout that `layoutFor` gives for it, with credits.
 *
 * @returns number of objects.
 * @throws ArgumentError where there are no objects to write; FileError where a file of the data set is missing or damaged, or the output
 * exists or cannot be written; what `layoutFor` throws, before anything is written.
 */
export async function exportFolder(
  folder: string,
  { output, objects: most = Number.POSITIVE_INFINITY }: ExportOptions,
  layoutFor: (dataset: Dataset, file: DatasetFile) => Layout,
  onProgress: (progress: BuildProgress) => void = () => {},
): Promise<number> {
  await requireAbsent(output);
  const [dataset, file] = [await openFolder(folder), await readDatasetFile(folder)];
  const chosenOf = (split: SplitName) => spread(dataset.split(split), most);
  const splits = { train: chosenOf('train'), validation: chosenOf('validation'), test: chosenOf('test') };
  const chosen = splitNames.flatMap((split) => splits[split]);
  if (chosen.length === 0) throw new ArgumentError(`${dataset.name} has no objects to export`);
  const layout = layoutFor(dataset, file);
  await writeFolder(output, async (store) => {
    for (const [i, object] of chosen.entries()) {
      await layout.storeObject(object, store);
      onProgress({ done: i + 1, total: chosen.length, id: object.id });
    }
    await layout.storeLists(splits, store);
    const ids = new Set(chosen.map(({ id }) => id));
    const credited = file.objects.filter(({ id }) => ids.has(id));
    const credits = file.version === 1 ? undefined : file.credits;
    await store('ATTRIBUTION.md', attribution(dataset.name, credited, { credits, ...layout.attribution }));
  });
  return chosen.length;
}

/** Our names of categories for which Pixel2Mesh has another. */
const aliases: Readonly<Record<string, string>> = { sofa: 'couch' };

/** The number that ShapeNet has for the category of an object; where it has none, the category's name, as that of a folder. */
export function synsetOf({ category }: DatasetObject): string {
  const name = aliases[category] ?? category;
  const synset = Object.keys(synsetCategories).find((number) => synsetCategories[number] === name);
  return synset ?? (category.replace(/[^\w-]+/g, '_') || '_');
}

/**
 * The cameras of an object as rows of rendering_metadata.txt, distances times `scale`.
 *
 * @throws ArgumentError that names the view where a camera is none of R2N2's.
 */
export function metadataCameras({ id, views }: DatasetObject, scale: number): R2n2Camera[] {
  return views.map(({ worldToCamera }, view) => {
    try {
      const { azimuthDegrees, elevationDegrees, distance } = r2n2Camera(worldToCamera!);
      return {
        azimuthDegrees: rounded(azimuthDegrees),
        elevationDegrees: rounded(elevationDegrees),
        distance: rounded(distance * scale),
      };
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      throw new ArgumentError(
        `view ${view} of ${id}: ${error.message}, which is all that rendering_metadata.txt can say`,
      );
    }
  });
}

/** To nine decimals, so that 15 is not written as 15.000000000027. */
const rounded = (value: number) => Math.round(value * 1e9) / 1e9;
