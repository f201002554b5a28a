import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { decodeCameras, decodeImages, decodePoints } from '../../../src/captures/colmap/binary.ts';
import { parseCameras, parseImages, parsePoints } from '../../../src/captures/colmap/text.ts';
import { openColmap } from '../../../src/captures/index.ts';
import { colmapBinary, points, shots, writeColmapText } from './scene.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});

afterAll(() => rm(root, { recursive: true }));

describe('cameras', () => {
  it('of every model of a pinhole', () => {
    const calibration = { width: 12, height: 8, fx: 15, fy: 15, cx: 5.5, cy: 4.25 };
    for (const row of [
      '1 SIMPLE_PINHOLE 12 8 15 5.5 4.25',
      '1 PINHOLE 12 8 15 15 5.5 4.25',
      '1 SIMPLE_RADIAL 12 8 15 5.5 4.25 0',
      '1 RADIAL 12 8 15 5.5 4.25 0 0',
      '1 OPENCV 12 8 15 15 5.5 4.25 0 0 0 0',
      '1 FULL_OPENCV 12 8 15 15 5.5 4.25 0 0 0 0 0 0 0 0',
    ]) {
      expect(parseCameras(`${row}\r\n`, 'cameras.txt').get(1)).toEqual(calibration);
    }
    expect(decodeCameras(colmapBinary.cameras(0, [15, 5.5, 4.25]), 'cameras.bin').get(7)).toEqual(
      calibration,
    );
  });

  it.each([
    [
      '2 SIMPLE_RADIAL 12 8 15 5.5 4.25 0.01',
      'is a SIMPLE_RADIAL camera that distorts (0.01); undistort the pictures first: colmap image_undistorter',
    ],
    ['2 OPENCV 12 8 15 15 5.5 4.25 0 0 0.1 0', 'is a OPENCV camera that distorts (0, 0, 0.1, 0)'],
    ['2 OPENCV_FISHEYE 12 8 15 15 5.5 4.25 0 0 0 0', 'is a OPENCV_FISHEYE camera that distorts'],
    ['2 FOV 12 8 15 15 5.5 4.25 0', 'is a FOV camera that distorts'],
    ['2 PINHOLE 12 8 15 5.5 4.25', 'has 3 parameters, but PINHOLE has 4'],
    ['2 BIG_PINHOLE 12 8 15', 'has the camera model BIG_PINHOLE, expected one of SIMPLE_PINHOLE'],
    ['2 PINHOLE 12 eight 15 15 5.5 4.25', 'has "eight", expected a finite number'],
    ['2 PINHOLE', 'has 2 entries, expected CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]'],
  ])('are refused: %s', (row, problem) => {
    const parse = () => parseCameras(`# list\n1 PINHOLE 12 8 1 1 1 1\n${row}\n`, 'cameras.txt');
    expect(parse).toThrow(FileError);
    expect(parse).toThrow(`cameras.txt:3: ${problem}`);
  });

  it('are refused in binary with their byte', () => {
    expect(() => decodeCameras(colmapBinary.cameras(2, [15, 5.5, 4.25, 0.1]), 'c.bin')).toThrow(
      'c.bin: byte 8: is a SIMPLE_RADIAL camera that distorts (0.1)',
    );
    expect(() => decodeCameras(colmapBinary.cameras(99), 'c.bin')).toThrow(
      'c.bin: byte 8: has the camera model 99',
    );
    expect(() => decodeCameras(colmapBinary.cameras(1, [Number.NaN]), 'c.bin')).toThrow(
      'c.bin: byte 32: has NaN, expected a finite number',
    );
  });
});

describe('images and points', () => {
  it('are the same as text and in binary', () => {
    const text = '3 1 0 0 0 4 5 6 7 a picture.png\n\n4 0 1 0 0 1 2 3 7 b/c.jpg\n1 2 -1\n';
    const [first, second] = parseImages(text, 'images.txt');
    expect(first).toEqual({
      name: 'a picture.png',
      quaternion: [1, 0, 0, 0],
      translation: [4, 5, 6],
      cameraId: 7,
      place: 'images.txt:1',
    });
    expect(second).toMatchObject({ name: 'b/c.jpg', place: 'images.txt:3' });
    expect(decodeImages(colmapBinary.images(), 'i.bin').map(({ name }) => name)).toEqual(
      shots.map(({ name }) => name),
    );
    expect([...decodePoints(colmapBinary.points(), 'p.bin')]).toEqual(points);
    expect([...parsePoints('# no\n1 2 3 4 0 0 0 0.5 1 2\n', 'p.txt')]).toEqual([2, 3, 4]);
  });

  it('are refused with their line', () => {
    expect(() => parseImages('3 1 0 0 0 4 5 6 7\n', 'i.txt')).toThrow('i.txt:1: has 9 entries');
    expect(() => parseImages('3 1 0 0 0 4 x 6 7 a.png\n', 'i.txt')).toThrow('i.txt:1: has "x"');
    expect(() => parsePoints('# no\n1 2 3\n', 'p.txt')).toThrow('p.txt:2: has 3 entries');
  });

  it('are refused where they announce more than there is', () => {
    const huge = Buffer.from(colmapBinary.points());
    huge.writeBigUInt64LE(10n ** 15n);
    expect(() => decodePoints(huge, 'p.bin')).toThrow(
      `p.bin: byte 0: announces 1000000000000000 points, but only ${huge.length - 8} bytes are left`,
    );
    huge.writeBigUInt64LE(2n ** 63n);
    expect(() => decodePoints(huge, 'p.bin')).toThrow('p.bin: byte 0: has 9223372036854775808');
  });
});

describe('damaged files', () => {
  const readers = [
    ['cameras.bin', decodeCameras, colmapBinary.cameras()],
    ['images.bin', decodeImages, colmapBinary.images()],
    ['points3D.bin', decodePoints, colmapBinary.points()],
  ] as const;

  it.each(readers)('%s: every cut is noticed, with its byte', (path, decode, bytes) => {
    for (let length = 0; length < Math.min(bytes.length, 400); length++) {
      expect(() => decode(bytes.subarray(0, length), path)).toThrow(/: byte \d+: (ends here|announces)/);
    }
  });

  it.each(readers)('%s: changed bytes are read or refused', (path, decode, bytes) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(Math.min(bytes.length, 400) - 1), fc.nat(255)), { minLength: 1 }),
        (changes) => {
          const changed = Buffer.from(bytes);
          for (const [at, value] of changes) changed[at] = value;
          try {
            decode(changed, path);
          } catch (error) {
            expect(error).toBeInstanceOf(FileError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('projects', () => {
  it('name what does not fit together', async () => {
    await writeColmapText(root, '8 PINHOLE 12 8 15 16 5.5 4.25');
    await expect(openColmap(root)).rejects.toThrow(
      /images\.txt:9: refers to camera 7, which the model lacks/,
    );
    await writeColmapText(root, '7 PINHOLE 12 12 15 16 5.5 4.25');
    await expect(openColmap(root)).rejects.toThrow(
      /images\.txt:9: is a camera for pictures of 12 × 12, but .*shot 0\.png has 12 × 8/,
    );
    await writeColmapText(root, '7 PINHOLE 12 8 0 16 5.5 4.25');
    await expect(openColmap(root)).rejects.toThrow(/images\.txt:9: fx must be positive, but is 0/);
    await writeColmapText(root);
    await writeFile(join(root, 'sparse/0/images.txt'), '1 1 0 0 0 0 0 1 7 ../secret.png\n\n');
    await expect(openColmap(root)).rejects.toThrow(
      /images\.txt:1: "\.\.\/secret\.png" leads out of the capture's folder/,
    );
    await writeFile(join(root, 'sparse/0/images.txt'), '1 0 0 0 0 0 0 1 7 shot 0.png\n\n');
    await expect(openColmap(root)).rejects.toThrow(/images\.txt:1: the quaternion must not be zero/);
    await writeFile(join(root, 'sparse/0/images.txt'), '# none\n');
    await expect(openColmap(root)).rejects.toThrow(/has a model without images/);
    await expect(openColmap(join(root, 'images'))).rejects.toThrow(/has no cameras\.bin and images\.bin/);
  });
});
