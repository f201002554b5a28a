// shapenet-core: pictures, depth maps, surface points and meshes made of whatever models of ShapeNetCore a user has.

import { largeSet } from './largeSet.ts';

export const shapenetCore = largeSet(
  {
    name: 'shapenet-core',
    description:
      'your own folder of ShapeNetCore 1 or 2: 24 views with depth maps, points and a mesh an object',
    sourceHelp:
      'a folder of ShapeNetCore: SYNSET/MODEL/model.obj, or SYNSET/MODEL/models/model_normalized.obj',
    isDownloaded: false,
  },
  async () => ({
    description:
      'Models of ShapeNetCore: pictures and depth maps from 24 sides, points with normals on the visible surface, meshes',
    credits:
      'The models come from ShapeNetCore (https://shapenet.org), whose terms of use allow research and education that is not for profit.\n',
    hasLiveries: false,
  }),
);
