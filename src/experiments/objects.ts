// The data set of an experiment: opened as its config says, and which of its objects the experiment works on.

import { ArgumentError } from '../../renderer/errors.ts';
import {
  type Dataset,
  type DatasetObject,
  openDataset,
  type SplitName,
  splitNames,
} from '../datasets/index.ts';
import type { ExperimentConfig, FitMeshConfig } from './schema.ts';
import { spread } from './spread.ts';

/**
 * Opens the data set that a config names. Its pictures are of the size that the network takes or, where there is none, of that at which
 * meshes are rendered.
 *
 * @throws ArgumentError, FileError as `openDataset`
 */
export async function openConfiguredDataset(config: ExperimentConfig): Promise<Dataset> {
  const { name, workers, cacheMegabytes, onBadSample } = config.dataset;
  const imageSize = config.task === 'train' ? config.model.imageSize : config.renderer.imageSize;
  return openDataset(name, { imageSize, workers, cacheMegabytes, onBadSample });
}

/** What a run's log says where its pictures are not of the size of the data set's; undefined where they are. */
export function resizingNote(
  config: ExperimentConfig,
  { name, storedImageSize }: Dataset,
): string | undefined {
  const sizes = {
    ...(config.task === 'train' && { 'model.imageSize': config.model.imageSize }),
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
  { dataset: { categories } }: Pick<ExperimentConfig, 'dataset'>,
  split: SplitName,
): DatasetObject[] {
  return ofCategories(dataset.split(split), categories, `the ${split} part of ${dataset.name}`);
}

/**
 * The objects that a fit-mesh config names, or as many of the test split as it says.
 *
 * @throws ArgumentError for an id that the data set does not have, or where none is of the categories that the config asks for
 */
export function objectsToFit(config: FitMeshConfig, dataset: Dataset): DatasetObject[] {
  const { objects } = config;
  if (typeof objects === 'number') return spread(chooseObjects(dataset, config, 'test'), objects);
  const all = splitNames.flatMap((split) => dataset.split(split));
  const named = objects.map((id) => {
    const found = all.find((object) => object.id === id);
    if (!found) throw new ArgumentError(`objects: ${dataset.name} has no object "${id}"`);
    return found;
  });
  return ofCategories(named, config.dataset.categories, 'the list of objects');
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
