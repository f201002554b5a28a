// Reads 3D-R2N2's renderings of ShapeNet (Choy et al., 2016) as they were published, with the meshes that they show beside them.
//
//   ShapeNetRendering/SYNSET/MODEL/rendering/00.png, 01.png and on     pictures
//   ShapeNetRendering/SYNSET/MODEL/rendering/rendering_metadata.txt    their cameras, row NN for picture NN
//   ShapeNetCore.v1/SYNSET/MODEL/model.obj                             the mesh; or in ShapeNetCore
//   camera.json                                                        optional: field of view and distance other than R2N2's
//   *splits*.json, or ShapeNetRendering/SYNSET/train.lst and so on     optional: see r2n2Splits.ts
//
// Opening reads names and lists alone. Lengths are those of the meshes: ShapeNet's, in which a model's box has a diagonal of 1.

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { BadSamples } from './badSamples.ts';
import { type Job, type Picture, readBytes, type Surface } from './decode.ts';
import { FileLoader } from './fileLoader.ts';
import type { OpenOptions } from './open.ts';
import {
  cameraOfPicture,
  parseRenderingMetadata,
  pictureNumber,
  type R2n2Camera,
  r2n2FarthestDistance,
  r2n2FovDegrees,
  r2n2WorldToCamera,
} from './r2n2.ts';
import { readSplits, type SplitModel } from './r2n2Splits.ts';
import {
  type Dataset,
  type DatasetObject,
  type PrefetchRequest,
  type SplitName,
  splitNames,
  type View,
} from './sample.ts';
import { ShapenetModel } from './shapenetModel.ts';
import { cameraFile, metadataFile, readCamera, sizeOf } from './shapenetP2m.ts';

export const renderingsFolder = 'ShapeNetRendering';

/** Names of the folder of meshes; the first that is there counts. Version 2 of ShapeNetCore has its models turned another way. */
export const meshFolders = ['ShapeNetCore.v1', 'ShapeNetCore'] as const;

export const modelFile = 'model.obj';

/** The input camera of a sample stands 0.8 of the greatest distance away, as in Pixel2Mesh: about R2N2's mean. */
const publishedCamera = { fovDegrees: r2n2FovDegrees, distance: 1.4 };

const pixel2meshScale = 0.57;

/** Pictures of a model, for a data set whose first cameras cannot be read. */
const publishedViews = 24;

/** Surface points that are taken from a mesh: as many as built data sets have. */
const pointCount = 16_384;

/** Whether `folder` has R2N2's folder of renderings. */
export const isR2n2 = (folder: string): boolean => existsSync(join(folder, renderingsFolder));

/**
 * Opens the data set in `folder`. An object is a model, its views are the pictures that its split has of it: without a file that says
 * which, as many as the first model has cameras.
 *
 * @throws FileError where there are no models, or a list or camera.json is malformed; later, on access, where a file is missing or damaged.
 */
export async function openR2n2(folder: string, options: OpenOptions = {}): Promise<Dataset> {
  const renderings = join(folder, renderingsFolder);
  const models = await readSplits(folder, renderings);
  const [first] = splitNames.flatMap((split) => models[split].slice(0, 1));
  const storedImageSize = sizeOf(picturePath(renderings, first, first.views?.[0] ?? 0));
  const camera = await readCamera(join(folder, cameraFile), publishedCamera);
  const context: Context = {
    folder,
    renderings,
    meshes: meshFolders.map((name) => join(folder, name)).find(existsSync),
    views: Array.from({ length: cameraCount(metadataPath(renderings, first)) }, (_, view) => view),
    imageSize: options.imageSize ?? storedImageSize,
    distance: camera.distance,
    loader: new FileLoader(options),
  };
  const objectsOf = (split: SplitName) => models[split].map((model) => new RenderedModel(context, model));
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
  renderings: string;
  /** Absent where there is no such folder. */
  meshes: string | undefined;
  /** Of models of which no list says. */
  views: readonly number[];
  imageSize: number;
  distance: number;
  loader: FileLoader;
}

const pathOf = (renderings: string, { synset, model }: SplitModel, file: string) =>
  join(renderings, synset, model, 'rendering', file);
const picturePath = (renderings: string, model: SplitModel, number: number) =>
  pathOf(renderings, model, pictureFile(number));
const metadataPath = (renderings: string, model: SplitModel) => pathOf(renderings, model, metadataFile);

export const pictureFile = (number: number) => `${pictureNumber(number)}.png`;

function readCameras(path: string): R2n2Camera[] {
  return parseRenderingMetadata(readBytes(path).toString(), path);
}

/** The published one where the file cannot be read: whoever looks at it will be told. */
function cameraCount(path: string): number {
  try {
    return readCameras(path).length;
  } catch {
    return publishedViews;
  }
}

// There may be tens of thousands of models, and a million pictures: an object is little more than its names, and its views are made when
// it is looked at.

class RenderedModel extends ShapenetModel implements DatasetObject {
  readonly cameraDistance: number;
  readonly #context: Context;
  readonly #model: SplitModel;
  #views: View[] | undefined;

  constructor(context: Context, model: SplitModel) {
    super();
    this.cameraDistance = context.distance;
    this.#context = context;
    this.#model = model;
  }

  get synset(): string {
    return this.#model.synset;
  }

  get name(): string {
    return this.#model.model;
  }

  get meshFile(): string | undefined {
    const { meshes } = this.#context;
    return meshes && join(meshes, this.#model.synset, this.#model.model, modelFile);
  }

  get views(): View[] {
    this.#views ??= this.#numbers.map((number) => new Rendering(this.#context, this.#model, number));
    return this.#views;
  }

  get points(): Float32Array {
    return this.#surface().points;
  }

  get normals(): Float32Array | undefined {
    return this.#surface().normals;
  }

  async prefetch({ pictures, surfaces }: PrefetchRequest): Promise<void> {
    const { renderings, imageSize, loader } = this.#context;
    const { meshFile } = this;
    await loader.prefetch([
      ...pictures.map(
        ({ view, size = imageSize }): Job => ({
          kind: 'picture',
          path: picturePath(renderings, this.#model, this.#numbers[view]),
          size,
        }),
      ),
      ...(meshFile && surfaces.length > 0
        ? [{ kind: 'mesh', path: meshFile, count: pointCount } satisfies Job]
        : []),
    ]);
  }

  get #numbers(): readonly number[] {
    return this.#model.views ?? this.#context.views;
  }

  #surface(): Surface {
    const { folder, loader } = this.#context;
    if (this.meshFile) return loader.meshSurface(this.meshFile, pointCount);
    throw new FileError(
      folder,
      `has no ${meshFolders[0]} beside ${renderingsFolder}, from whose meshes surface points are taken`,
    );
  }
}

class Rendering implements View {
  readonly #context: Context;
  readonly #model: SplitModel;
  readonly #number: number;

  constructor(context: Context, model: SplitModel, number: number) {
    this.#context = context;
    this.#model = model;
    this.#number = number;
  }

  get image(): Picture {
    return this.imageAt(this.#context.imageSize);
  }

  imageAt(size: number): Picture {
    const { renderings, loader } = this.#context;
    return loader.picture(picturePath(renderings, this.#model, this.#number), size);
  }

  /** @throws FileError where the file of cameras has none for this picture, or is none. */
  get worldToCamera(): number[] {
    const { renderings, loader } = this.#context;
    const path = metadataPath(renderings, this.#model);
    const cameras = loader.cached(
      path,
      () => readCameras(path),
      (rows) => 100 * rows.length,
    );
    const camera = cameraOfPicture(cameras, this.#number, path);
    return r2n2WorldToCamera({ ...camera, distance: r2n2FarthestDistance * camera.distance });
  }
}
