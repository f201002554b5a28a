import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeJpeg } from 'jpeg-js';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import {
  decodePng,
  encodePng,
  linearToSrgb,
  readImage,
  readPng,
  srgbToLinear,
  toUnitRange,
  writePng,
} from '../../../renderer/io/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => (37 * i) % 256);

describe('PNG pictures', () => {
  it('come back byte by byte, transparent pixels too', async () => {
    const path = join(folder, 'picture.png');
    await writePng(path, ndarray(bytes, [3, 5, 4]));
    const read = await readPng(path);
    expect(read.shape).toEqual([3, 5, 4]);
    expect(read.data).toEqual(bytes);
  });

  it('are written from numbers 0 … 1, cut off outside', async () => {
    const read = await decodePng(await encodePng(ndarray(new Float32Array([-1, 0.5, 2]), [1, 1, 3])));
    expect([...read.data]).toEqual([0, 128, 255, 255]);
  });

  it('are written from grey pictures and from views of others', async () => {
    const grey = await decodePng(await encodePng(ndarray(new Uint8Array([10, 20]), [1, 2])));
    expect([...grey.data]).toEqual([10, 10, 10, 255, 20, 20, 20, 255]);
    const whole = ndarray(bytes, [3, 5, 4]);
    const part = await decodePng(await encodePng(whole.lo(1, 2, 0).hi(2, 2, 4)));
    expect(part.shape).toEqual([2, 2, 4]);
    expect(part.get(1, 0, 3)).toBe(whole.get(2, 2, 3));
  });

  it('become numbers 0 … 1', async () => {
    const image = toUnitRange(ndarray(bytes, [3, 5, 4]));
    expect(image.get(1, 2, 3)).toBe(Math.fround(bytes[1 * 20 + 2 * 4 + 3] / 255));
  });

  it('are refused where truncated, anywhere', async () => {
    const whole = await encodePng(ndarray(bytes, [3, 5, 4]));
    for (let length = 0; length < whole.length; length++) {
      await expect(decodePng(whole.subarray(0, length), 'a.png'), `${length} bytes`).rejects.toThrow(
        FileError,
      );
    }
  });

  it('are named in errors', async () => {
    const path = join(folder, 'text.png');
    await writeFile(path, 'not a picture');
    await expect(readPng(path)).rejects.toThrow(new FileError(path, 'is not a PNG picture'));
    await expect(readPng(`${path}.missing`)).rejects.toThrow('no such file or folder');
    await expect(encodePng(ndarray(new Float32Array(8), [2, 2, 2]))).rejects.toThrow(
      'image has shape [2, 2, 2]',
    );
  });
});

describe('readImage', () => {
  it('takes JPEG by its content, and refuses a truncated one', async () => {
    const { data } = encodeJpeg({ width: 16, height: 8, data: new Uint8Array(16 * 8 * 4).fill(200) }, 90);
    const path = join(folder, 'picture.png');
    await writeFile(path, data);
    const image = await readImage(path);
    expect(image.shape).toEqual([8, 16, 4]);
    expect(Math.abs(image.get(4, 8, 1) - 200)).toBeLessThan(3);
    await writeFile(path, data.subarray(0, 200));
    await expect(readImage(path)).rejects.toThrow(`${path}: is a damaged JPEG picture`);
    await writeFile(path, 'neither');
    await expect(readImage(path)).rejects.toThrow(new FileError(path, 'is neither a PNG nor a JPEG picture'));
  });
});

describe('colour space', () => {
  it('goes from sRGB to linear and back', () => {
    expect(srgbToLinear(0.5)).toBeCloseTo(0.21404114, 7);
    for (let value = 0; value <= 1; value += 1 / 255)
      expect(linearToSrgb(srgbToLinear(value))).toBeCloseTo(value, 7);
  });
});
