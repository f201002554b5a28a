// The recipe of the furniture data sets: how pictures, points and splits are made of models of the Sweet Home 3D libraries. The
// same libraries give the same folder, byte for byte.

import ndarray from 'ndarray';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { encodePng } from '../../../renderer/io/index.ts';
import {
  type DatasetFile1,
  formatDatasetFile,
  hashBytes,
  hashPoints,
  pointsPath,
  quantizeNormals,
  quantizePoints,
  restorePoints,
  type StoredObject,
  type StoredPoints,
  viewsPath,
} from '../format.ts';
import type { SplitName } from '../sample.ts';
import type { BuildListener, BuildOptions, BuildResult } from '../source.ts';
import { stripOf } from '../strip.ts';
import { attribution } from './attribution.ts';
import { type CatalogueEntry, type FurnitureLibrary, openLibraries, readOrigin } from './catalogue.ts';
import { encodePoints } from './encodePoints.ts';
import { prepareModel } from './model.ts';
import { type Occupancy, occupancies, twinGroups } from './nearTwins.ts';
import { obtainPackage } from './obtain.ts';
import { type PaintedMesh, takePicture } from './pictures.ts';
import { requireInteger } from './requireInteger.ts';
import { distance, fovDegrees, type RigView } from './rig.ts';
import type { Splittable } from './splits.ts';
import { exteriorPoints } from './surfacePoints.ts';
import { requireAbsent, writeFolder } from './writeFolder.ts';

/** The Debian package of the libraries. */
export const furniturePackage = 'sweethome3d-furniture';

/** What the sets that come with the package have. */
const packaged = { size: 64, points: 2000 };
const mostTriangles = 60_000;
const twinThreshold = 0.7;

/** Twins are told by so many points of each object, however many are kept, so that larger sets are split alike. */
const twinPoints = 2000;

/** What one furniture data set has of its own. */
export interface FurnitureSet {
  name: string;
  /** One sentence for dataset.json. */
  description: string;
  /** The cameras, in the order of the views. */
  rig: readonly RigView[];
  /** Category by id of the models to take, out of what the libraries list. */
  choose(listed: readonly CatalogueEntry[]): ReadonlyMap<string, string>;
  /** A split for every object. */
  split(objects: readonly Splittable[]): SplitName[];
}

/** Width and height of pictures, and surface points an object. */
type Extent = Required<Pick<BuildOptions, 'size' | 'points'>>;

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
 * Builds the data set that `set` describes.
 *
 * @throws ArgumentError for an option of large sets; FileError where a library or a model is missing or damaged, or the output cannot be
 * written.
 */
export async function buildFurniture(
  set: FurnitureSet,
  { output, ...asked }: BuildOptions,
  { onProgress = () => {}, onNote }: BuildListener = {},
): Promise<BuildResult> {
  for (const option of ['rig', 'categories', 'workers', 'shard', 'liveries'] as const) {
    if (asked[option] !== undefined)
      throw new ArgumentError(`${set.name} is built without the option ${option}`);
  }
  const extent = { size: asked.size ?? packaged.size, points: asked.points ?? packaged.points };
  requireInteger('size', extent.size, 8, 1024);
  requireInteger('points', extent.points, 1, 1_000_000);
  await requireAbsent(output);
  const source = await obtainPackage(furniturePackage, { source: asked.source, onNote });
  const chosen = chooseModels(set, await openLibraries(source), source);
  const built: BuiltObject[] = [];
  for (const [i, choice] of chosen.entries()) {
    const object = await buildObject(choice, set.rig, extent);
    if (object) built.push(object);
    onProgress({ done: i + 1, total: chosen.length, id: choice.entry.id });
  }
  const objects = describe(built, set);
  await writeFolder(output, async (store) => {
    for (const { entry, views, surface } of built) {
      const strip = ndarray(views, [extent.size, set.rig.length * extent.size, 4]);
      await store(viewsPath(entry.id), await encodePng(strip));
      await store(pointsPath(entry.id), encodePoints(surface));
    }
    await store('dataset.json', formatDatasetFile(datasetFileOf(set, objects, extent)));
    await store('ATTRIBUTION.md', attribution(set.name, objects));
  });
  return { state: 'built', objects: built.length, leftOut: chosen.length - built.length };
}

interface Choice {
  library: FurnitureLibrary;
  entry: CatalogueEntry;
  category: string;
}

/** The models of `set`, by id. */
function chooseModels(set: FurnitureSet, libraries: readonly FurnitureLibrary[], source: string): Choice[] {
  const listed = libraries.flatMap((library) => library.entries().map((entry) => ({ library, entry })));
  const categories = set.choose(listed.map(({ entry }) => entry));
  if (categories.size === 0) throw new FileError(source, 'its catalogues list none of the wanted models');
  const chosen = Array.from(categories, ([id, category]) => {
    const model = listed.find(({ entry }) => entry.id === id);
    if (!model) throw new FileError(source, `its catalogues do not list the model "${id}"`);
    return { ...model, category };
  });
  return chosen.sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
}

/** @returns undefined for a model with too many triangles, or of which nothing can be seen. */
async function buildObject(
  { library, entry, category }: Choice,
  rig: readonly RigView[],
  extent: Extent,
): Promise<BuiltObject | undefined> {
  const files = library.files(entry);
  const origin = readOrigin(files);
  const mesh = await prepareModel(entry, files);
  const triangles = mesh.faces.length / 3;
  if (triangles > mostTriangles) return undefined;
  const sampled = exteriorPoints(mesh, extent.points);
  if (!sampled) return undefined;
  const surface = { points: quantizePoints(sampled.points), normals: quantizeNormals(sampled.normals) };
  return {
    entry,
    category,
    license: origin.license ?? entry.license,
    title: origin.title ?? entry.name,
    url: origin.url ?? library.url,
    triangles,
    views: takeStrip(mesh, rig, extent.size),
    surface,
    grids: occupancies(restorePoints(surface.points.subarray(0, 3 * twinPoints))),
  };
}

/** The views side by side: [size, views · size, 4] bytes. */
function takeStrip(mesh: PaintedMesh, rig: readonly RigView[], size: number): Uint8Array {
  const pictures = rig.map(({ worldToCamera }) => takePicture(mesh, worldToCamera, { size }));
  return stripOf(pictures, size, 4, Uint8Array);
}

function describe(built: readonly BuiltObject[], set: FurnitureSet): StoredObject[] {
  const clusters = twinGroups(
    built.map(({ grids }) => grids),
    twinThreshold,
  );
  const splits = set.split(
    built.map(({ entry, category }, i) => ({ id: entry.id, category, cluster: clusters[i] })),
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
    sha256: { views: hashBytes(views), points: hashPoints(surface.points, surface.normals) },
  }));
}

function datasetFileOf(
  { name, description, rig }: FurnitureSet,
  objects: StoredObject[],
  { size, points }: Extent,
): DatasetFile1 {
  return {
    format: 'rastergrad-dataset',
    version: 1,
    name,
    description,
    frame:
      'Right-handed, y up, front towards +z. Smallest bounding sphere: centre at the origin, radius 0.5. Cameras look down their −z',
    imageSize: size,
    camera: { fovDegrees, distance },
    views: [...rig],
    points,
    objects,
  };
}
