// The whole build, on libraries of a few boxes.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../../renderer/errors.ts';
import { openFolder, readDatasetFile } from '../../../../src/datasets/folder.ts';
import { furnitureMini } from '../../../../src/datasets/furnitureMini.ts';
import { furnitureViews } from '../../../../src/datasets/furnitureViews.ts';
import { boxLibrary, writeLibraries } from './boxLibraries.ts';

const blendSwapNotice = `Thank you for downloading "Long Sofa" by Joe
Released under
Creative Commons Attribution 3.0
Downloaded from http://www.blendswap.com/blends/view/89509`;

const upright = '0 1 0 -1 0 0 0 0 1';

let root: string;
let source: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-build-'));
  source = join(root, 'source');
  await writeLibraries(source, {
    'BlendSwap-CC-0': boxLibrary('blendswap-cc-0', [
      { name: 'Sofa', file: 'sofa', width: 1, notice: blendSwapNotice },
      { name: 'Table fan', file: 'tableFan', width: 1 },
    ]),
    'BlendSwap-CC-BY': boxLibrary('blendswap-cc-by', [{ name: 'Chair', file: 'chair', width: 0.3 }]),
    KatorLegaz: boxLibrary('katorlegaz', [
      { name: 'Desk lamp', file: 'lamp', width: 0.1, rotation: upright },
    ]),
    Scopia: boxLibrary('scopia', [{ name: 'Table', file: 'table', width: 1.9 }]),
  });
});
afterAll(() => rm(root, { recursive: true }));

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => /\.\w+$/.test(path)).sort();
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const)),
  );
}

const build = (output: string, from = source) =>
  furnitureMini.build({ source: from, output: join(root, output) });

describe('building furniture data sets', () => {
  it('twice gives the same bytes, readable, with licences and origins', async () => {
    expect((await build('a')).objects).toBe(4);
    expect((await build('b')).objects).toBe(4);
    const files = await filesOf(join(root, 'a'));
    expect([...files.keys()].length).toBe(2 + 2 * 4);
    expect(await filesOf(join(root, 'b'))).toEqual(files);

    const { objects } = await readDatasetFile(join(root, 'a'));
    expect(objects.map(({ id, category }) => [id, category])).toEqual([
      ['blendswap-cc-0-sofa', 'sofa'],
      ['blendswap-cc-by-chair', 'chair'],
      ['katorlegaz-lamp', 'lamp'],
      ['scopia-table', 'table'],
    ]);
    const [sofa, chair] = objects;
    expect(chair.creator).toBe('Jörg');
    // A model's own licence file counts for more than its library's.
    expect(sofa.license).toBe('CC-BY-3.0');
    expect(sofa.origin.title).toBe('Long Sofa');
    expect(sofa.origin.url).toBe('http://www.blendswap.com/blends/view/89509');
  });

  it('brings models into the frame: turned upright, bounding sphere of radius 0.5', async () => {
    await build('c');
    const dataset = await openFolder(join(root, 'c'));
    const object = (['train', 'validation', 'test'] as const)
      .flatMap((name) => dataset.split(name))
      .find(({ id }) => id === 'katorlegaz-lamp')!;
    const extent = [0, 1, 2].map((k) =>
      object.points.reduce((most, value, i) => (i % 3 === k ? Math.max(most, Math.abs(value)) : most), 0),
    );
    // Half sizes 0.1, 0.5, 2, of which the rotation exchanges the first two.
    const scale = 0.5 / Math.hypot(0.1, 0.5, 2);
    [0.5, 0.1, 2].forEach((half, k) => {
      expect(extent[k]).toBeCloseTo(half * scale, 2);
    });
  });

  it('reports progress', async () => {
    const seen: string[] = [];
    await furnitureMini.build(
      { source, output: join(root, 'd') },
      { onProgress: ({ done, total, id }) => seen.push(`${done}/${total} ${id}`) },
    );
    expect(seen.at(-1)).toBe('4/4 scopia-table');
  });

  async function expectFileError(promise: Promise<unknown>, problem: RegExp): Promise<void> {
    await expect(promise).rejects.toThrow(FileError);
    await expect(promise).rejects.toThrow(problem);
    await expect(promise).rejects.not.toThrow('\n');
  }

  it('names a source that is missing, wrong or incomplete, and an output that exists', async () => {
    await expectFileError(build('e', join(root, 'nowhere')), /nowhere: no such file or folder/);
    const empty = join(root, 'empty');
    await mkdir(empty);
    await expectFileError(build('e', empty), /empty: holds no \.sh3f furniture libraries/);
    await writeFile(join(empty, 'Scopia.sh3f'), '');
    await expectFileError(
      build('e', empty),
      /has no BlendSwap-CC-0\.sh3f, BlendSwap-CC-BY\.sh3f, KatorLegaz/,
    );
    await expectFileError(build('source'), /source: exists already/);
  });

  it('names a model that the libraries lack', async () => {
    const building = furnitureViews.build({ source, output: join(root, 'views') });
    await expectFileError(building, /source: its catalogues do not list the model "blendswap-cc-0-chair2"/);
  });

  it('names a library that is cut short, and leaves nothing behind', async () => {
    const broken = join(root, 'broken');
    await mkdir(broken);
    for (const [name, bytes] of await filesOf(source)) {
      const cut = name === 'Scopia.sh3f' ? bytes.subarray(0, bytes.length / 2) : bytes;
      await writeFile(join(broken, name), cut);
    }
    const before = await readdir(root);
    await expectFileError(build('f', broken), /Scopia\.sh3f: damaged or cut short/);
    expect(await readdir(root)).toEqual(before);
  });
});
