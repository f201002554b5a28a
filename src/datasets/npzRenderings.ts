// Reads renderings in the layout of Differentiable Volumetric Rendering (Niemeyer et al., 2020), in which the renderings of ShapeNet by
// Kato et al. ("Neural 3D Mesh Renderer", 2018) are passed on too.
//
//   SYNSET/train.lst, val.lst, test.lst; or softras_train.lst …     ids of models, one a line
//   SYNSET/MODEL/image/NNNN.png (or .jpg)                           a picture
//   SYNSET/MODEL/mask/NNNN.png                                      its silhouette; without it, the picture's own alpha
//   SYNSET/MODEL/cameras.npz                                        camera_mat_i, world_mat_i, and scale_mat_i or none
//   SYNSET/MODEL/pointcloud.npz                                     points, normals

import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { readFileText, toFileError } from '../../renderer/io/files.ts';
import { BadSamples } from './badSamples.ts';
import { atSize, type Surface } from './decode.ts';
import { FileLoader, pictureBytes } from './fileLoader.ts';
import { readMaskedPicture, readNpzCameras, readNpzSurface } from './npzFiles.ts';
import type { OpenOptions } from './open.ts';
import type { Dataset, DatasetObject, Picture, SplitName, View } from './sample.ts';
import { ShapenetModel } from './shapenetModel.ts';

/** Names of the lists of each split, the first that is there counts. */
const lists: Readonly<Record<SplitName, readonly string[]>> = {
  train: ['train.lst', 'softras_train.lst'],
  validation: ['val.lst', 'softras_val.lst'],
  test: ['test.lst', 'softras_test.lst'],
};

/** Models fill a cube of side 1, near enough the unit diagonal of ShapeNet's boxes. */
const pixel2meshScale = 0.57;

/** Whether `folder` has lists in the folders of its categories. */
export function isNpzRenderings(folder: string): boolean {
  return synsetsOf(folder).length > 0;
}

/** Folders of categories that have a list. */
function synsetsOf(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  const files = Object.values(lists).flat();
  return names.filter((name) => files.some((file) => existsSync(join(folder, name, file))));
}

/**
 * Opens the data set in `folder`. A split without a list is empty. All pictures are taken to have the lens of the first one.
 *
 * @throws FileError where nothing is listed, or the first model's files are missing or damaged; later, on access, where another one's are.
 */
export async function openNpzRenderings(folder: string, options: OpenOptions = {}): Promise<Dataset> {
  const models: Record<SplitName, string[]> = { train: [], validation: [], test: [] };
  for (const synset of synsetsOf(folder)) {
    for (const split of ['train', 'validation', 'test'] as const) {
      const list = lists[split].map((file) => join(folder, synset, file)).find(existsSync);
      const lines = list ? (await readFileText(list)).split(/\r?\n/).filter(Boolean) : [];
      for (const model of lines) {
        if (!/^[\w.-]+$/.test(model)) throw new FileError(list!, `has the row ${JSON.stringify(model)}`);
        models[split].push(`${synset}/${model}`);
      }
    }
  }
  const first = Object.values(models).flat()[0];
  if (!first) throw new FileError(folder, 'has lists that name no models');
  const { fovDegrees, matrices } = readNpzCameras(join(folder, first, 'cameras.npz'));
  const camera = { fovDegrees, distance: -matrices[0][11] };
  const [picture] = picturesOf(join(folder, first));
  const storedImageSize = readMaskedPicture(picture).shape[0];
  const context: Context = {
    folder,
    camera,
    imageSize: options.imageSize ?? storedImageSize,
    loader: new FileLoader({ ...options, workers: 0 }),
  };
  const objectsOf = (split: SplitName) => models[split].map((model) => new NpzObject(context, model));
  const objects = { train: objectsOf('train'), validation: objectsOf('validation'), test: objectsOf('test') };
  return {
    name: basename(resolve(folder)),
    imageSize: context.imageSize,
    storedImageSize,
    camera,
    pixel2meshScale,
    badSamples: new BadSamples(options.onBadSample),
    split: (name) => objects[name],
    close: () => context.loader.close(),
  };
}

interface Context {
  folder: string;
  camera: Dataset['camera'];
  imageSize: number;
  loader: FileLoader;
}

/** A picture and its mask. */
interface PicturePaths {
  image: string;
  mask?: string;
}

/** In the order of their names. @throws FileError where there are none */
function picturesOf(model: string): PicturePaths[] {
  const folder = join(model, 'image');
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => /\.(png|jpe?g)$/i.test(file));
  } catch (error) {
    throw toFileError(folder, error);
  }
  if (files.length === 0) throw new FileError(folder, 'holds no pictures');
  return files.sort().map((file) => {
    const mask = join(model, 'mask', file.replace(/\.\w+$/, '.png'));
    return { image: join(folder, file), ...(existsSync(mask) && { mask }) };
  });
}

class NpzObject extends ShapenetModel implements DatasetObject {
  readonly synset: string;
  readonly name: string;
  readonly cameraDistance: number;
  readonly #context: Context;
  readonly #folder: string;
  #views: View[] | undefined;

  /** @param model SYNSET/MODEL */
  constructor(context: Context, model: string) {
    super();
    [this.synset, this.name] = model.split('/');
    this.cameraDistance = context.camera.distance;
    this.#context = context;
    this.#folder = join(context.folder, model);
  }

  get views(): View[] {
    this.#views ??= picturesOf(this.#folder).map((paths, index) => this.#view(paths, index));
    return this.#views;
  }

  get points(): Float32Array {
    return this.#surface().points;
  }

  get normals(): Float32Array | undefined {
    return this.#surface().normals;
  }

  #view(paths: PicturePaths, index: number): View {
    const { imageSize, loader } = this.#context;
    const imageAt = (size: number): Picture =>
      loader.cached(`${paths.image} ${size}`, () => atSize(readMaskedPicture(paths), size), pictureBytes);
    const camera = () => this.#camera(index);
    return {
      get image() {
        return imageAt(imageSize);
      },
      imageAt,
      get worldToCamera() {
        return camera();
      },
    };
  }

  #camera(index: number): number[] {
    const path = join(this.#folder, 'cameras.npz');
    const { fovDegrees, matrices } = this.#context.loader.cached(
      path,
      () => readNpzCameras(path),
      (cameras) => 200 * cameras.matrices.length,
    );
    const expected = this.#context.camera.fovDegrees;
    if (Math.abs(fovDegrees - expected) > 0.01) {
      throw new FileError(
        path,
        `has a field of view of ${fovDegrees}°, expected ${expected}° as of the first`,
      );
    }
    const matrix = matrices[index];
    if (!matrix) throw new FileError(path, `has ${matrices.length} cameras, and none of picture ${index}`);
    return matrix;
  }

  #surface(): Surface {
    const path = join(this.#folder, 'pointcloud.npz');
    return this.#context.loader.cached(
      path,
      () => readNpzSurface(path),
      ({ points, normals }) => points.byteLength + (normals?.byteLength ?? 0),
    );
  }
}
