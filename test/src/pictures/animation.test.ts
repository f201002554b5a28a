// Animated PNGs: what a player reads from their chunks, each frame decoded by another library, and all frames shown by a browser.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzlibSync } from 'fflate';
import ndarray, { type NdArray } from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPng } from '../../../renderer/io/index.ts';
import { encodeAnimation, writeAnimation } from '../../../src/pictures/index.ts';
import { launchChromium, mayBeSkipped } from '../../chromium.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-animation-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** [2, 3, 4], all of one colour and half transparent. */
const frame = (red: number, green: number, blue: number): NdArray<Uint8Array> =>
  ndarray(
    Uint8Array.from({ length: 24 }, (_, i) => [red, green, blue, 128][i % 4]),
    [2, 3, 4],
  );
const frames = [frame(255, 0, 0), frame(0, 255, 0), frame(0, 0, 255)];

/** CRC-32 bit by bit, as the PNG specification defines it (annex D). */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunksOf(file: Uint8Array): { type: string; data: DataView }[] {
  const bytes = Buffer.from(file);
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(checksum(body));
    const data = Uint8Array.from(body.subarray(4));
    chunks.push({ type: body.toString('latin1', 0, 4), data: new DataView(data.buffer) });
    at += 12 + length;
  }
  return chunks;
}

describe('an animated PNG', () => {
  it('has the chunks of the specification, in their order, numbered through, with right checksums', async () => {
    const chunks = chunksOf(await encodeAnimation(frames, { delayMilliseconds: 250 }));
    expect(chunks.map(({ type }) => type)).toEqual([
      'IHDR',
      'acTL',
      'fcTL',
      'IDAT',
      'fcTL',
      'fdAT',
      'fcTL',
      'fdAT',
      'IEND',
    ]);
    const [header, animation] = chunks;
    expect([0, 4].map((at) => header.data.getUint32(at))).toEqual([3, 2]);
    expect([8, 9].map((at) => header.data.getUint8(at))).toEqual([8, 6]);
    expect([0, 4].map((at) => animation.data.getUint32(at))).toEqual([3, 0]);
    const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT');
    expect(numbered.map(({ data }) => data.getUint32(0))).toEqual([0, 1, 2, 3, 4]);
    for (const { data } of chunks.filter(({ type }) => type === 'fcTL')) {
      expect(data.byteLength).toBe(26);
      expect([4, 8, 12, 16].map((at) => data.getUint32(at))).toEqual([3, 2, 0, 0]);
      expect([20, 22].map((at) => data.getUint16(at))).toEqual([250, 1000]);
      expect([24, 25].map((at) => data.getUint8(at))).toEqual([0, 0]);
    }
  });

  it('holds every frame, without loss', async () => {
    const chunks = chunksOf(await encodeAnimation(frames));
    const streams = chunks.filter(({ type }) => type === 'IDAT' || type === 'fdAT');
    for (const [i, { type, data }] of streams.entries()) {
      const rows = unzlibSync(new Uint8Array(data.buffer, type === 'fdAT' ? 4 : 0));
      // A filter type and three pixels a row: decoded by the filters Sub and Up of equal pixels too, the first pixel is as it is.
      expect(rows).toHaveLength(2 * 13);
      expect([...rows.subarray(1, 5)]).toEqual([...frames[i].data.subarray(0, 4)]);
    }
  });

  it('shows its first frame to readers of still pictures', async () => {
    const file = path.join(folder, 'first.png');
    await writeAnimation(file, frames);
    expect([...(await readPng(file)).data]).toEqual([...frames[0].data]);
    expect(await readdir(folder)).toEqual(['first.png']);
  });

  it.each([
    [true, 0],
    [false, 1],
    [7, 7],
  ])('loops %s: %i plays', async (loop, plays) => {
    const [, animation] = chunksOf(await encodeAnimation(frames, { loop }));
    expect(animation.data.getUint32(4)).toBe(plays);
  });

  it('may be shown for a minute a frame', async () => {
    const chunks = chunksOf(await encodeAnimation(frames, { delayMilliseconds: 65_535 }));
    expect(chunks[2].data.getUint16(20)).toBe(65_535);
  });

  it('says what it cannot be made of', async () => {
    const wide = ndarray(new Uint8Array(32), [2, 4, 4]);
    await expect(encodeAnimation([])).rejects.toThrow('an animation needs at least one frame');
    await expect(encodeAnimation([frames[0], wide])).rejects.toThrow(
      'frames[1] has 4 × 2 pixels, but frames[0] has 3 × 2',
    );
    await expect(encodeAnimation(frames, { delayMilliseconds: 70_000 })).rejects.toThrow(
      'delayMilliseconds must be a whole number from 0 to 65535, but is 70000',
    );
    await expect(encodeAnimation(frames, { loop: 0 })).rejects.toThrow(
      'loop must be a whole number from 1 to 2147483647, but is 0',
    );
  });

  it.skipIf(mayBeSkipped)('plays in a browser, frame by frame', async () => {
    const bytes = Buffer.from(await encodeAnimation(frames, { delayMilliseconds: 40 })).toString('base64');
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      // Browsers decode frame by frame for pages of a trusted origin.
      await page.route('http://localhost/', (route) => route.fulfill({ body: '', contentType: 'text/html' }));
      await page.goto('http://localhost/');
      const shown = (await page.evaluate(`(async () => {
        const data = Uint8Array.from(atob('${bytes}'), (letter) => letter.charCodeAt(0));
        const decoder = new ImageDecoder({ data, type: 'image/png' });
        await decoder.tracks.ready;
        const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
        const pixels = [];
        for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
          const { image } = await decoder.decode({ frameIndex });
          const canvas = new OffscreenCanvas(3, 2).getContext('2d');
          canvas.drawImage(image, 0, 0);
          pixels.push([image.duration, ...canvas.getImageData(1, 1, 1, 1).data]);
        }
        return { frameCount, endless: repetitionCount === Infinity, pixels };
      })()`)) as unknown;
      expect(shown).toEqual({
        frameCount: 3,
        endless: true,
        pixels: [
          [40_000, 255, 0, 0, 128],
          [40_000, 0, 255, 0, 128],
          [40_000, 0, 0, 255, 128],
        ],
      });
    } finally {
      await browser.close();
    }
  });
});
