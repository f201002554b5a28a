// Pictures in time as one file: animated PNG, which is lossless, has 24-bit colours and alpha, and plays in every browser; programs that
// do not know it show the first frame. Format: PNG specification, third edition (2025), 11.3.6 and 4.9. Every frame is a PNG of its own,
// taken apart into chunks and put together again:
//     IHDR  acTL  (fcTL IDAT)  (fcTL fdAT) …  IEND
// where fdAT is a sequence number and then what IDAT holds, and fcTL and fdAT are numbered through.

import { crc32 } from 'node:zlib';
import { ArgumentError } from '../../renderer/errors.ts';
import { atomicWrite, encodePng, type WritableImage } from '../../renderer/io/index.ts';

export interface AnimationOptions {
  /** How long each frame is shown, 0 … 65,535; browsers take less than 20 for 100. Default: 100. */
  delayMilliseconds?: number;
  /** Begin anew after the last frame, for ever; or how many times all frames are shown. Default: true. */
  loop?: boolean | number;
}

/**
 * Replaces the file at `path`, whole or not at all, by an animated PNG: see `encodeAnimation`.
 *
 * @throws FileError where it cannot be written.
 */
export async function writeAnimation(
  path: string,
  frames: readonly WritableImage[],
  options: AnimationOptions = {},
): Promise<void> {
  await atomicWrite(path, await encodeAnimation(frames, options));
}

/**
 * The bytes of an animated PNG, 8 bits a channel with straight alpha, as `encodePng` makes them of each frame.
 *
 * @param frames all of one height and width, sRGB
 * @throws ArgumentError where there are no frames, their sizes differ, or an option is out of range.
 */
export async function encodeAnimation(
  frames: readonly WritableImage[],
  { delayMilliseconds = 100, loop = true }: AnimationOptions = {},
): Promise<Uint8Array> {
  if (frames.length === 0) throw new ArgumentError('an animation needs at least one frame, but got none');
  const [height, width] = frames[0].shape;
  const odd = frames.findIndex(({ shape }) => shape[0] !== height || shape[1] !== width);
  if (odd >= 0) {
    const [otherHeight, otherWidth] = frames[odd].shape;
    throw new ArgumentError(
      `frames[${odd}] has ${otherWidth} × ${otherHeight} pixels, but frames[0] has ${width} × ${height}`,
    );
  }
  requireWhole('delayMilliseconds', delayMilliseconds, 0, 0xffff);
  const plays = typeof loop === 'number' ? loop : loop ? 0 : 1;
  requireWhole('loop', plays, typeof loop === 'number' ? 1 : 0, 0x7fffffff);

  let sequence = 0;
  const file: Uint8Array[] = [];
  for (const [index, frame] of frames.entries()) {
    const still = chunksOf(await encodePng(frame));
    if (index === 0) {
      file.push(signature, chunk('IHDR', still.find(({ type }) => type === 'IHDR')!.data));
      file.push(chunk('acTL', integers(frames.length, plays)));
    }
    // Whole frames at (0, 0), each in place of the one before.
    const times = (delayMilliseconds << 16) | 1000;
    file.push(chunk('fcTL', integers(sequence++, width, height, 0, 0, times), new Uint8Array(2)));
    for (const { type, data } of still) {
      if (type !== 'IDAT') continue;
      file.push(index === 0 ? chunk('IDAT', data) : chunk('fdAT', integers(sequence++), data));
    }
  }
  file.push(chunk('IEND'));
  return Buffer.concat(file);
}

function requireWhole(name: string, value: number, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new ArgumentError(`${name} must be a whole number from ${minimum} to ${maximum}, but is ${value}`);
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

interface Chunk {
  type: string;
  data: Uint8Array;
}

/** The chunks of a PNG file: length, type, data and checksum, one after another. */
function chunksOf(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < png.length; ) {
    const length = view.getUint32(at);
    const start = at + 8;
    chunks.push({
      type: String.fromCharCode(...png.subarray(at + 4, start)),
      data: png.subarray(start, start + length),
    });
    at = start + length + 4;
  }
  return chunks;
}

/** One chunk; its checksum is over type and data. */
function chunk(type: string, ...data: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...data]);
  return Buffer.concat([integers(body.length - 4), body, integers(crc32(body))]);
}

/** 32 bits each, the highest first. */
function integers(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return new Uint8Array(view.buffer);
}
