// The recipe of furniture-mini: which models of the Sweet Home 3D libraries it takes, and how it makes pictures and points of
// them.

import { ArgumentError } from '../../../renderer/errors.ts';
import {
  type DatasetFile,
  formatVersion,
  hashPoints,
  hashViews,
  pointsPath,
  quantizeNormals,
  quantizePoints,
  viewsPath,
} from '../format.ts';
import { attribution, type Credit } from './attribution.ts';
import { type CatalogueEntry, type FurnitureLibrary, libraries, openLibraries, readOrigin } from './catalogue.ts';
import { prepareModel } from './model.ts';
import { occupancies, type Occupancy, twinGroups } from './nearTwins.ts';
import { takePicture } from './pictures.ts';
import { distance, fovDegrees, viewRig } from './rig.ts';
import { assignSplits } from './splits.ts';
import { exteriorPoints, sampleSurface } from './surfacePoints.ts';
import { writeFolder } from './writeFolder.ts';

/** Categories and the names that belong to them. The first match counts, so a desk lamp is a lamp and no desk. */
const categories: readonly { category: string; names: RegExp }[] = [
  { category: 'lamp', names: /lamp|light|lantern/i },
  { category: 'sofa', names: /sofa|couch|armchair/i },
  { category: 'chair', names: /chair|stool|class seat/i },
  { category: 'cabinet', names: /cabinet|wardrobe|cupboard|dresser|locker|shel(f|ves)|bookcase|bedside table|chest|TV stand/i },
  { category: 'table', names: /table|desk/i },
];
