// An object of a data set in the project's folder format. Its pictures, depth maps and points are read, and checked against their
// hashes, when they are looked at; what was read lately is kept, as the bytes that it is stored in.

import { join } from 'node:path';
import ndarray, { type NdArray } from 'ndarray';
import { FileError } from '../../renderer/errors.ts';
import { decodeSafetensors } from '../tensor/safetensors.ts';
import { cameraView } from './build/rig.ts';
import { atSize, readBytes, readDepthFile, readPngFile, unitRange } from './decode.ts';
import { type FileLoader, pictureBytes } from './fileLoader.ts';
import {
  type DatasetFile,
  depthPath,
  hashBytes,
  hashDepth,
  hashPoints,
  meshPath,
  pointsPath,
  restoreHeights,
  restoreNormals,
  restorePoints,
  type StoredPoints,
  viewsPath,
} from './format.ts';
import type { DatasetObject, Picture, View } from './sample.ts';
import { pictureOf, stripOf } from './strip.ts';

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
  readonly #hashes: { views: string; points: string; depth?: string };

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
    const resized = this.#resizedStrip(size);
    return unitRange(pictureOf(resized, view, { count: this.views.length, size, channels: 4 }), size);
  }

  /** At the size that it is stored in. */
  #stored(view: number): Picture {
    const size = this.#context.file.imageSize;
    return unitRange(pictureOf(this.#strip(), view, { count: this.views.length, size, channels: 4 }), size);
  }

  /** RGBA bytes of the views side by side. */
  #strip(): Uint8Array {
    const { folder, loader } = this.#context;
    const path = join(folder, viewsPath(this.id));
    return loader.cached(
      `${this.id} strip`,
      () => {
        const { width, height, data } = readPngFile(path);
        this.#expectStrip(path, width, height);
        if (hashBytes(data) !== this.#hashes.views) throw new FileError(path, changed);
        return data;
      },
      byteLength,
    );
  }

  /** The same at another size. All views at once, and as bytes: large sets have more pictures than memory holds as numbers. */
  #resizedStrip(size: number): Uint8Array {
    return this.#context.loader.cached(
      `${this.id} strip ${size}`,
      () => {
        const pictures = this.views.map((_, view) =>
          Uint8Array.from(atSize(this.#stored(view), size).data, (value) => Math.round(255 * value)),
        );
        return stripOf(pictures, size, 4, Uint8Array);
      },
      byteLength,
    );
  }

  #depth(view: number): NdArray<Float32Array> {
    const { folder, file, loader } = this.#context;
    const size = file.imageSize;
    const path = join(folder, depthPath(this.id));
    const strip = loader.cached(
      `${this.id} depth`,
      () => {
        const { width, height, words } = readDepthFile(path);
        this.#expectStrip(path, width, height);
        if (hashDepth(words) !== this.#hashes.depth) throw new FileError(path, changed);
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

  #expectStrip(path: string, width: number, height: number): void {
    const { imageSize: size } = this.#context.file;
    const count = this.views.length;
    if (width === size * count && height === size) return;
    const expected = `${size * count}×${size} (${count} views)`;
    throw new FileError(path, `is ${width}×${height} pixels; expected ${expected}`);
  }

  #surface(): StoredPoints {
    const { folder, file, loader } = this.#context;
    const path = join(folder, pointsPath(this.id));
    return loader.cached(
      `${this.id} points`,
      () => {
        const surface = readPoints(path, file.points);
        if (hashPoints(surface.points, surface.normals) !== this.#hashes.points) {
          throw new FileError(path, changed);
        }
        return surface;
      },
      ({ points, normals }) => points.byteLength + normals.byteLength,
    );
  }
}

const byteLength = (bytes: ArrayBufferView) => bytes.byteLength;

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

const changed = 'is not the file that dataset.json describes (its hash differs); build the data set again';
