// furniture: all models of the Sweet Home 3D furniture libraries, some 800, with 24 pictures, depth maps, surface points and a mesh each.
// Built where it is used.

import { furnitureMini } from './furnitureMini.ts';
import { largeSet } from './largeSet.ts';

export const furniture = largeSet(
  {
    name: 'furniture',
    description:
      'real furniture and what stands beside it, about 800 objects, 24 views with depth maps, 16,384 surface points and a mesh an object',
    sourceHelp: furnitureMini.sourceHelp,
    isDownloaded: true,
  },
  async () => {
    const [{ furnitureCredits }, { furniturePackage }] = await Promise.all([
      import('./build/attribution.ts'),
      import('./build/furniture.ts'),
    ]);
    return {
      description:
        'All models of the furniture libraries of Sweet Home 3D that are of use: pictures and depth maps from 24 sides, points with normals on the visible surface, meshes',
      credits: furnitureCredits,
      debianPackage: furniturePackage,
      hasLiveries: false,
    };
  },
);
