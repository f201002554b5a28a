import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { pointsPath, viewsPath } from '../../../src/datasets/format.ts';
import { datasetFolder, openDataset, openFolder } from '../../../src/datasets/index.ts';

const original = await datasetFolder('furniture-mini');
const [first, second] = (await openFolder(original)).split('test');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-dataset-'));
  for (const { id } of [first, second]) {
    for (const path of [viewsPath(id), pointsPath(id)]) await cp(join(original, path), join(folder, path));
  }
  await cp(join(original, 'dataset.json'), join(folder, 'dataset.json'));
});
afterEach(() => rm(folder, { recursive: true }));

const opened = async () => (await openFolder(folder)).split('test')[0];

describe('openDataset', () => {
  it('says how to build a data set that is missing, and which there are', async () => {
    await expect(openDataset('cutlery')).rejects.toThrow(
      new ArgumentError(
        'data set "cutlery" is not here; expected one of furniture-mini, furniture-views, furniture, planes, shapenet-core, or a folder with a dataset.json, a train_list.txt, a ShapeNetRendering or a SYNSET/train.lst',
      ),
    );
  });

  it('opens a folder', async () => {
    expect((await opened()).views[0].image.data).toEqual(first.views[0].image.data);
  });
});

describe('openFolder', () => {
  async function expectFileError(act: () => unknown, path: string, problem: RegExp): Promise<void> {
    const error = await Promise.resolve()
      .then(act)
      .then(() => undefined)
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect(error.path).toBe(join(folder, path));
    expect(error.message).toMatch(problem);
    expect(error.message).not.toContain('\n');
  }

  it.each([
    ['not JSON', 'nonsense', /not JSON/],
    ['another version', '{"version": 3}', /has version 3; this program reads versions 1 and 2/],
    ['no version', '[]', /has version undefined/],
  ])('rejects %s', async (_, text, problem) => {
    await writeFile(join(folder, 'dataset.json'), text);
    await expectFileError(() => openFolder(folder), 'dataset.json', problem);
  });

  it('names the field that is wrong', async () => {
    const content = JSON.parse(await readFile(join(original, 'dataset.json'), 'utf8'));
    content.objects[3].split = 'dev';
    await writeFile(join(folder, 'dataset.json'), JSON.stringify(content));
    await expectFileError(() => openFolder(folder), 'dataset.json', /objects\.3\.split: /);
  });

  it('notices a missing folder', async () => {
    await rm(join(folder, 'dataset.json'));
    await expectFileError(() => openFolder(folder), 'dataset.json', /no such file/);
  });

  it("notices missing, cut and exchanged files of an object when it's read", async () => {
    const views = viewsPath(first.id);
    const points = pointsPath(first.id);
    await cp(join(folder, viewsPath(second.id)), join(folder, views));
    await expectFileError(async () => (await opened()).views[0].image, views, /hash differs/);
    await writeFile(join(folder, views), (await readFile(join(original, views))).subarray(0, 500));
    await expectFileError(async () => (await opened()).views[0].image, views, /damaged PNG/);
    await rm(join(folder, views));
    await expectFileError(async () => (await opened()).views[0].image, views, /no such file/);
    await cp(join(folder, pointsPath(second.id)), join(folder, points));
    await expectFileError(async () => (await opened()).points, points, /hash differs/);
    await writeFile(join(folder, points), (await readFile(join(original, points))).subarray(0, 500));
    await expectFileError(async () => (await opened()).normals, points, /./);
  });
});
