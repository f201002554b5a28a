// The recipe of furniture-mini: which models of the Sweet Home 3D libraries it takes, and how pictures, points and splits are
// made of them. The same libraries give the same folder, byte for byte.

import ndarray from 'ndarray';
import { FileError } from '../../../renderer/errors.ts';
import { encodePng } from '../../../renderer/io/index.ts';
import { encodeSafetensors } from '../../tensor/safetensors.ts';
import {
  type DatasetFile,
  formatDatasetFile,
  formatVersion,
  hashPoints,
  hashViews,
  pointsPath,
  quantizeNormals,
  quantizePoints,
  restorePoints,
  type StoredObject,
  type StoredPoints,
  viewsPath,
} from '../format.ts';
import type { BuildOptions, BuildProgress } from '../source.ts';
import { attribution } from './attribution.ts';
import { type CatalogueEntry, type FurnitureLibrary, openLibraries, readOrigin } from './catalogue.ts';
import { prepareModel } from './model.ts';
import { type Occupancy, occupancies, twinGroups } from './nearTwins.ts';
import { type PaintedMesh, takePicture } from './pictures.ts';
import { distance, fovDegrees, type RigView, viewRig } from './rig.ts';
import { assignSplits } from './splits.ts';
import { exteriorPoints } from './surfacePoints.ts';
import { requireAbsent, writeFolder } from './writeFolder.ts';

const name = 'furniture-mini';
const imageSize = 64;
const viewCount = 8;
const pointCount = 2000;
const mostTriangles = 60_000;
const twinThreshold = 0.7;
const split = { validation: 0.1, test: 0.15, seed: name };

/** Categories by name. The first match counts, so that a desk lamp is a lamp and no desk. */
const categories: readonly (readonly [category: string, names: RegExp])[] = [
  ['lamp', /lamp|light|lantern/i],
  ['sofa', /sofa|couch|armchair/i],
  ['chair', /chair|stool|class seat/i],
  ['cabinet', /cabinet|wardrobe|cupboard|dresser|locker|shel(f|ves)|bookcase|bedside table|chest|TV stand/i],
  ['table', /table|desk/i],
];

/** Models whose name says sofa and whose shape says chair. */
const categoryOf: Readonly<Record<string, string>> = {
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

interface BuiltObject {
  entry: CatalogueEntry;
  category: string;
  license: StoredObject['license'];
  title: string;
  url: string;
  triangles: number;
  views: Uint8Array;
  surface: StoredPoints;
  grids: Occupancy[];
}

/**
 * Builds furniture-mini.
 *
 * @returns number of objects.
 * @throws FileError where a library is missing or damaged, or the output cannot be written.
 */
export async function buildFurnitureMini(
  { source, output }: BuildOptions,
  onProgress: (progress: BuildProgress) => void = () => {},
): Promise<number> {
  await requireAbsent(output);
  const chosen = (await openLibraries(source)).flatMap(chooseModels);
  if (chosen.length === 0) throw new FileError(source, 'its catalogues list none of the wanted models');
  chosen.sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
  const rig = viewRig(viewCount);
  const built: BuiltObject[] = [];
  for (const [i, choice] of chosen.entries()) {
    const object = await buildObject(choice, rig);
    if (object) built.push(object);
    onProgress({ done: i + 1, total: chosen.length, id: choice.entry.id });
  }
  const objects = describe(built);
  await writeFolder(output, async (store) => {
    for (const { entry, views, surface } of built) {
      const strip = ndarray(views, [imageSize, viewCount * imageSize, 4]);
      await store(viewsPath(entry.id), await encodePng(strip));
      await store(pointsPath(entry.id), encodePoints(surface));
    }
    await store('dataset.json', formatDatasetFile(datasetFileOf(objects, rig)));
    await store('ATTRIBUTION.md', attribution(name, objects));
  });
  return built.length;
}

interface Choice {
  library: FurnitureLibrary;
  entry: CatalogueEntry;
  category: string;
}

function chooseModels(library: FurnitureLibrary): Choice[] {
  return library.entries().flatMap((entry) => {
    const category = categoryOf[entry.id] ?? categories.find(([, names]) => names.test(entry.name))?.[0];
    return category && !(entry.id in excluded) ? [{ library, entry, category }] : [];
  });
}

/** @returns undefined for a model with too many triangles, or of which nothing can be seen. */
async function buildObject(
  { library, entry, category }: Choice,
  rig: readonly RigView[],
): Promise<BuiltObject | undefined> {
  const files = library.files(entry);
  const origin = readOrigin(files);
  const mesh = await prepareModel(entry, files);
  const triangles = mesh.faces.length / 3;
  if (triangles > mostTriangles) return undefined;
  const sampled = exteriorPoints(mesh, pointCount);
  if (!sampled) return undefined;
  const surface = { points: quantizePoints(sampled.points), normals: quantizeNormals(sampled.normals) };
  return {
    entry,
    category,
    license: origin.license ?? entry.license,
    title: origin.title ?? entry.name,
    url: origin.url ?? library.url,
    triangles,
    views: takeStrip(mesh, rig),
    surface,
    grids: occupancies(restorePoints(surface.points)),
  };
}

/** The views side by side: [imageSize, views · imageSize, 4] bytes. */
function takeStrip(mesh: PaintedMesh, rig: readonly RigView[]): Uint8Array {
  const strip = new Uint8Array(imageSize * rig.length * imageSize * 4);
  rig.forEach(({ worldToCamera }, i) => {
    const picture = takePicture(mesh, worldToCamera, imageSize);
    for (let row = 0; row < imageSize; row++) {
      const pixels = picture.subarray(4 * imageSize * row, 4 * imageSize * (row + 1));
      strip.set(pixels, 4 * imageSize * (row * rig.length + i));
    }
  });
  return strip;
}

function encodePoints({ points, normals }: StoredPoints): Uint8Array {
  return encodeSafetensors({
    points: { dtype: 'U16', shape: [pointCount, 3], data: points },
    normals: { dtype: 'I8', shape: [pointCount, 3], data: normals },
  });
}

function describe(built: readonly BuiltObject[]): StoredObject[] {
  const clusters = twinGroups(
    built.map(({ grids }) => grids),
    twinThreshold,
  );
  const splits = assignSplits(
    built.map(({ entry, category }, i) => ({ id: entry.id, category, cluster: clusters[i] })),
    split,
  );
  return built.map(({ entry, category, license, title, url, triangles, views, surface }, i) => ({
    id: entry.id,
    name: entry.name,
    category,
    creator: entry.creator,
    license,
    origin: { title, url, library: entry.library, model: entry.model },
    split: splits[i],
    cluster: clusters[i],
    triangles,
    sha256: { views: hashViews(views), points: hashPoints(surface.points, surface.normals) },
  }));
}

function datasetFileOf(objects: StoredObject[], rig: readonly RigView[]): DatasetFile {
  return {
    format: 'rastergrad-dataset',
    version: formatVersion,
    name,
    description:
      'Real furniture models of five categories, from the libraries of Sweet Home 3D: pictures from eight sides, points with normals on the visible surface',
    frame:
      'Right-handed, y up, front towards +z. Smallest bounding sphere: centre at the origin, radius 0.5. Cameras look down their −z',
    imageSize,
    camera: { fovDegrees, distance },
    views: [...rig],
    points: pointCount,
    objects,
  };
}
