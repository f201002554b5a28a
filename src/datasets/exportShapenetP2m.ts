// Writes a data set in the layout of ShapeNetP2M, for Pixel2Mesh's own programs and whatever else reads it, and back by
// `openShapenetP2m`.

import { ArgumentError } from '../../renderer/errors.ts';
import { encodePng } from '../../renderer/io/index.ts';
import { encodePickle, NumpyArray } from '../tensor/pickle.ts';
import { attribution } from './build/attribution.ts';
import { requireAbsent, writeFolder } from './build/writeFolder.ts';
import { openFolder, readDatasetFile } from './folder.ts';
import { formatRenderingMetadata, r2n2Camera } from './r2n2.ts';
import { type Dataset, type DatasetObject, splitNames, type View } from './sample.ts';
import { cameraFile, listFile, metadataFile, synsetCategories } from './shapenetP2m.ts';
import type { BuildProgress } from './source.ts';

export interface ExportOptions {
  /** Folder to make; must not exist yet, or be empty. */
  output: string;
  /** So many objects of each split, spread evenly over it; all by default. */
  objects?: number;
}

/** Our names of categories for which Pixel2Mesh has another. */
const aliases: Readonly<Record<string, string>> = { sofa: 'couch' };

/**
 * Writes the data set in `folder`, of the project's own format, whole or not at all: pictures as they are, points and normals float32 in
 * the space of every view's camera and in Pixel2Mesh's unit of length, cameras, lists of all three splits, and credits.
 *
 * @returns number of objects.
 * @throws ArgumentError where there are no objects to write; FileError where a file of the data set is missing or damaged, or the output
 * exists or cannot be written.
 */
export async function exportShapenetP2m(
  folder: string,
  { output, objects: most }: ExportOptions,
  onProgress: (progress: BuildProgress) => void = () => {},
): Promise<number> {
  await requireAbsent(output);
  const dataset = await openFolder(folder);
  const { camera, pixel2meshScale: scale } = dataset;
  const splits = splitNames.map((split) => {
    const objects = dataset.split(split);
    return { split, objects: most === undefined ? objects : evenly(objects, most) };
  });
  const chosen = splits.flatMap(({ objects }) => objects);
  if (chosen.length === 0) throw new ArgumentError(`${dataset.name} has no objects to export`);
  await writeFolder(output, async (store) => {
    for (const [i, object] of chosen.entries()) {
      for (const [path, data] of await filesOf(object, scale)) await store(path, data);
      onProgress({ done: i + 1, total: chosen.length, id: object.id });
    }
    for (const { split, objects } of splits) await store(listFile(split), listOf(objects));
    const scaled: Dataset['camera'] = { ...camera, distance: camera.distance * scale };
    await store(cameraFile, `${JSON.stringify(scaled)}\n`);
    const ids = new Set(chosen.map(({ id }) => id));
    const file = await readDatasetFile(folder);
    const credited = file.objects.filter(({ id }) => ids.has(id));
    const credits = file.version === 1 ? undefined : file.credits;
    await store('ATTRIBUTION.md', attribution(dataset.name, credited, { credits }));
  });
  return chosen.length;
}

async function filesOf(
  object: DatasetObject,
  scale: number,
): Promise<[path: string, data: string | Uint8Array][]> {
  const folder = renderingFolder(object);
  const cameras = object.views.map(({ worldToCamera }) => r2n2Camera(worldToCamera!));
  const files: [string, string | Uint8Array][] = [];
  for (const [i, view] of object.views.entries()) {
    files.push([`${folder}/${numberOf(i)}.png`, await encodePng(view.image)]);
    files.push([`${folder}/${numberOf(i)}.dat`, encodePickle(cameraSpacePoints(object, view, scale))]);
  }
  const scaled = cameras.map(({ azimuthDegrees, elevationDegrees, distance }) => ({
    azimuthDegrees: rounded(azimuthDegrees),
    elevationDegrees: rounded(elevationDegrees),
    distance: rounded(distance * scale),
  }));
  return [...files, [`${folder}/${metadataFile}`, formatRenderingMetadata(scaled)]];
}

/** [N, 6] points and normals in the space of the view's camera. */
function cameraSpacePoints(
  { points, normals }: DatasetObject,
  { worldToCamera }: View,
  scale: number,
): NumpyArray {
  const camera = worldToCamera!;
  const width = normals ? 6 : 3;
  const rows = new Float32Array((points.length / 3) * width);
  const along = (axis: number, vectors: Float32Array, i: number) =>
    camera[4 * axis] * vectors[i] +
    camera[4 * axis + 1] * vectors[i + 1] +
    camera[4 * axis + 2] * vectors[i + 2];
  for (let i = 0; i < points.length; i += 3) {
    const row = (i / 3) * width;
    for (let axis = 0; axis < 3; axis++) {
      rows[row + axis] = scale * (along(axis, points, i) + camera[4 * axis + 3]);
      if (normals) rows[row + 3 + axis] = along(axis, normals, i);
    }
  }
  return new NumpyArray([points.length / 3, width], 'float32', rows);
}

const listOf = (objects: readonly DatasetObject[]) =>
  objects
    .flatMap((object) =>
      object.views.map((_, i) => `Data/ShapeNetP2M/${renderingFolder(object)}/${numberOf(i)}.dat\n`),
    )
    .join('');

function renderingFolder({ id, category }: DatasetObject): string {
  const name = aliases[category] ?? category;
  const synset = Object.keys(synsetCategories).find((number) => synsetCategories[number] === name);
  return `${synset ?? category}/${id}/rendering`;
}

/** To nine decimals, so that 15 is not written as 15.000000000027. */
const rounded = (value: number) => Math.round(value * 1e9) / 1e9;

const numberOf = (view: number) => String(view).padStart(2, '0');

/** `count` of the items at even distances; all where there are no more. */
function evenly<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}
