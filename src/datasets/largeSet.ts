// A data set that is built from a collection of models: as a whole, or in parts.

import type { CollectionSet } from './build/buildCollection.ts';
import type { DatasetSource } from './source.ts';

/** @param ownOf what its build has of its own, which is not read before there is one */
export function largeSet(
  described: Omit<DatasetSource, 'build' | 'parts'>,
  ownOf: () => Promise<Omit<CollectionSet, 'name' | 'sourceHelp'>>,
): DatasetSource {
  const { name, sourceHelp } = described;
  const setOf = async () => ({ name, sourceHelp, ...(await ownOf()) });
  return {
    ...described,
    async build(options, listener) {
      const { buildCollection } = await import('./build/buildCollection.ts');
      return buildCollection(await setOf(), options, listener);
    },
    async parts(options, count, listener) {
      const { collectionParts } = await import('./build/buildCollection.ts');
      return collectionParts(await setOf(), options, count, listener);
    },
  };
}
