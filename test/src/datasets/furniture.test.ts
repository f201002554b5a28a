// The data sets that are part of the repository.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { occupancies, occupancyIou } from '../../../src/datasets/build/nearTwins.ts';
import { pointsPath, viewsPath } from '../../../src/datasets/format.ts';
import { datasetFolder, openDataset, readDatasetFile, splitNames } from '../../../src/datasets/index.ts';
import { datasetTarget } from '../../../src/fitting/index.ts';

const categories = ['cabinet', 'chair', 'lamp', 'sofa', 'table'];

describe.each([
  { name: 'furniture-mini', viewCount: 8, mostBytes: 8e6 },
  { name: 'furniture-views', viewCount: 28, mostBytes: 1e6 },
])('$name', async ({ name, viewCount, mostBytes }) => {
  const folder = await datasetFolder(name);
  const file = await readDatasetFile(folder);
  const dataset = await openDataset(folder);

  it(`takes at most ${mostBytes / 1e6} MB`, async () => {
    const paths = file.objects.flatMap(({ id }) => [viewsPath(id), pointsPath(id)]);
    const sizes = ['dataset.json', 'ATTRIBUTION.md', ...paths].map(
      async (path) => (await stat(join(folder, path))).size,
    );
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(mostBytes);
  });

  it('holds what dataset.json says: hashes, pictures with an object inside, unit normals within the sphere', () => {
    for (const object of splitNames.flatMap((name) => dataset.split(name))) {
      expect(object.views.length).toBe(viewCount);
      for (const { image } of object.views) {
        expect(image.shape).toEqual([64, 64, 4]);
        let coverage = 0;
        for (let i = 3; i < image.data.length; i += 4) coverage += image.data[i] / (image.data.length / 4);
        expect(coverage, object.id).toBeGreaterThan(0.02);
        expect(coverage, object.id).toBeLessThan(0.7);
      }
      expect(object.points.length).toBe(3 * 2000);
      const { points, normals = new Float32Array() } = object;
      expect(normals.length).toBe(points.length);
      let reach = 0;
      let worst = 0;
      for (let i = 0; i < points.length; i += 3) {
        reach = Math.max(reach, Math.hypot(points[i], points[i + 1], points[i + 2]));
        worst = Math.max(worst, Math.abs(Math.hypot(normals[i], normals[i + 1], normals[i + 2]) - 1));
      }
      expect(reach, object.id).toBeLessThan(0.5001);
      expect(reach, object.id).toBeGreaterThan(0.45);
      expect(worst, object.id).toBeLessThan(1e-5);
    }
  });

  it('credits every model: title, author, licence, origin', async () => {
    const text = await readFile(join(folder, 'ATTRIBUTION.md'), 'utf8');
    for (const { id, creator, origin, license } of file.objects) {
      expect(['CC0-1.0', 'CC-BY-3.0', 'CC-BY-3.0-US']).toContain(license);
      expect(creator, id).not.toBe('');
      const row = text.split('\n').find((line) => line.startsWith(`| ${id} |`));
      expect(row, id).toContain(origin.title.replaceAll('|', '\\|'));
      expect(row, id).toContain(creator);
      expect(row, id).toContain(origin.url);
    }
    expect(text).toContain('https://creativecommons.org/licenses/by/3.0/');
  });
});

describe('furniture-mini', async () => {
  const dataset = await openDataset('furniture-mini');
  const count = splitNames.reduce((sum, name) => sum + dataset.split(name).length, 0);

  it('has 150 to 200 objects of five categories, in all three splits', () => {
    expect(count).toBeGreaterThanOrEqual(150);
    expect(count).toBeLessThanOrEqual(200);
    for (const name of splitNames) {
      const present = new Set(dataset.split(name).map(({ category }) => category));
      expect([...present].sort()).toEqual(categories);
    }
    expect(dataset.split('test').length / count).toBeCloseTo(0.15, 1);
    expect(dataset.split('validation').length / count).toBeCloseTo(0.1, 1);
  });

  it('has no near-twins across splits, turned or mirrored', () => {
    const shapes = splitNames.flatMap((name) =>
      dataset.split(name).map(({ id, points }) => ({ id, name, grids: occupancies(points) })),
    );
    shapes.forEach((a, i) => {
      for (const b of shapes.slice(0, i).filter(({ name }) => name !== a.name)) {
        const iou = Math.max(...b.grids.map((grid) => occupancyIou(a.grids[0], grid)));
        expect(iou, `${a.id} and ${b.id}`).toBeLessThan(0.7);
      }
    });
  });
});

describe('furniture-views', async () => {
  const dataset = await openDataset('furniture-views');
  const file = await readDatasetFile(await datasetFolder('furniture-views'));
  const rig = file.version === 1 ? file.views : [];

  it('has ten objects to test on, two of each category', () => {
    const objects = dataset.split('test');
    expect(objects.map(({ category }) => category).sort()).toEqual(
      categories.flatMap((category) => [category, category]),
    );
    for (const name of ['train', 'validation'] as const) expect(dataset.split(name)).toEqual([]);
  });

  it('is seen from every quarter, below and above, by the views fitted to and by those held out', () => {
    const { fitted, heldOut } = datasetTarget(dataset.split('test')[0], dataset, 20);
    expect([fitted.length, heldOut.length]).toEqual([20, 8]);
    for (const part of [fitted, heldOut]) {
      const directions = rig.filter(({ worldToCamera }) =>
        part.some(({ camera }) => worldToCamera.every((value, k) => value === camera.views[0][k])),
      );
      expect(new Set(directions.map(({ elevationDegrees }) => elevationDegrees)).size).toBe(4);
      const quarters = new Set(
        directions.map(({ azimuthDegrees }) => Math.floor((azimuthDegrees % 360) / 90)),
      );
      expect(quarters.size).toBe(4);
    }
  });
});
