// All models of the Sweet Home 3D furniture libraries, as a collection: chairs, tables, sofas, lamps and cabinets as furniture-mini has
// them, and the rest in categories from the catalogue's names, tags and groups.

import { basename } from 'node:path';
import { type CatalogueEntry, type FurnitureLibrary, openLibraries, readOrigin } from './catalogue.ts';
import { type ModelCollection, type ModelEntry, type OpenCollection, textureSize } from './collection.ts';
import { mainCategory } from './furnitureMini.ts';
import { prepareModel } from './model.ts';

/**
 * Categories beside the five, by name; where no name matches, by tag; then by the catalogue's group. The first match counts. Matched as
 * whole words, so that a carpet is no car.
 */
const words: readonly (readonly [category: string, pattern: string])[] = [
  ['bed', 'bed|crib|futon|mattress|hammock|sleeping bag|convertible sofa bz'],
  ['seat', 'bench|armchair ottoman|puff|pool lounge|bank|swing|rocking horse'],
  [
    'light',
    'lamppost|park light|street light|porch light|spotlight|track lights|fluorescent|flashlight|candle',
  ],
  ['person', 'human|people'],
  ['animal', 'animal|deer|teddy bear'],
  [
    'vehicle',
    'car|bus|truck|scooter|bicycle|bike|motorbike|wheelchair|stroller|tricycle|rowboat|wheelbarrow',
  ],
  ['plant', 'plant|tree|flowers|bush|cactus|yucca|bamboo|bonsai|hedge|tulips|ficus'],
  ['window', 'window|shutter|blind'],
  ['door', 'door|elevator'],
  ['fitting', 'plug|socket|switch|electricity|intercom|smoke detector|entry bell ring|entry speech unit'],
  [
    'appliance',
    'appliance|oven|cooker|fridge|freezer|heater|radiator|heating|fan|water heater|grill|washing',
  ],
  ['electronics', 'electronics|computer|television|phone|stereo|speaker|radio|keyboard|camera|joystick'],
  ['tool', 'tool|tools|ladder|screwdriver|scissors|stapler|broom|cleaning|pliers|tape'],
  ['instrument', 'piano|guitar|xylophone|music'],
  ['food', 'food|drink|fruits'],
  ['toy', 'toy|game|sport|fitness|doll'],
  [
    'container',
    'box|bin|basket|trash|trashcan|crate|barrel|vase|suitcase|storage|pot|jar|safe|dustbin|bottle',
  ],
  ['road', 'road|street|rails|fence|railing|balcony'],
  ['picture', 'frame|picture|calendar|white board|mirror'],
  ['rug', 'rug|carpet|tatami|doormat|curtain|towel'],
];

const groups: Readonly<Record<string, string>> = {
  Bathroom: 'bathroom',
  Characters: 'person',
  'Doors and windows': 'door',
  Exterior: 'outdoor',
  Kitchen: 'kitchenware',
  Lights: 'light',
  Staircases: 'stairs',
};

const patterns = words.map(
  ([category, pattern]) => [category, new RegExp(`\\b(${pattern})\\b`, 'i')] as const,
);

/** The category of any model of the libraries. */
export function furnitureCategory(entry: CatalogueEntry): string {
  const named = (text: string) => patterns.find(([, pattern]) => pattern.test(text))?.[0];
  if (entry.group === 'Vehicles') return 'vehicle';
  return mainCategory(entry) ?? named(entry.name) ?? named(entry.tags) ?? groups[entry.group] ?? 'other';
}

/** Models that are not what their catalogue says. */
const damaged: Readonly<Record<string, string>> = {
  'scopia-coffee_table': 'half of its top is missing',
};

export const openFurniture: OpenCollection = async (source) => {
  const libraries = await openLibraries(source, { withPeople: true });
  const listed = new Map<string, { library: FurnitureLibrary; entry: CatalogueEntry }>();
  for (const library of libraries) {
    for (const entry of library.entries()) listed.set(entry.id, { library, entry });
  }
  const chosen = [...listed.values()].sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
  return {
    entries: chosen.filter(({ entry }) => !(entry.id in damaged)).map(modelEntry),
    leftOut: chosen
      .filter(({ entry }) => entry.id in damaged)
      .map(({ entry: { id, name } }) => ({ id, name, reason: 'damaged model', detail: damaged[id] })),
    sources: Object.fromEntries(libraries.map(({ path, size }) => [basename(path), size])),
    async load({ id }) {
      const { library, entry } = listed.get(id)!;
      const files = library.files(entry);
      return { mesh: await prepareModel(entry, files, { textureSize }), ...readOrigin(files) };
    },
  } satisfies ModelCollection;
};

function modelEntry({ library, entry }: { library: FurnitureLibrary; entry: CatalogueEntry }): ModelEntry {
  const { id, name, creator, license, model } = entry;
  return {
    id,
    name,
    category: furnitureCategory(entry),
    creator,
    license,
    origin: { title: name, url: library.url, library: entry.library, model },
  };
}
