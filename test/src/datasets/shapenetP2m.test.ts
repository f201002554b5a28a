// Look-alikes of ShapeNetP2M, made of furniture-mini, and lists of its size.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { resizeImage } from '../../../renderer/io/index.ts';
import {
  BadSamples,
  checkDataset,
  type Dataset,
  datasetFolder,
  exportShapenetP2m,
  openDataset,
  r2n2FovDegrees,
  r2n2WorldToCamera,
  splitNames,
  toSample,
} from '../../../src/datasets/index.ts';
import { type Sample, sampleSurface } from '../../../src/datasets/sample.ts';
import { encodePickle, NumpyArray } from '../../../src/tensor/pickle.ts';
import { Random } from '../../../src/tensor/random.ts';
import { ExampleOrder } from '../../../src/training/exampleOrder.ts';

let scratch: string;
let exported: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'rastergrad-p2m-'));
  exported = path.join(scratch, 'exported');
  await exportShapenetP2m(await datasetFolder('furniture-mini'), { output: exported, objects: 3 });
});
afterAll(() => rm(scratch, { recursive: true }));

let copies = 0;
/** A copy of the exported data set to be damaged. */
async function copy(): Promise<string> {
  const folder = path.join(scratch, `copy-${copies++}`);
  await cp(exported, folder, { recursive: true });
  return folder;
}

/** A folder of lists and little else. */
async function lists(files: Record<string, string>): Promise<string> {
  const folder = path.join(scratch, `lists-${copies++}`);
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}

const ids = (dataset: Dataset) =>
  splitNames.map((name) => dataset.split(name).map(({ id, views }) => `${id} ${views.length}`));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  expect(worst).toBeLessThan(tolerance);
}

describe('a data set exported as ShapeNetP2M', () => {
  it('comes back with the same pictures, points, normals and cameras, in the unit of Pixel2Mesh', async () => {
    const [original, back] = [await openDataset('furniture-mini'), await openDataset(exported)];
    expect(back.imageSize).toBe(64);
    expect(back.camera).toEqual({ fovDegrees: 30, distance: 2 * 0.57 });
    expect([original.pixel2meshScale, back.pixel2meshScale]).toEqual([0.57, 1]);
    for (const split of splitNames) {
      expect(back.split(split)).toHaveLength(3);
      for (const object of back.split(split)) {
        const source = original.split(split).find(({ id }) => object.id.endsWith(`-${id}`))!;
        expect(object.category).toBe(source.category === 'sofa' ? 'couch' : source.category);
        for (const mirror of [false, true]) {
          const [a, b] = [object, source].map((one) => toSample(one, 3, [3, 0, 6], { mirror }));
          expectClose(
            a.points,
            b.points.map((value) => 0.57 * value),
            2e-7,
          );
          expectClose(a.normals!, b.normals!, 2e-7);
          for (const [i, view] of [a.input, ...a.supervision].entries()) {
            const truth = [b.input, ...b.supervision][i];
            expect(isDeepStrictEqual(view.image.data, truth.image.data)).toBe(true);
            const scaled = truth.objectToCamera.map((value, k) =>
              k % 4 === 3 && k < 12 ? 0.57 * value : value,
            );
            expectClose(view.objectToCamera, scaled, 1e-9);
          }
        }
      }
    }
  });

  it('credits its models, and no others', async () => {
    const text = await readFile(path.join(exported, 'ATTRIBUTION.md'), 'utf8');
    const models = ids(await openDataset(exported)).flat();
    const rows = text.split('\n').filter((line) => /^\| (?!id|---)/.test(line));
    expect(rows).toHaveLength(models.length);
    expect(text).toContain('creativecommons.org');
  });

  it('names a camera that rendering_metadata.txt has no words for', async () => {
    const folder = path.join(scratch, 'shifted');
    await mkdir(folder);
    const source = path.resolve(await datasetFolder('furniture-mini'));
    await symlink(path.join(source, 'objects'), path.join(folder, 'objects'));
    const content = JSON.parse(await readFile(path.join(source, 'dataset.json'), 'utf8'));
    content.views[2].worldToCamera[3] = 0.1;
    await writeFile(path.join(folder, 'dataset.json'), JSON.stringify(content));
    const output = path.join(scratch, 'none');
    await expect(exportShapenetP2m(folder, { output, objects: 1 })).rejects.toThrow(
      /^view 2 of [\w.-]+: worldToCamera is not that of an upright camera .*, which is all that rendering_metadata\.txt can say$/,
    );
    expect(existsSync(output)).toBe(false);
  });

  it('is not written over anything', async () => {
    await expect(
      exportShapenetP2m(await datasetFolder('furniture-mini'), { output: exported }),
    ).rejects.toThrow(`${exported}: exists already`);
  });
});

describe('lists', () => {
  const row = (model: string, number: string) => `Data/ShapeNetP2M/${model}/rendering/${number}.dat`;

  it('say what there is, by their last four parts, each row once', async () => {
    const folder = await lists({
      'train_list.txt': `${row('04256520/a-1', '00')}\r\n\n${row('02691156/b', '07')}\n${row('04256520/a-1', '03')}\n${row('04256520/a-1', '00')}`,
      'validation_list.txt': '03001627/c/rendering/23.dat\n',
      'test_list.txt': `${row('99999999/d', '10')}\n`,
    });
    const dataset = await openDataset(folder);
    expect(ids(dataset)).toEqual([['04256520-a-1 2', '02691156-b 1'], ['03001627-c 1'], ['99999999-d 1']]);
    const categories = splitNames.flatMap((name) => dataset.split(name).map(({ category }) => category));
    expect(categories).toEqual(['couch', 'plane', 'chair', '99999999']);
    expect(dataset.camera).toEqual({ fovDegrees: r2n2FovDegrees, distance: 0.8 });
  });

  it.each([
    '04256520/a/00.dat',
    'x/04256520/a/rendering/00.png',
    '04256520/../rendering/00.dat',
    'rendering/00.dat',
  ])('do not hold "%s"', async (line) => {
    const folder = await lists({ 'test_list.txt': `${row('1/a', '00')}\n${line}\n` });
    const error = await openDataset(folder).catch((caught) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(
      `${path.join(folder, 'test_list.txt')}:2: is "${line}", expected …/SYNSET/MODEL/rendering/NN.dat`,
    );
  });

  it('leave validation to a hash: one model in twenty, whatever else is on the list', async () => {
    const models = Array.from({ length: 2000 }, (_, i) => row(`02691156/m${i}`, '00'));
    const all = await openDataset(await lists({ 'train_list.txt': models.join('\n') }));
    const half = await openDataset(
      await lists({ 'train_list.txt': models.slice(1000).reverse().join('\n') }),
    );
    const [train, validation, test] = ids(all);
    expect(test).toEqual([]);
    expect(train.length + validation.length).toBe(2000);
    expect(validation.length).toBeGreaterThan(70);
    expect(validation.length).toBeLessThan(130);
    for (const id of ids(half)[1]) expect(validation).toContain(id);
    const few = await openDataset(await lists({ 'train_list.txt': models.slice(0, 3).join('\n') }));
    expect(ids(few).map((part) => part.length)).toEqual([2, 1, 0]);
  });

  it('open in a moment when they are as long as the published ones', async () => {
    const rows = Array.from({ length: 175_132 }, (_, i) =>
      row(`02691156/${(i / 5) | 0}0123456789abcdef0123456789abcdef`, String(i % 5).padStart(2, '0')),
    );
    const folder = await lists({ 'train_list.txt': rows.join('\n') });
    const before = process.memoryUsage().heapUsed;
    // Of the processor, not of the clock: other tests run beside.
    const began = process.cpuUsage();
    const dataset = await openDataset(folder);
    expect(process.cpuUsage(began).user).toBeLessThan(5e6);
    expect(dataset.split('train').length + dataset.split('validation').length).toBe(35_027);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
  });
});

describe('camera.json', () => {
  it.each([
    ['nonsense', /camera\.json: not JSON/],
    ['{"fovDegrees": 30}', /camera\.json: distance: /],
    ['{"fovDegrees": 200, "distance": 1}', /camera\.json: fovDegrees: /],
  ])('is not %s', async (text, problem) => {
    const folder = await copy();
    await writeFile(path.join(folder, 'camera.json'), text);
    await expect(openDataset(folder)).rejects.toThrow(problem);
  });
});

describe('cameras at different distances', () => {
  // Two cameras, one point in the world: p' = Rp + t is where each must see it.
  const cameras = [
    { azimuthDegrees: 40, elevationDegrees: 25, distance: 0.71 },
    { azimuthDegrees: 215, elevationDegrees: -10, distance: 0.93 },
  ];
  const matrices = cameras.map(r2n2WorldToCamera);
  const world = [
    [0.1, 0.2, -0.15],
    [-0.05, 0, 0.2],
  ];
  const seen = (m: readonly number[], [x, y, z]: readonly number[]) =>
    [0, 4, 8].map((k) => m[k] * x + m[k + 1] * y + m[k + 2] * z + m[k + 3]);

  let folder: string;
  beforeEach(async () => {
    folder = await copy();
    const rendering = path.join(folder, '03001627', 'made', 'rendering');
    await mkdir(rendering, { recursive: true });
    const [some] = (await openDataset(exported)).split('train');
    const [synset, ...rest] = some.id.split('-');
    const source = path.join(exported, synset, rest.join('-'), 'rendering');
    for (const [i, matrix] of matrices.entries()) {
      const points = Float32Array.from(world.flatMap((point) => seen(matrix, point)));
      await cp(path.join(source, '00.png'), path.join(rendering, `0${i}.png`));
      await writeFile(
        path.join(rendering, `0${i}.dat`),
        encodePickle(new NumpyArray([2, 3], 'float32', points)),
      );
    }
    const rows = cameras.map(
      ({ azimuthDegrees: a, elevationDegrees: e, distance: d }) => `${a} ${e} 0 ${d} 25`,
    );
    await writeFile(path.join(rendering, 'rendering_metadata.txt'), rows.join('\n'));
    await writeFile(
      path.join(folder, 'train_list.txt'),
      '03001627/made/rendering/00.dat\n03001627/made/rendering/01.dat\n',
    );
    await writeFile(path.join(folder, 'validation_list.txt'), '');
    await rm(path.join(folder, 'camera.json'));
  });

  it.each([false, true])('see the surface where it is (mirror: %s)', async (mirror) => {
    const [object] = (await openDataset(folder)).split('train');
    const side = mirror ? -1 : 1;
    for (const input of [0, 1]) {
      const sample = toSample(object, input, [0, 1], { mirror });
      expect(sample.normals).toBeUndefined();
      for (const [i, point] of world.entries()) {
        const inSample = [...sample.points.subarray(3 * i, 3 * i + 3)];
        const inCamera = seen(matrices[input], point);
        // The sample's frame is the camera's, 0.8 further back.
        expectClose(inSample, [side * inCamera[0], inCamera[1], inCamera[2] + 0.8], 1e-6);
        for (const [view, { objectToCamera }] of sample.supervision.entries()) {
          const [x, y, z] = seen(matrices[view], point);
          expectClose(seen(objectToCamera, inSample), [side * x, y, z], 1e-6);
        }
      }
      const fixed = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -0.8, 0, 0, 0, 1];
      expectClose(sample.input.objectToCamera, fixed, 1e-12);
    }
  });

  it('may be unknown, where only the input view supervises', async () => {
    await rm(path.join(folder, '03001627', 'made', 'rendering', 'rendering_metadata.txt'));
    const [object] = (await openDataset(folder)).split('train');
    const sample = toSample(object, 1, [1]);
    expect(sample.supervision[0].objectToCamera).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -0.8, 0, 0, 0, 1]);
    expect(() => toSample(object, 1, [1, 0])).toThrow(ArgumentError);
    expect(() => toSample(object, 1, [1, 0])).toThrow(
      'view 0 of 03001627-made has no camera, so that only the input view can supervise (supervision.views: 1)',
    );
  });

  it('have a row for every picture', async () => {
    const file = path.join(folder, '03001627', 'made', 'rendering', 'rendering_metadata.txt');
    await writeFile(file, '40 25 0 0.71 25\n');
    const [object] = (await openDataset(folder)).split('train');
    expect(() => toSample(object, 0, [0, 1])).toThrow(`${file}: has 1 rows, and no camera of picture 01`);
  });
});

describe('files', () => {
  const first = async (folder: string) => (await openDataset(folder, { workers: 0 })).split('train')[0];
  const inFolder = (folder: string, id: string, file: string) =>
    path.join(folder, id.slice(0, 8), id.slice(9), 'rendering', file);

  it.each<[string, NumpyArray | string, RegExp]>([
    ['no pickle', 'abc', /at byte 1: |is not a pickle/],
    ['a call of another function', 'cos\nsystem\n(S"true"\ntR.', /refers to "os\.system"/],
    ['no array', '(lp0\n.', /holds no array/],
    ['other columns', new NumpyArray([2, 4], 'float32', new Float32Array(8)), /float32 \[2, 4\], expected/],
    ['integers', new NumpyArray([2, 3], 'int32', new Int32Array(6)), /int32 \[2, 3\], expected/],
    ['no points', new NumpyArray([0, 6], 'float32', new Float32Array()), /float32 \[0, 6\], expected/],
    ['no numbers', new NumpyArray([2, 3], 'float64', Float64Array.of(0, 0, 0, 0, NaN, 0)), /row 1 holds NaN/],
  ])('with %s are named', async (_, content, problem) => {
    const folder = await copy();
    const { id } = await first(folder);
    const file = inFolder(folder, id, '02.dat');
    await writeFile(file, typeof content === 'string' ? content : encodePickle(content));
    const object = await first(folder);
    expect(() => object.views[2].surface).toThrow(FileError);
    expect(() => object.views[2].surface).toThrow(problem);
    expect(() => sampleSurface(object, 2)).toThrow(file);
  });

  it('that are damaged pictures, or missing, are named', async () => {
    const folder = await copy();
    const { id } = await first(folder);
    const [cut, missing] = ['00.png', '01.png'].map((name) => inFolder(folder, id, name));
    await writeFile(cut, (await readFile(cut)).subarray(0, 60));
    await rm(missing);
    const object = await first(folder);
    expect(() => object.views[0].image).toThrow(`${cut}: damaged PNG`);
    expect(() => object.views[1].image).toThrow(`${missing}: no such file`);
  });

  it('are all found by a check, each once, with the reason', async () => {
    const folder = await copy();
    const { id } = await first(folder);
    const files = ['00.png', '03.dat', 'rendering_metadata.txt'].map((name) => inFolder(folder, id, name));
    for (const file of files) await writeFile(file, 'x');
    for (const workers of [0, 2]) {
      const dataset = await openDataset(folder, { workers });
      let last = [0, 0];
      const bad = await checkDataset(dataset, (done, total) => {
        last = [done, total];
      });
      await dataset.close();
      expect(last).toEqual([72, 72]);
      expect(bad.map(({ file }) => file.replace(/:\d+$/, '')).sort()).toEqual([...files].sort());
      expect(bad.find(({ file }) => file === files[0])!.reason).toMatch(/damaged PNG/);
    }
    expect(await checkDataset(await openDataset(exported))).toEqual([]);
  });

  it('are read ahead by threads: afterwards nothing is read', async () => {
    const folder = await copy();
    const dataset = await openDataset(folder, { workers: 2 });
    const [object] = dataset.split('test');
    const expected = (await openDataset(exported)).split('test')[0];
    await object.prefetch!({ pictures: [{ view: 1 }, { view: 2, size: 24 }], surfaces: [1] });
    await rm(inFolder(folder, object.id, ''), { recursive: true });
    expect(object.views[1].image.data).toEqual(expected.views[1].image.data);
    expect(object.views[2].imageAt!(24)).toEqual(resizeImage(expected.views[2].image, 24, 24));
    expect(object.views[1].surface).toEqual(expected.views[1].surface);
    expect(() => object.views[3].image).toThrow(FileError);
    await dataset.close();
  });

  it('that are bad do not stop reading ahead', async () => {
    const dataset = await openDataset(await copy(), { workers: 1 });
    const [object] = dataset.split('test');
    await rm(inFolder(path.join(scratch, `copy-${copies - 1}`), object.id, '00.png'));
    await object.prefetch!({ pictures: [{ view: 0 }, { view: 1 }], surfaces: [0] });
    expect(() => object.views[0].image).toThrow(/00\.png: no such file/);
    await dataset.close();
  });
});

describe('picture sizes', () => {
  it.each(['furniture-mini', 'the exported one'])('can be chosen for %s', async (which) => {
    const name = which === 'furniture-mini' ? which : exported;
    const [plain, small] = [await openDataset(name), await openDataset(name, { imageSize: 40 })];
    expect([small.imageSize, small.storedImageSize]).toEqual([40, 64]);
    const [a, b] = [plain, small].map((dataset) => dataset.split('test')[1]);
    expect(b.views[2].image).toEqual(resizeImage(a.views[2].image, 40, 40));
    const sample = toSample(b, 0, [0, 4], { supervisionSize: 96 });
    expect(sample.input.image.shape).toEqual([40, 40, 4]);
    expect(sample.supervision[1].image).toEqual(resizeImage(a.views[4].image, 96, 96));
  });
});

/** Tells samples apart by every number in them. */
function digest({ id, input, supervision, points, normals }: Sample): string {
  const hash = createHash('sha256').update(id).update(points).update(normals!);
  for (const { image, objectToCamera } of [input, ...supervision]) {
    hash.update(image.data).update(Float64Array.from(objectToCamera));
  }
  return hash.digest('hex');
}

describe('training', () => {
  const options = { batchSize: 2, views: 2, mirror: true, supervisionSize: 16 };

  /** The samples of eight steps, and the bad files that were met. */
  async function steps(folder: string, { workers = 0, cacheMegabytes = 64, from = 1 } = {}) {
    const dataset = await openDataset(folder, { workers, cacheMegabytes, imageSize: 24 });
    const badSamples = new BadSamples('skip');
    const bad: string[] = [];
    badSamples.listen(({ file, reason }) => bad.push(`${path.relative(folder, file)}: ${reason}`));
    const order = new ExampleOrder(dataset.split('train'), { ...options, badSamples }, new Random(5));
    const samples: string[][] = [];
    for (let step = from; step <= 8; step++) {
      await order.prefetch(step);
      samples.push(order.step(step).samples.map(digest));
    }
    await dataset.close();
    return { samples, bad };
  }

  it('sees the same samples with any number of threads, and with hardly any cache', async () => {
    const folder = await copy();
    const expected = await steps(folder);
    expect(expected.bad).toEqual([]);
    expect(await steps(folder, { workers: 1 })).toEqual(expected);
    expect(await steps(folder, { workers: 3 })).toEqual(expected);
    expect(await steps(folder, { workers: 2, cacheMegabytes: 0 })).toEqual(expected);
  });

  it('takes the next sample for a bad one, the same after a resume, and lists each bad file once', async () => {
    const folder = await copy();
    const whole = await steps(folder);
    const objects = (await openDataset(folder)).split('train');
    const bad = objects.flatMap(({ id }) =>
      ['01.png', '04.dat'].map((name) => path.join(id.slice(0, 8), id.slice(9), 'rendering', name)),
    );
    for (const file of bad) await rm(path.join(folder, file));
    const skipped = await steps(folder);
    expect(skipped.bad.length).toBeGreaterThan(2);
    expect(new Set(skipped.bad).size).toBe(skipped.bad.length);
    for (const line of skipped.bad) expect(bad).toContain(line.replace(/: no such file or folder$/, ''));
    // Of 16 samples some have a bad file and are replaced; the others are what they were.
    const [before, after] = [whole, skipped].map(({ samples }) => samples.flat());
    expect(after).toHaveLength(16);
    const kept = after.filter((sample, i) => sample === before[i]).length;
    expect(kept).toBeGreaterThan(3);
    expect(kept).toBeLessThan(16);
    expect(await steps(folder, { workers: 3 })).toEqual(skipped);
    expect((await steps(folder, { from: 5 })).samples).toEqual(skipped.samples.slice(4));
  });

  it('stops at a bad file unless told to skip, and when there is nothing else', async () => {
    const folder = await copy();
    const dataset = await openDataset(folder);
    const objects = dataset.split('train');
    for (const { id } of objects) {
      for (let i = 0; i < 8; i++) {
        await rm(path.join(folder, id.slice(0, 8), id.slice(9), 'rendering', `0${i}.dat`));
      }
    }
    const stopping = new ExampleOrder(objects, { ...options, badSamples: dataset.badSamples }, new Random(5));
    expect(() => stopping.step(1)).toThrow(/\d\d\.dat: no such file or folder$/);
    const badSamples = new BadSamples('skip');
    const skipping = new ExampleOrder(objects, { ...options, badSamples }, new Random(5));
    expect(() => skipping.step(1)).toThrow('no training sample can be read');
    expect(badSamples.count).toBe(24);
  });
});
