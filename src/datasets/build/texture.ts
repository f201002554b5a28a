// Textures of models, from picture files and to bytes.

import ndarray from 'ndarray';
import {
  type ByteImage,
  decodeJpeg,
  decodePng,
  linearToSrgb,
  srgbToLinear,
} from '../../../renderer/io/index.ts';
import type { Texture } from './pictures.ts';

/**
 * A PNG or JPEG file as a texture of at most `most` pixels a side.
 *
 * @throws FileError where the file is damaged.
 */
export async function decodeTexture(bytes: Uint8Array, path?: string, most?: number): Promise<Texture> {
  const image = bytes[0] === 0xff ? await decodeJpeg(bytes, path) : await decodePng(bytes, path);
  return toTexture(image, most);
}

/** sRGB bytes as a texture of at most `most` pixels a side. Alpha is passed over. */
export function toTexture({ data, shape }: ByteImage, most?: number): Texture {
  const [height, width] = shape;
  const linear = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) linear[3 * i + k] = linearOfByte[data[4 * i + k]];
  }
  return shrunk({ width, height, linear }, most);
}

const linearOfByte = Float32Array.from({ length: 256 }, (_, byte) => srgbToLinear(byte / 255));

/** Means of blocks of texels, the smallest that bring both sides down to `most`. */
function shrunk(texture: Texture, most = Number.POSITIVE_INFINITY): Texture {
  const block = Math.ceil(Math.max(texture.width, texture.height) / most);
  if (block <= 1) return texture;
  const { linear } = texture;
  const width = Math.ceil(texture.width / block);
  const height = Math.ceil(texture.height / block);
  const sums = new Float32Array(3 * width * height);
  const counts = new Int32Array(width * height);
  for (let row = 0, from = 0; row < texture.height; row++) {
    const start = width * Math.floor(row / block);
    for (let column = 0; column < texture.width; column++, from += 3) {
      const to = start + Math.floor(column / block);
      counts[to]++;
      for (let k = 0; k < 3; k++) sums[3 * to + k] += linear[from + k];
    }
  }
  return { width, height, linear: sums.map((sum, i) => sum / counts[Math.floor(i / 3)]) };
}

/** sRGB, opaque. */
export function textureImage({ width, height, linear }: Texture): ByteImage {
  const bytes = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let k = 0; k < 3; k++) bytes[4 * i + k] = Math.round(255 * linearToSrgb(linear[3 * i + k]));
  }
  return ndarray(bytes, [height, width, 4]);
}
