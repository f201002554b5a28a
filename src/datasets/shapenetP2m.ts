// Reads ShapeNetP2M, Pixel2Mesh's data set, as it was published: lists of renderings of ShapeNet models, a picture and a pickle of
// surface points each. Opening reads the lists alone; pictures and points are read when they are looked at, or ahead of that in threads.
//
//   train_list.txt, test_list.txt, validation_list.txt       rows …/SYNSET/MODEL/rendering/NN.dat
//   SYNSET/MODEL/rendering/NN.png, NN.dat                    a picture; points and normals in the space of its camera
//   SYNSET/MODEL/rendering/rendering_metadata.txt            optional: the cameras, row NN for picture NN
//   camera.json                                              optional: field of view and distance other than Pixel2Mesh's

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { FileError } from '../../renderer/errors.ts';
import { readFileText } from '../../renderer/io/files.ts';
import { BadSamples } from './badSamples.ts';
import { type Job, type Picture, pngSize, readBytes, type Surface } from './decode.ts';
import { FileLoader } from './fileLoader.ts';
import type { OpenOptions } from './open.ts';
import { cameraOfPicture, parseRenderingMetadata, r2n2FovDegrees, r2n2WorldToCamera } from './r2n2.ts';
import {
  type Dataset,
  type DatasetObject,
  type PrefetchRequest,
  type SplitName,
  splitNames,
  type View,
} from './sample.ts';
import { ShapenetModel } from './shapenetModel.ts';
import { withValidation } from './validationShare.ts';

export const listFile = (split: SplitName) => `${split}_list.txt`;
export const cameraFile = 'camera.json';
export const metadataFile = 'rendering_metadata.txt';

/** The field of view of R2N2's renderings; the object's centre, 0.8 in front of the camera, is about their mean distance. */
const publishedCamera = { fovDegrees: r2n2FovDegrees, distance: 0.8 };

const cameraSchema = z.strictObject({
  fovDegrees: z.number().gt(0).lt(180),
  distance: z.number().positive(),
});

/** Width and height of R2N2's pictures, for a data set whose first one cannot be read. */
const publishedSize = 137;

/** Whether `folder` has lists as ShapeNetP2M has them. */
export function isShapenetP2m(folder: string): boolean {
  return (['train', 'test'] as const).some((split) => existsSync(join(folder, listFile(split))));
}

/**
 * Opens the data set in `folder`. An object is a model, its views are the renderings that the lists name. A split without a list is
 * empty; without a list for validation, a hash of their names takes one in 20 training models.
 *
 * @throws FileError where a list or camera.json is malformed; later, on access, where a file is missing or damaged.
 */
export async function openShapenetP2m(folder: string, options: OpenOptions = {}): Promise<Dataset> {
  const { camera, models } = await readIndex(folder);
  const [first] = splitNames.flatMap((split) => models[split].slice(0, 1));
  const storedImageSize = first ? sizeOf(picturePath(folder, first, first.renderings[0])) : publishedSize;
  const context = {
    folder,
    imageSize: options.imageSize ?? storedImageSize,
    distance: camera.distance,
    loader: new FileLoader(options),
  };
  const objectsOf = (split: SplitName) => models[split].map((model) => new ShapenetObject(context, model));
  const objects = { train: objectsOf('train'), validation: objectsOf('validation'), test: objectsOf('test') };
  return {
    name: basename(resolve(folder)),
    imageSize: context.imageSize,
    storedImageSize,
    camera,
    pixel2meshScale: 1,
    badSamples: new BadSamples(options.onBadSample),
    split: (name) => objects[name],
    close: () => context.loader.close(),
  };
}

/** A model and those of its renderings that a list names, as the digits of their files' names. */
interface ListedModel {
  synset: string;
  model: string;
  renderings: string[];
}

async function readIndex(folder: string) {
  const [camera, train, validation, test] = await Promise.all([
    readCamera(join(folder, cameraFile), publishedCamera),
    readList(join(folder, listFile('train'))),
    readList(join(folder, listFile('validation'))),
    readList(join(folder, listFile('test'))),
  ]);
  const trained = validation ? { train, validation } : withValidation(train ?? []);
  const models: Record<SplitName, ListedModel[]> = {
    train: trained.train ?? [],
    validation: trained.validation ?? [],
    test: test ?? [],
  };
  return { camera, models };
}

/** The content of a camera.json, `otherwise` where there is none. @throws FileError where it is malformed */
export async function readCamera(path: string, otherwise: Dataset['camera']): Promise<Dataset['camera']> {
  if (!existsSync(path)) return otherwise;
  let content: unknown;
  try {
    content = JSON.parse(await readFileText(path));
  } catch (error) {
    throw error instanceof SyntaxError ? new FileError(path, `not JSON (${error.message})`) : error;
  }
  const parsed = cameraSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [{ path: place, message }] = parsed.error.issues;
  throw new FileError(path, `${place.join('.') || 'content'}: ${message}`);
}

/** The models of a list in the order of their first rows; undefined where there is no such list. */
async function readList(path: string): Promise<ListedModel[] | undefined> {
  if (!existsSync(path)) return undefined;
  const models = new Map<string, ListedModel>();
  const lines = (await readFileText(path)).split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i].trim();
    if (line === '') continue;
    const [synset, model, folder, file] = line.split('/').slice(-4);
    const number = file === undefined ? undefined : /^(\d+)\.dat$/.exec(file)?.[1];
    if (!number || folder !== 'rendering' || !isName(synset) || !isName(model)) {
      const shown = JSON.stringify(line.slice(0, 100));
      throw new FileError(`${path}:${i + 1}`, `is ${shown}, expected …/SYNSET/MODEL/rendering/NN.dat`);
    }
    const key = `${synset}/${model}`;
    const known = models.get(key);
    if (!known) models.set(key, { synset, model, renderings: [number] });
    else if (!known.renderings.includes(number)) known.renderings.push(number);
  }
  return [...models.values()];
}

/** Whether a folder's name leads nowhere else. */
export const isName = (name: string) => /^\w[\w.-]*$/.test(name);

/** Width of the picture; the published one where it cannot be read: whoever looks at it will be told. */
export function sizeOf(path: string): number {
  try {
    return pngSize(readBytes(path), path).width;
  } catch {
    return publishedSize;
  }
}

interface Context {
  folder: string;
  imageSize: number;
  distance: number;
  loader: FileLoader;
}

const pathOf = (folder: string, { synset, model }: ListedModel, file: string) =>
  join(folder, synset, model, 'rendering', file);
const picturePath = (folder: string, model: ListedModel, number: string) =>
  pathOf(folder, model, `${number}.png`);
const surfacePath = (folder: string, model: ListedModel, number: string) =>
  pathOf(folder, model, `${number}.dat`);

// There are tens of thousands of models and hundreds of thousands of renderings: an object is little more than its names, and its
// views are made when it is looked at.

class ShapenetObject extends ShapenetModel implements DatasetObject {
  readonly cameraDistance: number;
  readonly #context: Context;
  readonly #model: ListedModel;
  #views: View[] | undefined;

  constructor(context: Context, model: ListedModel) {
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

  get views(): View[] {
    this.#views ??= this.#model.renderings.map((number) => new Rendering(this.#context, this.#model, number));
    return this.#views;
  }

  get points(): Float32Array {
    const { points } = this.views[0].surface!;
    return points.map((value, i) => (i % 3 === 2 ? value + this.cameraDistance : value));
  }

  get normals(): Float32Array | undefined {
    return this.views[0].surface!.normals;
  }

  async prefetch({ pictures, surfaces }: PrefetchRequest): Promise<void> {
    const { folder, imageSize, loader } = this.#context;
    const { renderings } = this.#model;
    await loader.prefetch([
      ...pictures.map(
        ({ view, size = imageSize }): Job => ({
          kind: 'picture',
          path: picturePath(folder, this.#model, renderings[view]),
          size,
        }),
      ),
      ...surfaces.map(
        (view): Job => ({ kind: 'surface', path: surfacePath(folder, this.#model, renderings[view]) }),
      ),
    ]);
  }
}

class Rendering implements View {
  readonly #context: Context;
  readonly #model: ListedModel;
  readonly #number: string;

  constructor(context: Context, model: ListedModel, number: string) {
    this.#context = context;
    this.#model = model;
    this.#number = number;
  }

  get image(): Picture {
    return this.imageAt(this.#context.imageSize);
  }

  imageAt(size: number): Picture {
    const { folder, loader } = this.#context;
    return loader.picture(picturePath(folder, this.#model, this.#number), size);
  }

  get surface(): Surface {
    const { folder, loader } = this.#context;
    return loader.surface(surfacePath(folder, this.#model, this.#number));
  }

  /** @throws FileError where there is a file of cameras, and it has none for this picture. */
  get worldToCamera(): number[] | undefined {
    const { folder, loader } = this.#context;
    const path = pathOf(folder, this.#model, metadataFile);
    const cameras = loader.cached(
      path,
      () => (existsSync(path) ? parseRenderingMetadata(readBytes(path).toString(), path) : null),
      (rows) => 100 * (rows?.length ?? 1),
    );
    if (!cameras) return undefined;
    return r2n2WorldToCamera(cameraOfPicture(cameras, Number(this.#number), path));
  }
}
