// furniture-views: ten models, 64 × 64 pictures from all around and above, to fit meshes to some and judge by the others. It comes
// with the package.

import { furnitureMini } from './furnitureMini.ts';
import type { DatasetSource } from './source.ts';

export const furnitureViews: DatasetSource = {
  name: 'furniture-views',
  description: 'ten pieces of real furniture, 64 × 64 pictures from 28 views, 2,000 surface points an object',
  sourceHelp: furnitureMini.sourceHelp,
  isDownloaded: true,
  async build(options, listener) {
    const [{ buildFurniture }, { furnitureViewsSet }] = await Promise.all([
      import('./build/furniture.ts'),
      import('./build/furnitureViews.ts'),
    ]);
    return buildFurniture(furnitureViewsSet, options, listener);
  },
};
