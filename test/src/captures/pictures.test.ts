import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jpeg from 'jpeg-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCapture } from '../../../src/captures/index.ts';
import { pictureSize } from '../../../src/captures/pictures.ts';
import { cameraToWorld, shots, size, writeColmapText, writeNerfstudio, writePicture } from './scene.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});

afterAll(() => rm(root, { recursive: true }));

const alphas = (data: Uint8Array) => Array.from({ length: size.width }, (_, i) => data[4 * i + 3]);
const half = [0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255];
/** White on every other column. */
const striped = (column: number) => (column % 2 === 0 ? [255, 255, 255, 255] : [0, 0, 0, 255]);

describe('masks', () => {
  it("are the pictures' alpha without others", async () => {
    await writeNerfstudio(join(root, 'alpha'));
    const { views } = await openCapture(join(root, 'alpha'));
    const { data } = await views[0].image();
    expect(alphas(data)).toEqual(half);
    expect([...data.slice(24, 28)]).toEqual([90, 80, 70, 255]);
  });

  it('are those of a folder, under the same name, with another ending or one more', async () => {
    const folder = join(root, 'folder');
    await writeColmapText(folder);
    const names = ['shot 0.png', 'shot 1.png.png', 'shot 2.png', 'shot 3.png'];
    for (const name of names) await writePicture(join(folder, 'masks', name), size, striped);
    const { views } = await openCapture(folder, { masks: 'masks' });
    for (const view of views) {
      expect(alphas((await view.image()).data)).toEqual(half.map((alpha, i) => (i % 2 === 0 ? alpha : 0)));
    }
    await rm(join(folder, 'masks/shot 2.png'));
    await expect(openCapture(folder, { masks: 'masks' })).rejects.toThrow(
      /images\.txt:\d+: mask: no file for shot 2\.png in .*masks/,
    );
  });

  it('are those that transforms.json names', async () => {
    const folder = join(root, 'named');
    await writePicture(join(folder, 'masks/0.png'), size, striped);
    await writePicture(join(folder, 'masks/small.png'), { width: 6, height: 4 }, striped);
    const frame = (mask: string) => ({
      ...{ file_path: 'images/shot 0.png', mask_path: `masks/${mask}` },
      transform_matrix: cameraToWorld(shots[0].camera.views[0]),
    });
    const path = await writeNerfstudio(folder, { frames: [frame('0.png'), frame('small.png')] });
    const { views } = await openCapture(path);
    expect(alphas((await views[0].image()).data)[6]).toBe(255);
    expect(alphas((await views[0].image()).data)[7]).toBe(0);
    await expect(views[1].image()).rejects.toThrow(
      /small\.png: is a mask of 6 × 4, but .*shot 0\.png has 12 × 8/,
    );
  });
});

describe('pictureSize', () => {
  it('is read from the heads of PNG and JPEG files', async () => {
    await writePicture(join(root, 'a.png'), { width: 300, height: 7 });
    expect(await pictureSize(join(root, 'a.png'))).toEqual({ width: 300, height: 7 });
    const { data } = jpeg.encode({ data: Buffer.alloc(4 * 33 * 500, 90), width: 33, height: 500 }, 80);
    await writeFile(join(root, 'a.jpg'), data);
    expect(await pictureSize(join(root, 'a.jpg'))).toEqual({ width: 33, height: 500 });
  });

  it('says where a head ends, or that it is none', async () => {
    await writeFile(join(root, 'cut.png'), Uint8Array.from([0x89, 0x50, 1, 2, 3]));
    await expect(pictureSize(join(root, 'cut.png'))).rejects.toThrow(
      /cut\.png: byte 5: ends within the head/,
    );
    await writeFile(join(root, 'cut.jpg'), Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]));
    await expect(pictureSize(join(root, 'cut.jpg'))).rejects.toThrow(
      /cut\.jpg: byte 8: ends within the head/,
    );
    await writeFile(join(root, 'odd.jpg'), Uint8Array.from([0xff, 0xd8, 0, 0, 0, 0, 0]));
    await expect(pictureSize(join(root, 'odd.jpg'))).rejects.toThrow(/odd\.jpg: byte 2: expected a segment/);
    await writeFile(join(root, 'text.png'), 'hello');
    await expect(pictureSize(join(root, 'text.png'))).rejects.toThrow(/is neither a PNG nor a JPEG picture/);
    await expect(pictureSize(join(root, 'none.png'))).rejects.toThrow(/none\.png: no such file/);
  });
});
