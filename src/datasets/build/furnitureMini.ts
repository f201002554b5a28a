// furniture-mini: which models of the Sweet Home 3D libraries it takes, from where they are seen, and how they are split.

import type { CatalogueEntry } from './catalogue.ts';
import type { FurnitureSet } from './furniture.ts';
import { viewRig } from './rig.ts';
import { assignSplits } from './splits.ts';

/** Categories by name. The first match counts, so that a desk lamp is a lamp and no desk. */
const categories: readonly (readonly [category: string, names: RegExp])[] = [
  ['lamp', /lamp|light|lantern/i],
  ['sofa', /sofa|couch|armchair/i],
  ['chair', /chair|stool|class seat/i],
  ['cabinet', /cabinet|wardrobe|cupboard|dresser|locker|shel(f|ves)|bookcase|bedside table|chest|TV stand/i],
  ['table', /table|desk/i],
];

/** Models whose name says sofa and whose shape says chair. */
const misnamed: Readonly<Record<string, string>> = {
  'blendswap-cc-0-armchair': 'chair',
  'scopia-modern_armchair': 'chair',
};

/** Models that a category's names catch and that are left out, and why. */
const excluded: Readonly<Record<string, string>> = {
  'blendswap-cc-0-tableFan': 'a fan',
  'blendswap-cc-by-tableTennisBat': 'a bat',
  'blendswap-cc-by-wheelchair': 'a vehicle',
  'katorlegaz-classic-lamppost': 'a street light: a pole two pixels wide',
  'katorlegaz-custom-desk': 'looks like a rack',
  'katorlegaz-flashlight': 'a torch',
  'katorlegaz-fluorescent': 'a tube on a ceiling',
  'katorlegaz-park-light': 'a street light: a pole two pixels wide',
  'katorlegaz-track-lights': 'a rail on a ceiling',
  'katorlegaz-wall-lamp-artwork': 'an arm on a wall',
  'katorlegaz-wall-spotlight': 'an arm on a wall',
  'scopia-candelabre': 'a street light: a pole thinner than a pixel',
  'scopia-ceiling-lamp': 'a disc on a ceiling',
  'scopia-changing-table': 'looks like a cabinet',
  'scopia-chest-freezer': 'an appliance',
  'scopia-coffee_table': 'half of its top is missing',
  'scopia-convertible-sofa-BZ-opened': 'a bed',
  'scopia-farola1': 'a street light: a pole thinner than a pixel',
  'scopia-tablet': 'a computer',
};

export const furnitureMiniSet: FurnitureSet = {
  name: 'furniture-mini',
  description:
    'Real furniture models of five categories, from the libraries of Sweet Home 3D: pictures from eight sides, points with normals on the visible surface',
  // A turn of the object by 90° maps this rig onto itself.
  rig: viewRig(8, [15, 35]),
  choose: (listed) =>
    new Map(
      listed.flatMap((entry) => {
        const category = mainCategory(entry);
        return category ? [[entry.id, category]] : [];
      }),
    ),
  split: (objects) => assignSplits(objects, { validation: 0.1, test: 0.15, seed: 'furniture-mini' }),
};

/** One of the five categories; undefined for a model of none. */
export function mainCategory({ id, name }: CatalogueEntry): string | undefined {
  if (id in excluded) return undefined;
  return misnamed[id] ?? categories.find(([, names]) => names.test(name))?.[0];
}
