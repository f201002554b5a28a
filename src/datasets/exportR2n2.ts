// Writes a data set in the layout of 3D-R2N2's renderings with ShapeNetCore's meshes beside them, for PyTorch3D's `R2N2` and whatever else
// reads it, and back by `openR2n2`.

import ndarray from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import { encodePng, type MeshData, readMeshData, wavefrontFiles } from '../../renderer/io/index.ts';
import { asTheyStand, imagesOf, paintedMesh } from './build/paintedMesh.ts';
import { takePicture } from './build/pictures.ts';
import { requireInteger } from './build/requireInteger.ts';
import { type ExportOptions, exportFolder, metadataCameras, synsetOf } from './exportFolder.ts';
import { formatRenderingMetadata, r2n2FarthestDistance, r2n2FovDegrees } from './r2n2.ts';
import { meshFolders, modelFile, pictureFile, renderingsFolder } from './r2n2Renderings.ts';
import { formatSplits, type SplitModel } from './r2n2Splits.ts';
import type { DatasetObject } from './sample.ts';
import { cameraFile, metadataFile } from './shapenetP2m.ts';
import type { BuildProgress } from './source.ts';

export interface R2n2ExportOptions extends ExportOptions {
  /** Width and height of the pictures, 8 to 1024. Default: those of the data set where it has R2N2's lens, else 137, which R2N2's have. */
  size?: number;
}

/** What was exported. */
export interface R2n2Export {
  objects: number;
  /** Whether pictures are those of the data set, byte for byte, or were taken anew of its meshes. */
  pictures: 'stored' | 'anew';
}

const publishedSize = 137;

/** Samples along each side of a pixel, as built data sets have. */
const samples = 4;

/**
 * Writes the data set in `folder`, of version 2 of the project's own format, whole or not at all: pictures and cameras, meshes as OBJ files
 * with materials and textures, a file of splits, and credits. R2N2's readers know one lens. Where the data set has another, or pictures of
 * another size are asked for, they are taken anew of the meshes, from the same places.
 *
 * @throws ArgumentError where there are no objects or no meshes, or a camera is none of R2N2's; FileError where a file of the data set is
 * missing or damaged, or the output exists or cannot be written.
 */
export async function exportR2n2(
  folder: string,
  { size, ...options }: R2n2ExportOptions,
  onProgress?: (progress: BuildProgress) => void,
): Promise<R2n2Export> {
  if (size !== undefined) requireInteger('size', size, 8, 1024);
  let pictures: R2n2Export['pictures'] = 'stored';
  const objects = await exportFolder(
    folder,
    options,
    ({ name, camera, storedImageSize }, { version }) => {
      if (version === 1) {
        throw new ArgumentError(
          `${name} has no meshes (it is of version 1 of the format), which the layout of R2N2 has beside its pictures`,
        );
      }
      const hasLens = Math.abs(camera.fovDegrees - r2n2FovDegrees) < 1e-3;
      const side = size ?? (hasLens ? storedImageSize : publishedSize);
      if (!hasLens || side !== storedImageSize) pictures = 'anew';
      return {
        attribution: { withMeshes: true, holds: 'pictures and meshes' },
        async storeObject(object, store) {
          object.checkMesh?.();
          const mesh = await readMeshData(object.meshFile!);
          const place = `${synsetOf(object)}/${object.id}`;
          const rendering = `${renderingsFolder}/${place}/rendering`;
          const cameras = metadataCameras(object, 1 / r2n2FarthestDistance);
          const images =
            pictures === 'stored' ? object.views.map(({ image }) => image) : retaken(object, mesh, side);
          for (const [i, image] of images.entries()) {
            await store(`${rendering}/${pictureFile(i)}`, await encodePng(image));
          }
          await store(`${rendering}/renderings.txt`, cameras.map((_, i) => `${pictureFile(i)}\n`).join(''));
          await store(`${rendering}/${metadataFile}`, formatRenderingMetadata(cameras));
          for (const [file, content] of await wavefrontFiles(modelFile, mesh)) {
            await store(`${meshFolders[0]}/${place}/${file}`, content);
          }
        },
        async storeLists({ train, validation, test }, store) {
          const listed = (objects: readonly DatasetObject[]) => objects.map(splitModel);
          const splits = { train: listed(train), validation: listed(validation), test: listed(test) };
          await store('splits.json', formatSplits(splits));
          const taken = { fovDegrees: r2n2FovDegrees, distance: camera.distance };
          await store(cameraFile, `${JSON.stringify(taken)}\n`);
        },
      };
    },
    onProgress,
  );
  return { objects, pictures };
}

const splitModel = (object: DatasetObject): SplitModel => ({
  synset: synsetOf(object),
  model: object.id,
  views: [...object.views.keys()],
});

/** Every view through R2N2's lens. */
function retaken({ views }: DatasetObject, data: MeshData, size: number) {
  const mesh = paintedMesh(data, { images: imagesOf(data), rotation: asTheyStand, leastOpacity: 0 });
  return views.map(({ worldToCamera }) =>
    ndarray(takePicture(mesh, worldToCamera!, { size, fovDegrees: r2n2FovDegrees, samples }), [
      size,
      size,
      4,
    ]),
  );
}
