// Building a large set: in threads, in shards, killed and resumed, on libraries of a few boxes.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArgumentError, FileError } from '../../../../renderer/errors.ts';
import { readMeshData } from '../../../../renderer/io/index.ts';
import { meshPath } from '../../../../src/datasets/format.ts';
import { furniture } from '../../../../src/datasets/furniture.ts';
import { checkDataset, openDataset, readDatasetFile, splitNames } from '../../../../src/datasets/index.ts';
import type { BuildOptions } from '../../../../src/datasets/source.ts';
import { program } from '../../../program.ts';
import { type BoxModel, boxLibrary, writeLibraries } from './boxLibraries.ts';

const boxes = (name: string, widths: readonly number[]): BoxModel[] =>
  widths.map((width, i) => ({ name, file: `${name.toLowerCase()}${i}`, width }));

let root: string;
let source: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-collection-'));
  source = join(root, 'source');
  await writeLibraries(source, {
    'BlendSwap-CC-0': boxLibrary('blendswap-cc-0', boxes('Sofa', [0.4, 0.41, 1, 1.6])),
    'BlendSwap-CC-BY': boxLibrary('blendswap-cc-by', boxes('Chair', [0.3, 0.8, 1.3, 2])),
    KatorLegaz: boxLibrary('katorlegaz', [
      { name: 'Rug', file: 'rug', width: 1, height: 0.001 },
      { name: 'Whatsit', file: 'whatsit', width: 0.2, tags: 'Toy, Kid' },
    ]),
    Scopia: boxLibrary('scopia', boxes('Table', [0.5, 1.1, 1.9])),
    Reallusion: boxLibrary('reallusion', [{ name: 'Boy', file: 'boy', width: 0.25, tags: 'Human, Child' }]),
  });
  await build('whole', { workers: 2 });
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const small = { size: 16, points: 300 };
const build = (output: string, options: Partial<BuildOptions> = {}) =>
  furniture.build({ source, output: join(root, output), ...small, ...options });

/** Hash of every file by its path. */
async function hashesOf(folder: string): Promise<Record<string, string>> {
  const paths = (await readdir(join(root, folder), { recursive: true })).filter((path) =>
    /\.\w+$/.test(path),
  );
  const hashes = paths.sort().map(async (path) => {
    const bytes = await readFile(join(root, folder, path));
    return [path, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}

describe('a large data set', () => {
  it('has cameras, depth maps, points and meshes that agree', async () => {
    const dataset = await openDataset(join(root, 'whole'));
    const objects = splitNames.flatMap((split) => dataset.split(split));
    expect(objects.length).toBe(13);
    expect(await checkDataset(dataset)).toEqual([]);
    for (const { id, views, points, meshFile } of objects.slice(0, 3)) {
      expect(views.length, id).toBe(24);
      expect(points.length).toBe(3 * small.points);
      for (const { image, depth, worldToCamera } of views) {
        for (let pixel = 0; pixel < small.size ** 2; pixel++) {
          const z = depth!.data[pixel];
          if (image.data[4 * pixel + 3] === 1) expect(Math.abs(z + 2)).toBeLessThan(0.5);
          if (image.data[4 * pixel + 3] === 0) expect(z).toBe(0);
        }
        expect(worldToCamera![11]).toBe(-2);
      }
      const { vertices, faces } = await readMeshData(meshFile!);
      expect(faces.length / 3).toBe(12);
      for (let v = 0; v < vertices.length; v += 3) {
        expect(Math.hypot(...vertices.subarray(v, v + 3))).toBeCloseTo(0.5, 5);
      }
    }
  });

  it('has every mesh that is damaged or missing found by a check', async () => {
    const folder = join(root, 'damaged');
    await cp(join(root, 'whole'), folder, { recursive: true });
    const [damaged, missing] = ['scopia-table0', 'scopia-table1'].map((id) => join(folder, meshPath(id)));
    await writeFile(damaged, 'garbage');
    await rm(missing);
    const bad = await checkDataset(await openDataset(folder));
    const reasonOf = Object.fromEntries(bad.map(({ file, reason }) => [file, reason]));
    expect(reasonOf).toEqual({
      [damaged]: expect.stringMatching(/^is not the file that dataset\.json describes/),
      [missing]: 'no such file or folder',
    });
  });

  it('keeps near-twins together, and says what it left out', async () => {
    const { objects } = await readDatasetFile(join(root, 'whole'));
    const [twin, other] = ['blendswap-cc-0-sofa0', 'blendswap-cc-0-sofa1'].map(
      (id) => objects.find((object) => object.id === id)!,
    );
    expect(other.cluster).toBe(twin.cluster);
    expect(other.split).toBe(twin.split);
    expect(new Set(objects.map(({ cluster }) => cluster)).size).toBeGreaterThan(5);
    expect(objects.find(({ id }) => id === 'katorlegaz-whatsit')!.category).toBe('toy');
    const leftOut = JSON.parse(await readFile(join(root, 'whole', 'left-out.json'), 'utf8'));
    expect(leftOut.counts).toEqual({ 'thinner than 0.015 of its length': 1 });
    expect(leftOut.models[0].id).toBe('katorlegaz-rug');
  });

  it('is the same in shards, and is not built again', async () => {
    const parts = await Promise.all(
      [1, 2].map((index) => build('shards', { workers: 1, shard: { index, count: 2 } })),
    );
    expect(parts.every(({ state }) => state === 'part')).toBe(true);
    expect(await readdir(join(root, 'shards'))).not.toContain('dataset.json');
    expect(await build('shards', { workers: 1 })).toEqual({ state: 'built', objects: 13, leftOut: 1 });
    expect(await hashesOf('shards')).toEqual(await hashesOf('whole'));
    const again = await furniture.build({ source: '/nowhere', output: join(root, 'shards'), ...small });
    expect(again).toEqual({ state: 'present', objects: 13, leftOut: 1 });
  }, 120_000);

  it('says what each part lacks', async () => {
    const options = { source, output: join(root, 'parts'), ...small };
    const parts = (await furniture.parts!(options, 5))!;
    expect(parts.source).toBe(source);
    expect([parts.total, await parts.missing()]).toEqual([14, [3, 3, 3, 3, 2]]);
    await build('parts', { shard: { index: 2, count: 5 }, workers: 1 });
    await rm(join(root, 'parts', meshPath('blendswap-cc-0-sofa1')));
    expect(await parts.missing()).toEqual([3, 1, 3, 3, 2]);
    await expect(furniture.parts!({ ...options, size: 32 }, 5)).rejects.toThrow(/built from other size/);
    await expect(furniture.parts!(options, 0)).rejects.toThrow(/number of shards is 0/);
    expect(await furniture.parts!({ ...options, output: join(root, 'whole') }, 5)).toBeUndefined();
  }, 120_000);

  it('killed in the middle and resumed is the same', async () => {
    const output = join(root, 'killed');
    await killAfter(await startBuild(output), async () => {
      const files = await readdir(join(output, 'objects')).catch(() => []);
      return files.filter((file) => file.endsWith('.json')).length >= 3;
    });
    expect(await readdir(output)).not.toContain('dataset.json');
    // What a kill in the middle of a file leaves.
    await writeFile(join(output, 'objects', 'scopia-table0.png.0b5a.tmp'), 'half a');
    const seen: number[] = [];
    await furniture.build(
      { source, output, ...small },
      { onProgress: ({ done, total }) => seen.push(done / total) },
    );
    expect(seen[0]).toBeGreaterThan(3 / 14);
    expect(await hashesOf('killed')).toEqual(await hashesOf('whole'));
  }, 120_000);

  it('is another one with other cameras, each object with its own', async () => {
    await build('r2n2', { rig: 'r2n2', size: 8, points: 10 });
    const dataset = await openDataset(join(root, 'r2n2'));
    const [a, b] = dataset.split('train');
    const distances = a.views.map(({ worldToCamera }) => -worldToCamera![11]);
    expect(Math.min(...distances)).toBeGreaterThan(1.13);
    expect(Math.max(...distances)).toBeLessThan(1.751);
    expect(new Set(distances).size).toBeGreaterThan(20);
    expect(b.views[0].worldToCamera).not.toEqual(a.views[0].worldToCamera);
    expect(a.cameraDistance).toBe(dataset.camera.distance);
  }, 120_000);

  it('names what stands in its way', async () => {
    const refused = async (
      options: Partial<BuildOptions>,
      kind: new (...p: never[]) => Error,
      problem: RegExp,
    ) => {
      const attempt = build('whole', options);
      await expect(attempt).rejects.toThrow(problem);
      await expect(attempt).rejects.toBeInstanceOf(kind);
    };
    await refused({ size: 32 }, FileError, /built from other size \(16 there, 32 asked for\)/);
    await refused({ rig: 'dvr' }, FileError, /other rig \(ring there, dvr asked for\)/);
    await refused({ liveries: 2 }, ArgumentError, /liveries is 2, but the models of furniture have none/);
    await refused(
      { shard: { index: 3, count: 2 } },
      ArgumentError,
      /the shard is 3, expected .* from 1 to 2/,
    );
    await refused({ workers: 0 }, ArgumentError, /workers is 0/);
    await mkdir(join(root, 'mine'));
    await writeFile(join(root, 'mine', 'thesis.tex'), '');
    await expect(build('mine')).rejects.toThrow(/mine: holds thesis\.tex, which is no part of a data set/);
    await expect(build('unsourced', { source: join(root, 'gone') })).rejects.toThrow(/gone: no such file/);
  });

  it.runIf(existsSync('/proc/self'))('gives up where no folder can be made', async () => {
    const attempt = furniture.build({ source, output: '/proc/rastergrad/set', ...small });
    await expect(attempt).rejects.toThrow(/^\/proc\/rastergrad: no such file or folder$/);
  });
});

async function startBuild(output: string): Promise<ChildProcess> {
  const options = ['--size', String(small.size), '--points', String(small.points), '--workers', '1'];
  return spawn(
    process.execPath,
    [...program, 'dataset', 'build', 'furniture', '--source', source, '-o', output, ...options],
    { stdio: 'ignore' },
  );
}

/** Kills a process as soon as `reached`, with no chance to tidy up. */
async function killAfter(child: ChildProcess, reached: () => Promise<boolean>): Promise<void> {
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  while (child.exitCode === null && !(await reached())) await new Promise((next) => setTimeout(next, 10));
  child.kill('SIGKILL');
  await ended;
}
