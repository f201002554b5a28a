import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { type Capture, openCapture } from '../../../src/captures/index.ts';
import { expectClose, pixelOf } from '../../renderer/camera/cameras.ts';
import {
  cameraToWorld,
  cloud,
  renderedShots,
  type Shot,
  shots,
  square,
  writeColmapBinary,
  writeColmapText,
  writeNerfstudio,
  writePicture,
  writeRenderings,
  writeTransforms,
} from './scene.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});

afterAll(() => rm(root, { recursive: true }));

function expectSameShots({ views }: Capture, expected: readonly Shot[]): void {
  expect(views.map(({ name }) => name.replace(/^.*\//, ''))).toEqual(expected.map(({ name }) => name));
  for (const [i, view] of views.entries()) {
    const { camera, intrinsics } = expected[i];
    expect([view.width, view.height]).toEqual([intrinsics.width, intrinsics.height]);
    for (let p = 0; p < 30; p += 3) {
      const point = cloud.slice(p, p + 3);
      expectClose(pixelOf(view.camera, view, point), pixelOf(camera, intrinsics, point), 1e-9);
    }
  }
}

describe('openCapture shows the same points in the same pixels', () => {
  it('of a transforms.json with a calibration for all', async () => {
    await writeNerfstudio(join(root, 'nerfstudio'));
    const capture = await openCapture(join(root, 'nerfstudio'));
    expectSameShots(capture, shots);
    expect(capture.name).toBe('nerfstudio');
    expect(capture.up).toEqual([0, 0, 1]);
  });

  it('of a transforms.json with a calibration for each', async () => {
    const path = await writeNerfstudio(join(root, 'each'), {
      fl_x: 1,
      frames: shots.map(({ name, camera, intrinsics: { fx, fy, cx, cy, width, height } }) => ({
        ...{ file_path: `./images/${name}`, fl_x: fx, fl_y: fy, cx, cy, w: width, h: height },
        transform_matrix: cameraToWorld(camera.views[0]).slice(0, 3),
      })),
    });
    expectSameShots(await openCapture(path), shots);
  });

  it('of a COLMAP project as text', async () => {
    await writeColmapText(join(root, 'text'));
    const capture = await openCapture(join(root, 'text'));
    expectSameShots(capture, shots);
    expectSameShots(await openCapture(join(root, 'text/sparse/0')), shots);
    expect(capture.name).toBe('text');
  });

  it.each(['.', 'sparse', 'sparse/0', 'colmap/sparse/0'])(
    'of a COLMAP project in binary, in %s',
    async (sparse) => {
      const folder = join(root, `binary ${sparse.replaceAll('/', ' ')}`);
      await writeColmapBinary(folder, sparse);
      expectSameShots(await openCapture(folder), shots);
      expectSameShots(await openCapture(join(folder, sparse)), shots);
    },
  );

  it("of R2N2's renderings, and of the same cameras as a Blender scene", async () => {
    await writeRenderings(join(root, 'model/rendering'));
    expectSameShots(await openCapture(join(root, 'model')), renderedShots);
    expectSameShots(await openCapture(join(root, 'model/rendering')), renderedShots);
    expectSameShots(await openCapture(join(root, 'model/rendering/rendering_metadata.txt')), renderedShots);
    const folder = join(root, 'blender');
    for (const { name } of renderedShots) await writePicture(join(folder, 'train', name), square);
    await writeTransforms(
      folder,
      {
        camera_angle_x: 2 * Math.atan(32 / 35 / 2),
        frames: renderedShots.map(({ name, camera }) => ({
          file_path: `./train/${name.replace('.png', '')}`,
          rotation: 0.01,
          transform_matrix: cameraToWorld(camera.views[0]),
        })),
      },
      'transforms_train.json',
    );
    const blender = await openCapture(folder);
    expect(blender.views[0].name).toBe('./train/00');
    for (const [i, { camera }] of blender.views.entries()) {
      expectClose(camera.projectOnHost(cloud), renderedShots[i].camera.projectOnHost(cloud));
    }
  });

  it('of pictures that were halved after calibration', async () => {
    const folder = join(root, 'halved');
    await writeColmapText(folder);
    for (const { name } of shots) await writePicture(join(folder, 'images_2', name), { width: 6, height: 4 });
    const { views } = await openCapture(folder, { images: 'images_2' });
    const [u, v] = pixelOf(shots[0].camera, shots[0].intrinsics, cloud);
    expect([views[0].width, views[0].height]).toEqual([6, 4]);
    expectClose(pixelOf(views[0].camera, views[0], cloud.slice(0, 3)).slice(0, 2), [u / 2, v / 2]);
  });
});

it('openCapture says what it looked for', async () => {
  await mkdir(join(root, 'empty'));
  await writeFile(join(root, 'empty/notes.txt'), '');
  await expect(openCapture(join(root, 'empty'))).rejects.toThrow(FileError);
  await expect(openCapture(join(root, 'empty'))).rejects.toThrow(
    /empty: is no capture, expected transforms\.json, a COLMAP model/,
  );
  await expect(openCapture(join(root, 'empty/notes.txt'))).rejects.toThrow(/is no capture/);
  await expect(openCapture(join(root, 'nowhere'))).rejects.toThrow(/nowhere: no such file or folder/);
});
