// Textures between files, where they are sRGB bytes, and meshes, where they are linear numbers.

import * as tf from '@tensorflow/tfjs';
import ndarray from 'ndarray';
import { FileError } from '../errors.ts';
import type { Texture } from '../mesh/mesh.ts';
import { warnOnce } from '../warnOnce.ts';
import { linearToSrgb, srgbToLinear } from './colorSpace.ts';
import type { FilesBeside } from './filesBeside.ts';
import { decodeImage } from './image.ts';
import type { MeshData, TextureData } from './meshData.ts';

/**
 * `mesh` with the pictures that its materials name. One that is missing or no PNG or JPEG is passed over with a warning: its materials
 * show their diffuse colour. Where there is none at the path that a file says, often one of its maker's disk, one of the same name beside
 * the mesh is taken.
 *
 * @param path of the mesh file, for messages.
 * @param isClamped says of a texture whether it shows its border beyond 0 … 1.
 * @throws FileError where a picture is outside of the mesh's folder.
 */
export async function withTextures(
  mesh: MeshData,
  files: FilesBeside,
  path: string,
  isClamped: (name: string) => boolean = () => false,
): Promise<MeshData> {
  const names = new Set(mesh.materials.flatMap(({ diffuseTexture }) => diffuseTexture ?? []));
  const textures: [string, TextureData][] = [];
  for (const name of names) {
    const bytes = (await files.read(name)) ?? (await files.read(name.split('/').at(-1) ?? ''));
    const image = await decodeTexture(bytes, name, path);
    if (!image) continue;
    const wrap = isClamped(name) ? ({ wrapU: 'clamp', wrapV: 'clamp' } as const) : {};
    textures.push([name, { image, ...wrap }]);
  }
  return textures.length === 0 ? mesh : { ...mesh, textures: Object.fromEntries(textures) };
}

/** The picture in `bytes`; a warning and undefined where there is none. */
export async function decodeTexture(
  bytes: Uint8Array | undefined,
  name: string,
  path: string,
): Promise<TextureData['image'] | undefined> {
  const passOver = (why: string) => {
    warnOnce(`${path}: the texture "${name}" ${why}; its materials show their diffuse colour instead`);
    return undefined;
  };
  if (!bytes) return passOver('is not there');
  try {
    return await decodeImage(bytes, name);
  } catch (error) {
    if (error instanceof FileError) return passOver(error.message.slice(name.length + 2));
    throw error;
  }
}

const linearOfByte = Float32Array.from({ length: 256 }, (_, byte) => srgbToLinear(byte / 255));

/** Texels of three channels, or four where some alpha is below 255. */
export function toTexture({ image, ...wrap }: TextureData): Texture {
  const [height, width] = image.shape;
  const pixels = packed(image);
  let isOpaque = true;
  for (let i = 3; i < pixels.length && isOpaque; i += 4) isOpaque = pixels[i] === 255;
  const channels = isOpaque ? 3 : 4;
  const texels = new Float32Array(height * width * channels);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += channels) {
    for (let c = 0; c < 3; c++) texels[to + c] = linearOfByte[pixels[from + c]];
    if (!isOpaque) texels[to + 3] = pixels[from + 3] / 255;
  }
  return { texels: tf.tensor3d(texels, [height, width, channels]), ...wrap };
}

/** Texels cut to 0 … 1 and rounded to bytes; those of one channel become grey. */
export async function fromTexture({ texels, ...wrap }: Texture): Promise<TextureData> {
  const [height, width, channels] = texels.shape;
  const values = await texels.data<'float32'>();
  const pixels = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 4) {
    for (let c = 0; c < 3; c++) {
      const value = values[channels === 1 ? from : from + c];
      pixels[to + c] = 255 * linearToSrgb(Math.min(Math.max(value, 0), 1));
    }
    if (channels === 4) pixels[to + 3] = 255 * values[from + 3];
  }
  return { image: ndarray(new Uint8Array(pixels.buffer), [height, width, 4]), ...wrap };
}

/** [H·W·4] the bytes of a picture row by row, however they lie in memory. */
function packed({ data, shape, stride, offset }: TextureData['image']): Uint8Array {
  const [height, width] = shape;
  const isPacked = stride[0] === 4 * width && stride[1] === 4 && stride[2] === 1;
  if (isPacked) return data.subarray(offset, offset + 4 * height * width);
  const result = new Uint8Array(4 * height * width);
  for (let i = 0; i < result.length; i++) {
    const pixel = i >> 2;
    const row = Math.floor(pixel / width);
    result[i] = data[offset + row * stride[0] + (pixel - row * width) * stride[1] + (i & 3) * stride[2]];
  }
  return result;
}
