// Pictures from and to PNG, and from JPEG. In files and here, colours are sRGB and alpha is straight.

import ndarray, { type NdArray } from 'ndarray';
import { ArgumentError, FileError } from '../errors.ts';
import { atomicWrite } from './atomicWrite.ts';
import { readFileBytes } from './files.ts';

/** [H, W, 4] RGBA, 0 … 255. */
export type ByteImage = NdArray<Uint8Array>;

/** [H, W], [H, W, 1], [H, W, 3] or [H, W, 4]: bytes 0 … 255, or numbers that are cut to 0 … 1. */
export type WritableImage = NdArray<Uint8Array | Uint8ClampedArray | Float32Array | Float64Array>;

/** @throws FileError where the file is not there, not a PNG, or damaged. */
export async function readPng(path: string): Promise<ByteImage> {
  return decodePng(await readFileBytes(path), path);
}

/** @throws FileError where the file is not there, neither PNG nor JPEG, or damaged. */
export async function readImage(path: string): Promise<ByteImage> {
  return decodeImage(await readFileBytes(path), path);
}

/**
 * @param path names the source in errors.
 * @throws FileError where the bytes are neither PNG nor JPEG, or damaged.
 */
export async function decodeImage(bytes: Uint8Array, path = 'picture'): Promise<ByteImage> {
  if (isPng(bytes)) return decodePng(bytes, path);
  if (isJpeg(bytes)) return decodeJpeg(bytes, path);
  throw new FileError(path, 'is neither a PNG nor a JPEG picture');
}

/**
 * Replaces the file at `path`, whole or not at all.
 *
 * @throws FileError where it cannot be written, ArgumentError where the shape is not a picture's.
 */
export async function writePng(path: string, image: WritableImage): Promise<void> {
  await atomicWrite(path, await encodePng(image));
}

/**
 * @param path names the source in errors.
 * @throws FileError where the bytes are not a PNG, or damaged.
 */
export async function decodePng(bytes: Uint8Array, path = 'PNG'): Promise<ByteImage> {
  if (!isPng(bytes)) throw new FileError(path, 'is not a PNG picture');
  const { PNG } = await import('pngjs');
  expectSize(bytes, path);
  try {
    const { data, width, height } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    return byteImage(data, width, height);
  } catch (error) {
    throw new FileError(path, `is a damaged PNG picture (${(error as Error).message})`);
  }
}

/**
 * @param path names the source in errors.
 * @throws FileError where the bytes are not a JPEG, or damaged.
 */
export async function decodeJpeg(bytes: Uint8Array, path = 'JPEG'): Promise<ByteImage> {
  if (!isJpeg(bytes)) throw new FileError(path, 'is not a JPEG picture');
  const { decode } = await import('jpeg-js');
  try {
    const { data, width, height } = decode(bytes, { useTArray: true, tolerantDecoding: false });
    return byteImage(data, width, height);
  } catch (error) {
    throw new FileError(path, `is a damaged JPEG picture (${(error as Error).message})`);
  }
}

/** The bytes of an 8-bit RGBA PNG file. @throws ArgumentError where the shape is not a picture's. */
export async function encodePng(image: WritableImage): Promise<Uint8Array> {
  const [height, width, channels = 1] = image.shape;
  const isPicture = image.dimension >= 2 && image.dimension <= 3 && [1, 3, 4].includes(channels);
  if (!isPicture || width === 0 || height === 0) {
    throw new ArgumentError(
      `image has shape [${image.shape.join(', ')}], expected [H, W], [H, W, 3] or [H, W, 4]`,
    );
  }
  const { PNG } = await import('pngjs');
  const png = new PNG({ width, height });
  const isFloat = image.data instanceof Float32Array || image.data instanceof Float64Array;
  const rgba = new Uint8ClampedArray(png.data.buffer, png.data.byteOffset, png.data.length).fill(255);
  const scale = isFloat ? 255 : 1;
  for (let row = 0, pixel = 0; row < height; row++) {
    for (let column = 0; column < width; column++, pixel += 4) {
      for (let c = 0; c < (channels === 4 ? 4 : 3); c++) {
        rgba[pixel + c] = scale * image.get(row, column, channels === 1 ? 0 : c);
      }
    }
  }
  return PNG.sync.write(png);
}

/** Bytes 0 … 255 as numbers 0 … 1. */
export function toUnitRange(image: ByteImage): NdArray<Float32Array> {
  return ndarray(
    Float32Array.from(image.data, (byte) => byte / 255),
    image.shape,
    image.stride,
    image.offset,
  );
}

/** A picture of more pixels is taken for damaged, PNG and JPEG alike: its decoder would ask for a gigabyte. */
const mostPixels = 100e6;

/** The most that zlib can make of a byte. */
const mostInflation = 1032;

/** @throws FileError where a PNG's head says a size that its bytes cannot hold, before memory is made for it. */
function expectSize(bytes: Uint8Array, path: string): void {
  if (bytes.length < 24) throw new FileError(path, 'is a damaged PNG picture (it ends within its head)');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const leastBytes = Math.ceil(width / 8) * height;
  if (width * height > mostPixels || leastBytes > mostInflation * bytes.length) {
    throw new FileError(path, `is a damaged PNG picture (it says ${width} × ${height} pixels)`);
  }
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const isPng = (bytes: Uint8Array) => pngSignature.every((byte, i) => bytes[i] === byte);

const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8;

/** Copies, since decoders hand out pieces of larger buffers. */
const byteImage = (data: Uint8Array, width: number, height: number): ByteImage =>
  ndarray(Uint8Array.from(data), [height, width, 4]);
