// An object of a data set in the project's folder format. Its pictures, depth maps and points are read, and checked against their
// hashes, when they are looked at; what was read lately is kept, as the bytes that it is stored in.

import { join } from 'node:path';
import ndarray, { type NdArray } from 'ndarray';
import { FileError } from '../../renderer/errors.ts';
import { decodeSafetensors } from '../tensor/safetensors.ts';
import { cameraView } from './build/rig.ts';
import { atSize, changedFile, readBytes, readDepthFile, type StripFile, unitRange } from './decode.ts';
import { byteLength, type FileLoader, pictureBytes } from './fileLoader.ts';
import {
  type DatasetFile,
  depthPath,
  meshPath,
  pointsPath,
  restoreHeights,
  restoreNormals,
  restorePoints,
  type StoredPoints,
  viewsPath,
} from './format.ts';
import { hashBytes, hashDepth, hashPoints } from './hashes.ts';
import { type PointChoice, rowsOf } from './pointChoice.ts';
import type { DatasetObject, Picture, PrefetchRequest, Surface, View } from './sample.ts';
import { pictureOf } from './strip.ts';

/** What the objects of a folder share. */
export interface FolderContext {
  folder: string;
  file: DatasetFile;
  /** Of the pictures as they are handed out. */
  imageSize: number;
  loader: FileLoader;
}

export class FolderObject implements DatasetObject {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly license: string;
  readonly creator: string;
  readonly views: View[];
  readonly cameraDistance?: number;
  readonly meshFile?: string;
  readonly #context: FolderContext;
  readonly #hashes: { views: string; points: string; depth?: string; mesh?: string };

  /** @param index of the object in dataset.json */
  constructor(context: FolderContext, index: number) {
    const { file, folder } = context;
    const { id, name, category, license, creator, sha256 } = file.objects[index];
    this.id = id;
    this.name = name;
    this.category = category;
    this.license = license;
    this.creator = creator;
    this.#context = context;
    this.#hashes = sha256;
    const rig = file.version === 1 ? file.views : file.objects[index].cameras.map(cameraView);
    this.views = rig.map(({ worldToCamera }, view) => this.#view(view, worldToCamera));
    if (file.version > 1) {
      this.meshFile = join(folder, meshPath(id));
      // One place for the input camera, whatever its distance: the object is then nearer or farther in the sample's frame.
      const { distance } = file.camera;
      if (rig.some(({ worldToCamera }) => worldToCamera[11] !== -distance)) this.cameraDistance = distance;
    }
  }

  get points(): Float32Array {
    return restorePoints(this.#surface().points);
  }

  get normals(): Float32Array {
    return restoreNormals(this.#surface().normals);
  }

  surfaceAt(choose: PointChoice): Surface {
    const { points, normals } = this.#surface();
    const rows = choose(points.length / 3);
    return {
      points: restorePoints(rows ? rowsOf(points, rows) : points),
      normals: restoreNormals(rows ? rowsOf(normals, rows) : normals),
    };
  }

  checkMesh(): void {
    if (this.meshFile && hashBytes(readBytes(this.meshFile)) !== this.#hashes.mesh)
      throw new FileError(this.meshFile, changedFile);
  }

  /** Decodes the pictures in a thread; those of version 1 are few and soon there. */
  async prefetch({ pictures }: PrefetchRequest): Promise<void> {
    const { file, imageSize, loader } = this.#context;
    if (file.version === 1) return;
    const sizes = new Set(pictures.map(({ size }) => size ?? imageSize));
    await loader.prefetch(Array.from(sizes, (size) => ({ kind: 'strip', size, ...this.#stripFile })));
  }

  #view(index: number, worldToCamera: number[]): View {
    const { file, imageSize } = this.#context;
    const picture = (size: number) => this.#picture(index, size);
    const depth = () => this.#depth(index);
    return {
      get image() {
        return picture(imageSize);
      },
      imageAt: picture,
      worldToCamera,
      get depth() {
        return file.version === 1 ? undefined : depth();
      },
    };
  }

  #picture(view: number, size: number): Picture {
    const { file, loader } = this.#context;
    if (size === file.imageSize) return this.#stored(view);
    if (file.version === 1) {
      const name = `${this.id} ${view} ${size}`;
      return loader.cached(name, () => atSize(this.#stored(view), size), pictureBytes);
    }
    // All views at once, and as bytes: large sets have more pictures than memory holds as numbers.
    return this.#ofStrip(view, size);
  }

  /** At the size that it is stored in. */
  #stored(view: number): Picture {
    return this.#ofStrip(view, this.#context.file.imageSize);
  }

  #ofStrip(view: number, size: number): Picture {
    const strip = this.#context.loader.strip(this.#stripFile, size);
    return unitRange(pictureOf(strip, view, { count: this.views.length, size, channels: 4 }), size);
  }

  get #stripFile(): StripFile {
    const { folder, file } = this.#context;
    return {
      path: join(folder, viewsPath(this.id)),
      count: this.views.length,
      storedSize: file.imageSize,
      sha256: this.#hashes.views,
    };
  }

  #depth(view: number): NdArray<Float32Array> {
    const { folder, file, loader } = this.#context;
    const size = file.imageSize;
    const path = join(folder, depthPath(this.id));
    const strip = loader.cached(
      `${this.id} depth`,
      () => {
        const { width, height, words } = readDepthFile(path);
        if (width !== size * this.views.length || height !== size)
          throw new FileError(
            path,
            `is ${width}×${height} pixels; expected ${size * this.views.length}×${size}`,
          );
        if (hashDepth(words) !== this.#hashes.depth) throw new FileError(path, changedFile);
        return words;
      },
      byteLength,
    );
    const heights = restoreHeights(pictureOf(strip, view, { count: this.views.length, size, channels: 1 }));
    const away = this.views[view].worldToCamera![11];
    return ndarray(
      heights.map((height) => (Number.isNaN(height) ? 0 : height + away)),
      [size, size],
    );
  }

  #surface(): StoredPoints {
    const { folder, file, loader } = this.#context;
    const path = join(folder, pointsPath(this.id));
    return loader.cached(
      `${this.id} points`,
      () => {
        const surface = readPoints(path, file.points);
        if (hashPoints(surface.points, surface.normals) !== this.#hashes.points) {
          throw new FileError(path, changedFile);
        }
        return surface;
      },
      ({ points, normals }) => points.byteLength + normals.byteLength,
    );
  }
}

/** @throws FileError where the file is missing or damaged, or holds something else than `count` points. */
export function readPoints(path: string, count: number): StoredPoints {
  const { tensors } = decodeSafetensors(readBytes(path), path);
  const points = tensors.points?.data;
  const normals = tensors.normals?.data;
  if (!(points instanceof Uint16Array && points.length === 3 * count)) {
    throw new FileError(path, `has no "points" of type U16 and shape [${count}, 3]`);
  }
  if (!(normals instanceof Int8Array && normals.length === 3 * count)) {
    throw new FileError(path, `has no "normals" of type I8 and shape [${count}, 3]`);
  }
  return { points: points as StoredPoints['points'], normals: normals as StoredPoints['normals'] };
}
