// furniture-mini: some 190 real models of chairs, tables, sofas, lamps and cabinets, 64 × 64 pictures from eight sides. It comes
// with the package.

import type { DatasetSource } from './source.ts';

export const furnitureMini: DatasetSource = {
  name: 'furniture-mini',
  description:
    'real furniture of five categories, 64 × 64 pictures from 8 views, 2,000 surface points an object',
  sourceHelp:
    "Debian's package sweethome3d-furniture, unpacked (dpkg-deb -x), or the folder of its .sh3f libraries",
  isDownloaded: true,
  async build(options, listener) {
    const [{ buildFurniture }, { furnitureMiniSet }] = await Promise.all([
      import('./build/furniture.ts'),
      import('./build/furnitureMini.ts'),
    ]);
    return buildFurniture(furnitureMiniSet, options, listener);
  },
};
