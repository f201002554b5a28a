// Which objects of a data set an experiment works on, and whether their pictures are of the size that it wants.

import { ArgumentError } from '../../renderer/errors.ts';
import { type Dataset, type DatasetObject, type SplitName, splitNames } from '../datasets/sample.ts';
import type { ExperimentConfig, FitMeshConfig } from './schema.ts';
import { spread } from './spread.ts';

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

/** @throws ArgumentError where the config's field asks for pictures of another size than the data set's */
export function checkImageSize(dataset: Dataset, field: string, size: number): void {
  if (size === dataset.imageSize) return;
  throw new ArgumentError(
    `${field} is ${size}, but the pictures of ${dataset.name} are ${dataset.imageSize} × ${dataset.imageSize}`,
  );
}
