// Renderings with cameras and points in NumPy archives, on a look-alike made of an object of furniture-mini.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { encodePng } from '../../../renderer/io/index.ts';
import {
  checkDataset,
  datasetFolder,
  openDataset,
  openFolder,
  toSample,
} from '../../../src/datasets/index.ts';

const [original] = (await openFolder(await datasetFolder('furniture-mini'))).split('test');
const views = original.views.slice(0, 3);
const focal = 1 / Math.tan((15 * Math.PI) / 180);

/** An .npy file of float64. */
function npy(values: ArrayLike<number>, shape: readonly number[]): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const padded = `${header.padEnd(117)}\n`;
  const head = [0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length, 0, ...Buffer.from(padded)];
  return Buffer.concat([Buffer.from(head), Buffer.from(Float64Array.from(values).buffer)]);
}

/** In that layout: y down and z away from the viewer, the model twice as large and shifted before a scale_mat takes that back. */
function cameras(edit: (name: string, values: number[]) => number[] = (_, values) => values): Uint8Array {
  const files: Record<string, Uint8Array> = {};
  const add = (name: string, values: number[]) => {
    files[`${name}.npy`] = npy(edit(name, values), [4, 4]);
  };
  views.forEach(({ worldToCamera: m = [] }, i) => {
    add(`camera_mat_${i}`, [focal, 0, 0, 0, 0, focal, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    const turned = m.map((value, k) => (k >> 2 === 1 || k >> 2 === 2 ? -value : value));
    // W·S = s·[R | t], so that W = [R | s·t] for S = diag(s, s, s, 1).
    add(
      `world_mat_${i}`,
      turned.map((value, k) => (k % 4 === 3 && k < 12 ? 2 * value : value)),
    );
    add(`scale_mat_${i}`, [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
  });
  return zipSync(files);
}

let root: string;
const model = () => join(root, '03001627', 'abc');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-npz-'));
  for (const folder of ['image', 'mask']) await mkdir(join(model(), folder), { recursive: true });
  await writeFile(join(root, '03001627', 'softras_train.lst'), 'abc\n');
  for (const [i, { image }] of views.entries()) {
    const [rgb, mask] = [Float32Array.from(image.data), Float32Array.from(image.data)];
    for (let k = 0; k < rgb.length; k += 4) {
      if (rgb[k + 3] === 0) rgb.fill(1, k, k + 3);
      rgb[k + 3] = 1;
      mask.fill(image.data[k + 3] > 0 ? 1 : 0, k, k + 3).fill(1, k + 3, k + 4);
    }
    await writeFile(join(model(), 'image', `000${i}.png`), await encodePng(ndarray(rgb, image.shape)));
    await writeFile(join(model(), 'mask', `000${i}.png`), await encodePng(ndarray(mask, image.shape)));
  }
  const { points, normals = [] } = original;
  const count = points.length / 3;
  const cloud = { 'points.npy': npy(points, [count, 3]), 'normals.npy': npy(normals, [count, 3]) };
  await writeFile(join(model(), 'pointcloud.npz'), zipSync(cloud));
  await writeFile(join(model(), 'cameras.npz'), cameras());
});
afterAll(() => rm(root, { recursive: true }));

describe('renderings with archives', () => {
  it('come with the cameras, silhouettes and points that they were made of', async () => {
    const dataset = await openDataset(root);
    expect(dataset.camera.fovDegrees).toBeCloseTo(30, 6);
    expect(dataset.camera.distance).toBeCloseTo(2, 6);
    const [object] = dataset.split('train');
    expect([object.id, object.category, object.views.length]).toEqual(['03001627-abc', 'chair', 3]);
    expect(await checkDataset(dataset)).toEqual([]);
    const [ours, theirs] = [toSample(original, 0, [0, 2]), toSample(object, 0, [0, 2])];
    theirs.supervision.forEach(({ objectToCamera, image }, i) => {
      const expected = ours.supervision[i];
      objectToCamera.forEach((value, k) => {
        expect(value).toBeCloseTo(expected.objectToCamera[k], 6);
      });
      for (let k = 0; k < image.data.length; k += 4) {
        const alpha = expected.image.data[k + 3];
        expect(image.data[k + 3]).toBe(alpha > 0 ? 1 : 0);
        expect(image.data[k]).toBeCloseTo(expected.image.data[k], 5);
      }
    });
    theirs.points.forEach((value, i) => {
      expect(value).toBeCloseTo(ours.points[i], 5);
    });
  });

  it.each<[string, (name: string, values: number[]) => number[], RegExp]>([
    [
      'mirrored',
      (name, m) => (name === 'world_mat_1' ? m.map((v, k) => (k < 4 ? -v : v)) : m),
      /camera 1: it is no turned/,
    ],
    [
      'off centre',
      (name, m) => (name === 'camera_mat_0' ? m.with(2, 0.1) : m),
      /camera 0: its centre is not/,
    ],
    [
      'of another lens',
      (name, m) => (name === 'camera_mat_2' ? m.map((v) => 1.1 * v) : m),
      /camera 2: its lens is/,
    ],
  ])('name a camera that is %s', async (_, edit, problem) => {
    const whole = cameras();
    await writeFile(join(model(), 'cameras.npz'), cameras(edit));
    await expect(openDataset(root)).rejects.toThrow(problem);
    await expect(openDataset(root)).rejects.toBeInstanceOf(FileError);
    await writeFile(join(model(), 'cameras.npz'), whole);
  });

  it('name what is missing', async () => {
    const dataset = await openDataset(root);
    await rm(join(model(), 'pointcloud.npz'));
    const [object] = dataset.split('train');
    expect(() => object.points).toThrow(/pointcloud\.npz: no such file/);
    await writeFile(join(root, '03001627', 'softras_train.lst'), '../abc\n');
    await expect(openDataset(root)).rejects.toThrow(/softras_train\.lst: has the row "\.\.\/abc"/);
  });
});
