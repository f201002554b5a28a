// Picture files of a capture: found by name, measured without being decoded, and read with their masks as alpha.

import { open, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FileError } from '../../renderer/errors.ts';
import { toFileError } from '../../renderer/io/files.ts';
import { type ByteImage, readImage } from '../../renderer/io/index.ts';

const endings = ['.png', '.jpg', '.jpeg', '.PNG', '.JPG', '.JPEG'];

/**
 * `name` in `folder`.
 *
 * @throws FileError where it leads out of `root`, and that is not allowed.
 */
export function within(
  root: string,
  folder: string,
  name: string,
  place: string,
  allowOutside = false,
): string {
  const path = resolve(folder, name);
  const inside = relative(resolve(root), path);
  if (!allowOutside && (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))) {
    throw new FileError(
      place,
      `${JSON.stringify(name)} leads out of the capture's folder; allowOutside reads it`,
    );
  }
  return path;
}

/**
 * The file at `path`, or with an ending of pictures added.
 *
 * @param what names it in errors.
 * @throws FileError where there is none.
 */
export async function findPicture(path: string, what: string): Promise<string> {
  const found = await firstFile([path, ...endings.map((ending) => path + ending)]);
  if (!found) throw new FileError(what, `no such file: ${path}`);
  return found;
}

/**
 * The mask in `folder` of the picture `name`: of the same path or name, with the same ending, another, or one more.
 *
 * @throws FileError where there is none.
 */
export async function findMask(folder: string, name: string, what: string): Promise<string> {
  const candidates = [name, basename(name)].flatMap((path) => {
    const stem = path.slice(0, path.length - extname(path).length);
    return [path, ...endings.map((ending) => path + ending), ...endings.map((ending) => stem + ending)];
  });
  const found = await firstFile(candidates.map((candidate) => join(folder, candidate)));
  if (!found) throw new FileError(what, `no file for ${name} in ${folder}`);
  return found;
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  return undefined;
}

/**
 * Width and height of a PNG or JPEG from its head.
 *
 * @throws FileError where it is neither, or ends too soon.
 */
export async function pictureSize(path: string): Promise<{ width: number; height: number }> {
  const file = await open(path).catch((error) => {
    throw toFileError(path, error);
  });
  try {
    const read = async (position: number, length: number) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      if (bytesRead < length) {
        const { size } = await file.stat();
        throw new FileError(path, `byte ${size}: ends within the head of a picture`);
      }
      return buffer;
    };
    const head = await read(0, 2);
    if (head.readUInt16BE(0) === 0x8950) {
      const header = await read(16, 8);
      return sized(path, header.readUInt32BE(0), header.readUInt32BE(4));
    }
    if (head.readUInt16BE(0) !== 0xffd8) throw new FileError(path, 'is neither a PNG nor a JPEG picture');
    // A JPEG is a list of segments: 0xFF, a marker, a length that counts itself. The frame's has the size.
    let position = 2;
    for (;;) {
      const segment = await read(position, 4);
      if (segment[0] !== 0xff) throw new FileError(path, `byte ${position}: expected a segment of a JPEG`);
      const marker = segment[1];
      if (marker === 0xff) {
        position++;
        continue;
      }
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) {
        const frame = await read(position + 5, 4);
        return sized(path, frame.readUInt16BE(2), frame.readUInt16BE(0));
      }
      position += 2 + Math.max(2, segment.readUInt16BE(2));
    }
  } finally {
    await file.close();
  }
}

function sized(path: string, width: number, height: number): { width: number; height: number } {
  if (width === 0 || height === 0) throw new FileError(path, `has a size of ${width} × ${height}`);
  return { width, height };
}

/**
 * A picture, its alpha multiplied by a mask's grey and alpha.
 *
 * @throws FileError where one is damaged, or they differ in size.
 */
export async function readMasked(path: string, maskPath?: string): Promise<ByteImage> {
  const image = await readImage(path);
  if (!maskPath) return image;
  const mask = await readImage(maskPath);
  const [height, width] = image.shape;
  if (mask.shape[0] !== height || mask.shape[1] !== width) {
    throw new FileError(
      maskPath,
      `is a mask of ${mask.shape[1]} × ${mask.shape[0]}, but ${path} has ${width} × ${height}`,
    );
  }
  for (let i = 0; i < image.data.length; i += 4) {
    const share = (mask.data[i] / 255) * (mask.data[i + 3] / 255);
    image.data[i + 3] = Math.round(image.data[i + 3] * share);
  }
  return image;
}
