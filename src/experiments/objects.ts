// The data set of an experiment: opened as its config says, and which of its objects the experiment works on.

import { ArgumentError } from '../../renderer/errors.ts';
import type { TrainConfig } from '../config/schema/index.ts';
import {
  type Dataset,
  type DatasetObject,
  openDataset,
  type SplitName,
  splitNames,
} from '../datasets/index.ts';
import { spread } from '../datasets/spread.ts';

/**
 * Opens the data set that a config names. Its pictures are of the size that the network takes.
 *
 * @throws ArgumentError, FileError as `openDataset`
 */
export async function openConfiguredDataset(config: TrainConfig): Promise<Dataset> {
  const { name, workers, cacheMegabytes, onBadSample } = config.dataset;
  const { imageSize } = config.model;
  return openDataset(name, { imageSize, workers, cacheMegabytes, onBadSample });
}

/** What a run's log says where its pictures are not of the size of the data set's; undefined where they are. */
export function resizingNote(config: TrainConfig, { name, storedImageSize }: Dataset): string | undefined {
  const sizes = {
    'model.imageSize': config.model.imageSize,
    'renderer.imageSize': config.renderer.imageSize,
  };
  const others = Object.entries(sizes).filter(([, size]) => size !== storedImageSize);
  if (others.length === 0) return undefined;
  const wanted = others.map(([field, size]) => `${size} × ${size} (${field})`).join(' and ');
  return `The pictures of ${name}, ${storedImageSize} × ${storedImageSize}, are resized to ${wanted}`;
}

/**
 * Objects of a split, of the categories that the config asks for.
 *
 * @throws ArgumentError where there are none
 */
export function chooseObjects(
  dataset: Dataset,
  { dataset: { categories } }: Pick<TrainConfig, 'dataset'>,
  split: SplitName,
): DatasetObject[] {
  return ofCategories(dataset.split(split), categories, `the ${split} part of ${dataset.name}`);
}

/**
 * The objects of these ids, or so many of the test split, spread evenly.
 *
 * @throws ArgumentError for an id that the data set does not have
 */
export function objectsToFit(objects: number | readonly string[], dataset: Dataset): DatasetObject[] {
  if (typeof objects === 'number') return spread(dataset.split('test'), objects);
  const all = splitNames.flatMap((split) => dataset.split(split));
  return objects.map((id) => {
    const found = all.find((object) => object.id === id);
    if (!found) throw new ArgumentError(`target.objects: ${dataset.name} has no object "${id}"`);
    return found;
  });
}

function ofCategories(
  objects: DatasetObject[],
  categories: readonly string[],
  where: string,
): DatasetObject[] {
  const chosen =
    categories.length > 0 ? objects.filter(({ category }) => categories.includes(category)) : objects;
  if (chosen.length > 0) return chosen;
  if (objects.length === 0) throw new ArgumentError(`${where} has no objects`);
  const known = [...new Set(objects.map(({ category }) => category))].join(', ');
  throw new ArgumentError(`dataset.categories is [${categories.join(', ')}], but ${where} has only ${known}`);
}
