// 3D-R2N2's renderings beside ShapeNetCore's meshes, on look-alikes made of boxes.

import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { FileError } from '../../../renderer/errors.ts';
import { readMeshData } from '../../../renderer/io/index.ts';
import { visibleFaces } from '../../../src/datasets/build/visibility.ts';
import {
  checkDataset,
  type Dataset,
  type DatasetObject,
  openDataset,
  prefetchSample,
  splitNames,
  toSample,
} from '../../../src/datasets/index.ts';
import { lopsided, rowsOf, standingAt, writeLookAlike } from './r2n2LookAlike.ts';

const models = ['1a', '2b', '3c'].map((model) => ({ synset: '03001627', model, boxes: lopsided }));

let scratch: string;
let folder: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rastergrad-r2n2-'));
  vi.stubEnv('RASTERGRAD_CACHE', join(scratch, 'cache'));
  folder = join(scratch, 'r2n2');
  await writeLookAlike(folder, models, { views: 4 });
  await writeLookAlike(folder, [{ synset: '04379243', model: 'box', boxes: [[0, 0, 0, 3, 1, 2]] }], {
    views: 4,
  });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});

let copies = 0;
async function copy(): Promise<string> {
  const to = join(scratch, `copy-${copies++}`);
  await cp(folder, to, { recursive: true });
  return to;
}

const objectsOf = (dataset: Dataset) => splitNames.flatMap((split) => dataset.split(split));
const named = (dataset: Dataset, id: string) => objectsOf(dataset).find((object) => object.id === id)!;

/** IoU of the picture's alpha and the mesh under the camera that was read. */
async function silhouetteIou({ meshFile, views }: DatasetObject, view: number, fovDegrees: number) {
  const { image, worldToCamera } = views[view];
  const [size] = image.shape;
  const { vertices, faces } = await readMeshData(meshFile!);
  const camera = new PerspectiveCamera({ fovDegrees, view: worldToCamera });
  const seen = visibleFaces(camera.projectOnHost(Float64Array.from(vertices)), faces, size).faces;
  let [both, either] = [0, 0];
  for (let i = 0; i < size * size; i++) {
    const [mesh, picture] = [seen[i] >= 0, image.data[4 * i + 3] >= 0.5];
    if (mesh && picture) both++;
    if (mesh || picture) either++;
  }
  return both / either;
}

describe("3D-R2N2's renderings", () => {
  it('come with points on the surface of the mesh, the same from a thread', async () => {
    const threaded = await openDataset(folder, { workers: 1 });
    const other = named(threaded, '04379243-box');
    await prefetchSample(other, 0, [0, 1]);
    // Not the points that the thread has kept.
    vi.stubEnv('RASTERGRAD_CACHE', join(scratch, 'other-cache'));
    const object = named(await openDataset(folder, { workers: 0 }), '04379243-box');
    const { points, normals = [] } = object;
    expect(points.length).toBe(3 * 16_384);
    expect(other.points).toEqual(points);
    expect(other.normals).toEqual(normals);
    await threaded.close();
    // A box of 3 × 1 × 2 with a diagonal of 1 around the origin, in steps of 1/65535 of its sphere.
    const half = [3, 1, 2].map((side) => side / Math.sqrt(14) / 2);
    for (let i = 0; i < points.length; i += 3) {
      const axis = half.findIndex((value, k) => Math.abs(Math.abs(points[i + k]) - value) < 0.6 / 65_535);
      expect(axis).toBeGreaterThanOrEqual(0);
      expect(half.every((value, k) => Math.abs(points[i + k]) < value + 0.6 / 65_535)).toBe(true);
    }
    const outward = Array.from({ length: 16_384 }, (_, p) =>
      [0, 1, 2].reduce((sum, k) => sum + normals[3 * p + k] * points[3 * p + k], 0),
    );
    expect(Math.min(...outward)).toBeGreaterThan(0);
  });

  it('are opened as they were published', async () => {
    const dataset = await openDataset(folder, { workers: 0 });
    expect([dataset.name, dataset.imageSize, dataset.storedImageSize]).toEqual(['r2n2', 137, 137]);
    expect(dataset.camera.fovDegrees).toBeCloseTo(49.1343420774, 5);
    expect(dataset.camera.distance).toBe(1.4);
    const chair = named(dataset, '03001627-1a');
    expect([chair.name, chair.category, chair.license, chair.views.length]).toEqual([
      '1a',
      'chair',
      'unknown',
      4,
    ]);
    expect(named(dataset, '04379243-box').category).toBe('table');
    expect(await checkDataset(dataset)).toEqual([]);
  });

  it('show the mesh where it is', async () => {
    const dataset = await openDataset(folder);
    const { fovDegrees } = dataset.camera;
    for (const object of objectsOf(dataset)) {
      for (const view of object.views.keys()) {
        expect(await silhouetteIou(object, view, fovDegrees)).toBeGreaterThan(0.97);
      }
    }
    // What the figure is worth: the camera of another picture, and one two degrees off.
    const { meshFile, views } = named(dataset, '03001627-1a');
    const [first, second] = views;
    const swapped = { meshFile, views: [{ image: first.image, worldToCamera: second.worldToCamera }] };
    expect(await silhouetteIou(swapped as DatasetObject, 0, fovDegrees)).toBeLessThan(0.7);
    expect(await silhouetteIou({ meshFile, views } as DatasetObject, 0, fovDegrees + 2)).toBeLessThan(0.95);
  });

  it('have cameras that stand where their rows say, in the unit of the mesh', async () => {
    const { views } = named(await openDataset(folder), '03001627-2b');
    for (const [i, row] of rowsOf('2b', 4).entries()) {
      const m = views[i].worldToCamera!;
      const eye = [0, 1, 2].map((k) => -(m[k] * m[3] + m[4 + k] * m[7] + m[8 + k] * m[11]));
      for (const [k, value] of standingAt(row).entries()) expect(eye[k]).toBeCloseTo(value, 9);
    }
  });

  it('put the object where its distance has it in the frame of a sample', async () => {
    const object = named(await openDataset(folder), '03001627-1a');
    const { input, supervision, points } = toSample(object, 0, [0, 1]);
    const straight = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -1.4, 0, 0, 0, 1];
    for (const [i, value] of straight.entries()) expect(input.objectToCamera[i]).toBeCloseTo(value, 12);
    const box = (axis: number, pick: (...values: number[]) => number) =>
      points.reduce((best, value, i) => (i % 3 === axis ? pick(best, value) : best), pick());
    const middle = (box(2, Math.min) + box(2, Math.max)) / 2;
    const [row] = rowsOf('1a', 4);
    expect(middle).toBeCloseTo(1.4 - 1.75 * row.ratio, 1);
    // What a training step sees: the points lie on the pictures' silhouettes, but for those within a pixel of the outline.
    const focal = 2.1875;
    for (const { image, objectToCamera: m } of supervision) {
      let off = 0;
      for (let i = 0; i < points.length; i += 3) {
        const along = (r: number) =>
          m[r] * points[i] + m[r + 1] * points[i + 1] + m[r + 2] * points[i + 2] + m[r + 3];
        const [x, y, z] = [along(0), along(4), along(8)];
        const column = Math.floor((1 - (focal * x) / z) * 68.5);
        if (image.get(Math.floor((1 + (focal * y) / z) * 68.5), column, 3) === 0) off++;
      }
      expect(off / (points.length / 3)).toBeLessThan(0.005);
    }
  });

  it('take the distance of the input camera from camera.json', async () => {
    const other = await copy();
    await writeFile(join(other, 'camera.json'), '{"fovDegrees": 49.13434264120263, "distance": 2}');
    const dataset = await openDataset(other);
    expect([dataset.camera.distance, objectsOf(dataset)[0].cameraDistance]).toEqual([2, 2]);
  });

  it('may have their meshes in ShapeNetCore, and need them for points alone', async () => {
    const other = await copy();
    const meshes = join(other, 'ShapeNetCore.v1');
    await rename(meshes, join(other, 'ShapeNetCore'));
    expect(objectsOf(await openDataset(other))[0].points.length).toBe(3 * 16_384);
    await rm(join(other, 'ShapeNetCore'), { recursive: true });
    const [object] = objectsOf(await openDataset(other));
    expect(object.views[0].image.shape).toEqual([137, 137, 4]);
    await object.prefetch!({ pictures: [], surfaces: [0] });
    expect(() => object.points).toThrow(
      `${other}: has no ShapeNetCore.v1 beside ShapeNetRendering, from whose meshes surface points are taken`,
    );
  });
});

describe('a file that is bad', () => {
  const model = '03001627/1a';
  it.each<[string, string, string | undefined, RegExp]>([
    ['a mesh that is missing', `ShapeNetCore.v1/${model}/model.obj`, undefined, /model\.obj: no such file/],
    ['a mesh without faces', `ShapeNetCore.v1/${model}/model.obj`, 'v 0 0 0\n', /model\.obj: has no surface/],
    ['a mesh that is none', `ShapeNetCore.v1/${model}/model.obj`, 'v 0 0\n', /model\.obj:1: /],
    [
      'faces without area',
      `ShapeNetCore.v1/${model}/model.obj`,
      'v 0 0 0\nv 1 0 0\nf 1 2 1\n',
      /has no surface/,
    ],
    [
      'a picture that is missing',
      `ShapeNetRendering/${model}/rendering/02.png`,
      undefined,
      /02\.png: no such/,
    ],
    ['a picture that is none', `ShapeNetRendering/${model}/rendering/02.png`, 'GIF', /02\.png: damaged PNG/],
    [
      'a camera too few',
      `ShapeNetRendering/${model}/rendering/rendering_metadata.txt`,
      '1 2 0 0.8 25\n1 2 0 0.8 25\n1 2 0 0.8 25\n',
      /rendering_metadata\.txt: has 3 rows, and no camera of picture 03$/,
    ],
  ])('is named: %s', async (_, file, content, problem) => {
    const other = await copy();
    // Another model comes first, so that the set can be opened.
    await writeFile(
      join(other, 'splits.json'),
      '{"train": {"03001627": {"3c": [0, 1, 2, 3], "1a": [0, 1, 2, 3]}}}',
    );
    if (content === undefined) await rm(join(other, file));
    else await writeFile(join(other, file), content);
    const bad = await checkDataset(await openDataset(other, { workers: 0 }));
    expect(bad.map((found) => `${found.file}: ${found.reason}`)).toEqual([expect.stringMatching(problem)]);
  });

  it('keeps no other model from being read, were it the first', async () => {
    const other = await copy();
    const metadata = join(other, 'ShapeNetRendering', model, 'rendering', 'rendering_metadata.txt');
    await writeFile(metadata, '1 2 0 0.8\n');
    await writeFile(join(other, 'ShapeNetRendering', '03001627', 'train.lst'), '1a\n3c\n');
    const [first, second] = objectsOf(await openDataset(other));
    expect(() => first.views[0].worldToCamera).toThrow(`${metadata}:1: is "1 2 0 0.8", expected azimuth`);
    expect(second.views).toHaveLength(24);
    expect(second.views[3].worldToCamera).toHaveLength(16);
  });

  it('is the folder of renderings where it is empty', async () => {
    const other = join(scratch, 'empty');
    await mkdir(join(other, 'ShapeNetRendering'), { recursive: true });
    const error = await openDataset(other).catch((caught) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(
      `${join(other, 'ShapeNetRendering')}: has none of the models that its splits name, as SYNSET/MODEL/rendering`,
    );
  });
});
