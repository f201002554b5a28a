// Writes a data set in the layout of ShapeNetP2M, for Pixel2Mesh's own programs and whatever else reads it, and back by
// `openShapenetP2m`.

import { encodePng } from '../../renderer/io/index.ts';
import { encodePickle, NumpyArray } from '../tensor/pickle.ts';
import { type ExportOptions, exportFolder, metadataCameras, synsetOf } from './exportFolder.ts';
import { formatRenderingMetadata, pictureNumber } from './r2n2.ts';
import { type DatasetObject, splitNames, type View } from './sample.ts';
import { cameraFile, listFile, metadataFile } from './shapenetP2m.ts';
import type { BuildProgress } from './source.ts';

/**
 * Writes the data set in `folder`, of the project's own format, whole or not at all: pictures as they are, points and normals float32 in
 * the space of every view's camera and in Pixel2Mesh's unit of length, cameras, lists of all three splits, and credits.
 *
 * @returns number of objects.
 * @throws ArgumentError where there are no objects to write; FileError where a file of the data set is missing or damaged, or the output
 * exists or cannot be written.
 */
export function exportShapenetP2m(
  folder: string,
  options: ExportOptions,
  onProgress?: (progress: BuildProgress) => void,
): Promise<number> {
  return exportFolder(
    folder,
    options,
    ({ camera, pixel2meshScale: scale }) => ({
      async storeObject(object, store) {
        const rendering = renderingFolder(object);
        for (const [i, view] of object.views.entries()) {
          await store(`${rendering}/${pictureNumber(i)}.png`, await encodePng(view.image));
          await store(
            `${rendering}/${pictureNumber(i)}.dat`,
            encodePickle(cameraSpacePoints(object, view, scale)),
          );
        }
        const cameras = metadataCameras(object, scale);
        await store(`${rendering}/${metadataFile}`, formatRenderingMetadata(cameras));
      },
      async storeLists(splits, store) {
        for (const split of splitNames) await store(listFile(split), listOf(splits[split]));
        await store(cameraFile, `${JSON.stringify({ ...camera, distance: camera.distance * scale })}\n`);
      },
    }),
    onProgress,
  );
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
      object.views.map((_, i) => `Data/ShapeNetP2M/${renderingFolder(object)}/${pictureNumber(i)}.dat\n`),
    )
    .join('');

const renderingFolder = (object: DatasetObject) => `${synsetOf(object)}/${object.id}/rendering`;
