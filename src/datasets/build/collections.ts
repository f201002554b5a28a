// The collections that large data sets are built from, by the name of the data set.

import type { OpenCollection } from './collection.ts';
import { openFurniture } from './furnitureCollection.ts';
import { openPlanes } from './planesCollection.ts';
import { openShapenet } from './shapenetCollection.ts';

export const collections: Readonly<Record<string, OpenCollection>> = {
  furniture: openFurniture,
  planes: openPlanes,
  'shapenet-core': openShapenet,
};
