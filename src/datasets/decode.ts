// Reads the files of a data set that lies in many of them: pictures at the size that is wanted, and pickles of surface points.
// Everything here runs in worker threads too.

import { readFileSync } from 'node:fs';
import ndarray, { type NdArray } from 'ndarray';
import { PNG, type PNGOptions } from 'pngjs';
import { FileError } from '../../renderer/errors.ts';
import { toFileError } from '../../renderer/io/files.ts';
import { resizeImage } from '../../renderer/io/resize.ts';
import { decodePickle, NumpyArray } from '../tensor/pickle.ts';
import { hashBytes } from './hashes.ts';
import { pictureOf, stripOf } from './strip.ts';

/** Points, and normals where they are known. */
export interface Surface {
  /** [N * 3] */
  points: Float32Array;
  /** [N * 3], of unit length. */
  normals?: Float32Array;
}

/** A PNG file of square pictures side by side. */
export interface StripFile {
  path: string;
  /** How many pictures, and of what width and height. */
  count: number;
  storedSize: number;
  /** Of its RGBA bytes. */
  sha256: string;
}

/**
 * A file to read: a PNG as a picture of `size` × `size`, or as a strip of such; a pickle of an array of points; or a mesh of which `count`
 * points are wanted.
 */
export type Job =
  | { kind: 'picture'; path: string; size: number }
  | ({ kind: 'strip'; size: number } & StripFile)
  | { kind: 'surface'; path: string }
  | { kind: 'mesh'; path: string; count: number };

/** [H, W, 4] in 0..1, sRGB and straight alpha, contiguous. */
export type Picture = NdArray<Float32Array>;

/** A larger picture is taken for a damaged header. */
const largestSide = 8192;

/** @throws FileError where the file is missing or damaged, or holds something else. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw toFileError(path, error);
  }
}

/** RGBA bytes of a PNG file. @throws FileError where it is missing or damaged. */
export function readPngFile(path: string): PNG {
  return parsePngFile(path, {});
}

/** Words of a PNG file of 16 bits of grey. @throws FileError where it is missing or damaged, or has 8 bits. */
export function readDepthFile(path: string): { width: number; height: number; words: Uint16Array } {
  const { width, height, data } = parsePngFile(path, { skipRescale: true });
  // The decoder hands out four channels, of as many bits as the file has.
  const rgba: Uint8Array | Uint16Array = data;
  if (!(rgba instanceof Uint16Array)) throw new FileError(path, 'has 8 bits a pixel, expected 16');
  return { width, height, words: Uint16Array.from({ length: width * height }, (_, i) => rgba[4 * i]) };
}

function parsePngFile(path: string, options: PNGOptions): PNG {
  const bytes = readBytes(path);
  const { width, height } = pngSize(bytes, path);
  if (width > largestSide || height > largestSide) {
    throw new FileError(path, `is ${width} × ${height} pixels, expected at most ${largestSide} a side`);
  }
  try {
    return PNG.sync.read(bytes, options);
  } catch (error) {
    throw new FileError(path, `damaged PNG (${(error as Error).message})`);
  }
}

/** Width and height that a PNG file's header says. @throws FileError where it is none. */
export function pngSize(bytes: Buffer, path: string): { width: number; height: number } {
  if (bytes.length < 24 || bytes.toString('latin1', 1, 4) !== 'PNG') {
    throw new FileError(path, 'damaged PNG (it does not start as one)');
  }
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** @throws FileError where the file is missing or damaged, or not a square picture. */
export function readPicture(path: string, size: number): Picture {
  const { width, height, data } = readPngFile(path);
  if (width !== height)
    throw new FileError(path, `is ${width} × ${height} pixels, expected a square picture`);
  return atSize(unitRange(data, width), size);
}

/**
 * RGBA bytes of a strip, its pictures resized to `size` × `size` and rounded.
 *
 * @throws FileError where the file is missing or damaged, or not the one that is described
 */
export function readStrip({ path, count, storedSize, sha256 }: StripFile, size: number): Uint8Array {
  const { width, height, data } = readPngFile(path);
  if (width !== storedSize * count || height !== storedSize) {
    const expected = `${storedSize * count}×${storedSize} (${count} views)`;
    throw new FileError(path, `is ${width}×${height} pixels; expected ${expected}`);
  }
  if (hashBytes(data) !== sha256) throw new FileError(path, changedFile);
  if (size === storedSize) return data;
  const stored = { count, size: storedSize, channels: 4 };
  const pictures = Array.from({ length: count }, (_, view) =>
    toBytes(atSize(unitRange(pictureOf(data, view, stored), storedSize), size)),
  );
  return stripOf(pictures, size, 4, Uint8Array);
}

export const changedFile =
  'is not the file that dataset.json describes (its hash differs); build the data set again';

function toBytes({ data }: Picture): Uint8Array {
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(255 * data[i]);
  return bytes;
}

/** [size, size, 4] from RGBA bytes. */
export function unitRange(rgba: Uint8Array, size: number): Picture {
  const values = new Float32Array(rgba.length);
  for (let i = 0; i < values.length; i++) values[i] = rgba[i] / 255;
  return ndarray(values, [size, size, 4]);
}

export function atSize(picture: Picture, size: number): Picture {
  return picture.shape[0] === size ? picture : resizeImage(picture, size, size);
}

/**
 * Points of a pickled array [N, 3], or points and normals of one of [N, 6], of float32 or float64.
 *
 * @throws FileError where the file is missing or damaged, or holds anything else, no points, or numbers that are not finite.
 */
export function readSurface(path: string): Surface {
  const array = decodePickle(readBytes(path), path);
  if (!(array instanceof NumpyArray))
    throw new FileError(path, 'holds no array, expected one of N × 6 or N × 3 numbers');
  const { shape, dtype, data } = array;
  const [count, width] = shape;
  if (shape.length !== 2 || !(width === 3 || width === 6) || count === 0 || !dtype.startsWith('float')) {
    throw new FileError(
      path,
      `holds an array of ${dtype} [${shape.join(', ')}], expected float [N, 6] or [N, 3]`,
    );
  }
  const damaged = data.findIndex((value) => !Number.isFinite(value));
  if (damaged >= 0) throw new FileError(path, `row ${Math.floor(damaged / width)} holds ${data[damaged]}`);
  const points = new Float32Array(3 * count);
  const normals = new Float32Array(width === 6 ? 3 * count : 0);
  for (let row = 0; row < count; row++) {
    const from = width * row;
    for (let k = 0; k < 3; k++) points[3 * row + k] = data[from + k];
    if (width === 3) continue;
    const length = Math.hypot(data[from + 3], data[from + 4], data[from + 5]) || 1;
    for (let k = 0; k < 3; k++) normals[3 * row + k] = data[from + 3 + k] / length;
  }
  return width === 6 ? { points, normals } : { points };
}
