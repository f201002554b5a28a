// Data sets of our own in the layout of 3D-R2N2's renderings, and back: sets of a few boxes.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PerspectiveCamera } from '../../../renderer/camera/index.ts';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { readMeshData } from '../../../renderer/io/index.ts';
import { visibleFaces } from '../../../src/datasets/build/visibility.ts';
import { meshPath } from '../../../src/datasets/format.ts';
import { furniture } from '../../../src/datasets/furniture.ts';
import {
  type Dataset,
  datasetFolder,
  exportR2n2,
  openDataset,
  openFolder,
  r2n2FovDegrees,
  splitNames,
} from '../../../src/datasets/index.ts';
import { sampleCamera } from '../../../src/datasets/sample.ts';
import { boxLibrary, writeLibraries } from './build/boxLibraries.ts';

const size = 24;

let root: string;
const at = (name: string) => join(root, name);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-export-r2n2-'));
  vi.stubEnv('RASTERGRAD_CACHE', at('cache'));
  const boxes = (name: string, widths: readonly number[]) =>
    widths.map((width) => ({ name, file: `${name.toLowerCase()}${10 * width}`, width }));
  const library = (folder: string, name: string, widths: readonly number[]) =>
    boxLibrary(folder, boxes(name, widths));
  await writeLibraries(at('source'), {
    'BlendSwap-CC-0': library('blendswap-cc-0', 'Sofa', [0.4, 1, 1.6]),
    'BlendSwap-CC-BY': library('blendswap-cc-by', 'Plant', [0.3, 0.8]),
    KatorLegaz: library('katorlegaz', 'Chair', [0.6]),
    Scopia: library('scopia', 'Table', [0.5]),
    Reallusion: library('reallusion', 'Table', [1.1]),
  });
  const options = { source: at('source'), size, points: 300, workers: 1 };
  await furniture.build({ ...options, output: at('with-lens'), rig: 'r2n2' });
  await furniture.build({ ...options, output: at('ring') });
  // The sets are too small to have any for validation and tests.
  for (const name of ['with-lens', 'ring']) {
    const set = JSON.parse(await readFile(at(`${name}/dataset.json`), 'utf8'));
    for (const [i, object] of set.objects.entries()) object.split = splitNames[Math.floor(i / 3)];
    set.objects[0].category = '../coffee table';
    await writeFile(at(`${name}/dataset.json`), JSON.stringify(set));
  }
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

const objectsOf = (dataset: Dataset) =>
  splitNames.flatMap((split) => dataset.split(split).map((object) => ({ split, object })));

/** Pairs of an object that was exported and what came back. */
async function pairs(folder: string, exported: string) {
  const back = objectsOf(await openDataset(exported));
  return objectsOf(await openFolder(folder)).map(({ split, object }) => {
    const found = back.find(({ object: { id } }) => id.endsWith(`-${object.id}`));
    expect(found?.split).toBe(split);
    return { original: object, back: found!.object };
  });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  expect(worst).toBeLessThan(tolerance);
}

describe("a data set with R2N2's lens", () => {
  it('comes back with the same splits, pictures, cameras, samples and meshes', async () => {
    expect(await exportR2n2(at('with-lens'), { output: at('same') })).toEqual({
      objects: 8,
      pictures: 'stored',
    });
    const [before, after] = [await openFolder(at('with-lens')), await openDataset(at('same'))];
    expect(after.camera.fovDegrees).toBeCloseTo(r2n2FovDegrees, 9);
    expect([after.camera.distance, after.imageSize]).toEqual([before.camera.distance, size]);
    const all = await pairs(at('with-lens'), at('same'));
    expect(all).toHaveLength(8);
    for (const { original, back } of all) {
      const names: Record<string, string> = { sofa: 'couch', '../coffee table': '_coffee_table' };
      expect(back.category).toBe(names[original.category] ?? original.category);
      expect(back.views).toHaveLength(24);
      for (const [i, { image, worldToCamera }] of back.views.entries()) {
        expect(isDeepStrictEqual(image.data, original.views[i].image.data)).toBe(true);
        expectClose(worldToCamera!, original.views[i].worldToCamera!, 1e-8);
      }
      const [ours, theirs] = [original, back].map((object) => sampleCamera(object, 5, 9));
      expectClose(theirs, ours, 1e-8);
      const [own, read] = await Promise.all([original, back].map(({ meshFile }) => readMeshData(meshFile!)));
      expect(read.vertices).toEqual(own.vertices);
      expect(read.faces).toEqual(own.faces);
      expect(read.materials.map(({ name }) => name)).toEqual(own.materials.map(({ name }) => name));
      for (const [i, { diffuse }] of read.materials.entries())
        expectClose(diffuse, own.materials[i].diffuse, 1e-5);
    }
  });

  it('is laid out as other readers expect it', async () => {
    const place = '04379243/scopia-table5';
    const rendering = at(`same/ShapeNetRendering/${place}/rendering`);
    const text = (path: string) => readFile(path, 'utf8');
    expect((await text(join(rendering, 'renderings.txt'))).split('\n').slice(0, 2)).toEqual([
      '00.png',
      '01.png',
    ]);
    const rows = (await text(join(rendering, 'rendering_metadata.txt'))).trim().split('\n');
    expect(rows).toHaveLength(24);
    for (const row of rows) {
      const [azimuth, elevation, turn, ratio, constant] = row.split(' ').map(Number);
      expect(azimuth >= 0 && azimuth < 360 && elevation >= 25 && elevation <= 30).toBe(true);
      expect(ratio >= 0.65 && ratio <= 1).toBe(true);
      expect([turn, constant]).toEqual([0, 25]);
    }
    expect(await text(at(`same/ShapeNetCore.v1/${place}/model.obj`))).toMatch(/^mtllib model\.mtl\nv /);
    expect(await text(at(`same/ShapeNetCore.v1/${place}/model.mtl`))).toContain('Kd 0.6 0.4 0.2');
    const splits = JSON.parse(await text(at('same/splits.json')));
    expect(Object.keys(splits)).toEqual(['train', 'val', 'test']);
    const listed = Object.values<Record<string, Record<string, number[]>>>(splits).flatMap((synsets) =>
      Object.entries(synsets).flatMap(([synset, models]) =>
        Object.entries(models).map(([model, views]) => `${synset}/${model} ${views.length}`),
      ),
    );
    expect(listed).toContain(`${place} 24`);
    expect(listed).toHaveLength(8);
    const credits = await text(at('same/ATTRIBUTION.md'));
    expect(credits).toContain('The pictures and meshes in this folder are adaptations');
    expect(credits).toContain('scopia-table5');
  });
});

describe('a data set with another lens', () => {
  it("has its pictures taken anew from the same places, through R2N2's lens, at its size", async () => {
    const result = await exportR2n2(at('ring'), { output: at('anew'), objects: 2 });
    expect(result).toEqual({ objects: 6, pictures: 'anew' });
    const dataset = await openDataset(at('anew'));
    expect([dataset.imageSize, dataset.camera.distance]).toEqual([137, 2]);
    const originals = objectsOf(await openFolder(at('ring')));
    for (const { object } of objectsOf(dataset)) {
      const original = originals.find(({ object: { id } }) => object.id.endsWith(`-${id}`))!.object;
      const { vertices, faces } = await readMeshData(object.meshFile!);
      for (const i of [0, 7, 20]) {
        const { image, worldToCamera } = object.views[i];
        expectClose(worldToCamera!, original.views[i].worldToCamera!, 1e-8);
        const camera = new PerspectiveCamera({ fovDegrees: r2n2FovDegrees, view: worldToCamera });
        const seen = visibleFaces(camera.projectOnHost(Float64Array.from(vertices)), faces, 137).faces;
        const [mesh, picture] = [
          seen.map((face) => +(face >= 0)),
          seen.map((_, p) => +(image.data[4 * p + 3] >= 0.5)),
        ];
        const both = mesh.reduce((sum, value, p) => sum + (value & picture[p]), 0);
        const either = mesh.reduce((sum, value, p) => sum + (value | picture[p]), 0);
        expect(both / either).toBeGreaterThan(0.97);
      }
    }
  });

  it('gets the size that is asked for', async () => {
    await exportR2n2(at('ring'), { output: at('large'), objects: 1, size: 40 });
    expect((await openDataset(at('large'))).imageSize).toBe(40);
    const anew = await exportR2n2(at('with-lens'), { output: at('larger'), objects: 1, size: 40 });
    expect(anew.pictures).toBe('anew');
  });
});

describe('what cannot be exported', () => {
  it('are sets without meshes', async () => {
    const error = await exportR2n2(await datasetFolder('furniture-mini'), { output: at('none') }).catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toBe(
      'furniture-mini has no meshes (it is of version 1 of the format), which the layout of R2N2 has beside its pictures',
    );
    expect(existsSync(at('none'))).toBe(false);
  });

  it('are sizes that no picture has, and folders that are there', async () => {
    await expect(exportR2n2(at('ring'), { output: at('none'), size: 7 })).rejects.toThrow(
      'size is 7, expected an integer from 8 to 1024',
    );
    await expect(exportR2n2(at('ring'), { output: at('with-lens') })).rejects.toThrow('exists already');
  });

  it('are sets with a mesh that is another one, and nothing is left behind', async () => {
    const [{ object }] = objectsOf(await openFolder(at('ring')));
    const file = at(`ring/${meshPath(object.id)}`);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -4));
    const error = await exportR2n2(at('ring'), { output: at('none') }).catch((caught) => caught);
    await writeFile(file, bytes);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(/\.glb: is not the file that dataset\.json describes/);
    expect(existsSync(at('none'))).toBe(false);
  });
});
