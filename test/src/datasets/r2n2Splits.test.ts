// Splits of 3D-R2N2's renderings: by a file, by lists, and as R2N2 itself has them.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { formatSplits, type ModelSplits, readSplits } from '../../../src/datasets/r2n2Splits.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rastergrad-splits-'));
});
afterAll(() => rm(scratch, { recursive: true }));

let count = 0;
/** Splits of folders of these models, with these files beside ShapeNetRendering or in it. */
async function read(models: readonly string[], files: Record<string, string> = {}): Promise<ModelSplits> {
  const folder = join(scratch, `set-${count++}`);
  const renderings = join(folder, 'ShapeNetRendering');
  await mkdir(renderings, { recursive: true });
  for (const model of models) await mkdir(join(renderings, model), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return readSplits(folder, renderings);
}

const namesOf = ({ train, validation, test }: ModelSplits) =>
  [train, validation, test].map((models) => models.map(({ synset, model }) => `${synset}/${model}`));

describe('splits', () => {
  const models = ['02691156/a', '02691156/b', '03001627/c', '03001627/d'];

  it.each(['pix2mesh_splits_val05.json', 'ShapeNetRendering/splits.json'])(
    'are those of %s, of what is there',
    async (name) => {
      const content = {
        train: { '02691156': { b: [0, 1, 2], absent: [0] }, '99999999': { x: [0] } },
        val: { '02691156': { a: [5] } },
        // A model whose views are divided, as eight of the published ones are.
        test: { '02691156': { b: [3, 23] }, '03001627': { c: [0] } },
      };
      expect(await read(models, { [name]: JSON.stringify(content) })).toEqual({
        train: [{ synset: '02691156', model: 'b', views: [0, 1, 2] }],
        validation: [{ synset: '02691156', model: 'a', views: [5] }],
        test: [
          { synset: '02691156', model: 'b', views: [3, 23] },
          { synset: '03001627', model: 'c', views: [0] },
        ],
      });
    },
  );

  it('come back from what is written', async () => {
    const splits: ModelSplits = {
      train: [{ synset: '02691156', model: 'a', views: [0, 1] }],
      validation: [],
      test: [
        { synset: '02691156', model: 'b', views: [1] },
        { synset: '03001627', model: 'c', views: [0, 1] },
      ],
    };
    expect(await read(models, { 'splits.json': formatSplits(splits) })).toEqual(splits);
  });

  it('may be links, as may what they are of', async () => {
    const elsewhere = join(scratch, 'elsewhere');
    await mkdir(join(elsewhere, 'e'), { recursive: true });
    await writeFile(
      join(scratch, 'published.json'),
      '{"test": {"03636649": {"e": [1]}, "02691156": {"a": [0]}}}',
    );
    const folder = join(scratch, 'links');
    const renderings = join(folder, 'ShapeNetRendering');
    await mkdir(join(renderings, '02691156', 'a'), { recursive: true });
    await symlink(elsewhere, join(renderings, '03636649'));
    await symlink(join(scratch, 'absent'), join(renderings, '04256520'));
    await symlink(join(scratch, 'published.json'), join(renderings, 'pix2mesh_splits_val05.json'));
    expect(namesOf(await readSplits(folder, renderings))).toEqual([[], [], ['03636649/e', '02691156/a']]);
  });

  it('are those of lists in the folders of the categories', async () => {
    const splits = await read(models, {
      'ShapeNetRendering/02691156/train.lst': 'b\r\nabsent\n',
      'ShapeNetRendering/02691156/val.lst': '',
      'ShapeNetRendering/02691156/test.lst': 'a\n',
    });
    expect(namesOf(splits)).toEqual([['02691156/b'], [], ['02691156/a']]);
  });

  it("are R2N2's without lists: four fifths of each category in the order of names, the others for tests", async () => {
    const many = Array.from({ length: 52 }, (_, i) => `02691156/m${String(51 - i).padStart(2, '0')}`);
    const splits = await read([...many, '03001627/c', '03001627/d', '03001627/e']);
    const [train, validation, test] = namesOf(splits);
    const expected = many.toSorted();
    expect([...train, ...validation].sort()).toEqual([...expected.slice(0, 41), '03001627/c', '03001627/d']);
    expect(test).toEqual([...expected.slice(41), '03001627/e']);
    expect(validation.length).toBeGreaterThan(0);
    expect(validation.length).toBeLessThan(8);
    expect(namesOf(await read([...many, '03001627/c', '03001627/d', '03001627/e']))).toEqual(namesOf(splits));
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['are JSON', { 'splits.json': '{"train": {' }, /splits\.json: not JSON \(/],
    ['are objects', { 'splits.json': '[]' }, /splits\.json: the content is \[\], expected an object/],
    ['have a split', { 'splits.json': '{"training": {}}' }, /splits\.json: has none of train, val, test/],
    [
      'name categories',
      { 'splits.json': '{"val": ["a"]}' },
      /splits\.json: val is \["a"\], expected an object/,
    ],
    [
      'give views',
      { 'splits.json': '{"test": {"02691156": {"a": "all"}}}' },
      /splits\.json: test\.02691156\.a is "all", expected the numbers/,
    ],
    [
      'give views by whole numbers',
      { 'splits.json': '{"test": {"02691156": {"a": [0, 1.5]}}}' },
      /test\.02691156\.a is \[0,1\.5\], expected the numbers/,
    ],
    [
      'stay in the folder',
      { 'splits.json': '{"test": {"02691156": {"../a": [0]}}}' },
      /test\.02691156\.\.\.\/a is \[0\]/,
    ],
    [
      'are in one file',
      { 'splits.json': '{}', 'ShapeNetRendering/my_splits.json': '{}' },
      /not the only file of splits/,
    ],
    [
      'are of models that are there',
      { 'splits.json': '{"test": {"02691156": {"z": [0]}}}' },
      /has none of the models/,
    ],
    [
      'list names',
      { 'ShapeNetRendering/02691156/test.lst': 'a b\n' },
      /test\.lst: has the row "a b", expected/,
    ],
  ])('%s', async (_, files, problem) => {
    const error = await read(models, files).catch((caught) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(problem);
  });
});
