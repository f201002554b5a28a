// The run folder: never two runs in one, files whole or not at all, logs that survive being cut off.

import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { JsonLines } from '../../../src/runs/jsonLines.ts';
import { createRun, openRun } from '../../../src/runs/runFolder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'rastergrad-runs-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const openAgain = (file: string) => new JsonLines<ReturnType<typeof step>>(file);
const config = parseConfig({ task: 'train', name: 'a', losses: { edge: { weight: 1 } } });
const step = (number: number) => ({ kind: 'train' as const, step: number, losses: { total: 1 / number } });

describe('a run folder', () => {
  it('loses what a killed process left half written of the run, and nothing else', async () => {
    const run = await createRun({ root, name: 'a' });
    const names = ['results.json', 'checkpoints/best.safetensors', 'diverged/step-000002/step.json'];
    mkdirSync(run.file('diverged', 'step-000002'), { recursive: true });
    mkdirSync(run.file('predictions'));
    for (const name of names) {
      for (const file of [name, `${name}.1b9d6bcd.tmp`]) writeFileSync(run.file(file), '');
    }
    writeFileSync(run.file('predictions', 'a.obj.1b9d6bcd.tmp'), '');
    await run.removeUnfinished();
    const left = readdirSync(run.path, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(left.map((entry) => entry.name).sort()).toEqual(
      ['a.obj.1b9d6bcd.tmp', ...names.map((name) => path.basename(name))].sort(),
    );
  });
});

describe('createRun', () => {
  it('gives every run a folder of its own, also when they start together', async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => createRun({ root, name: 'quick' })));
    const names = runs.map((run) => path.basename(run.path)).sort();
    expect(names).toEqual(['quick', 'quick-2', 'quick-3', 'quick-4', 'quick-5']);
    expect(readdirSync(runs[0].path).sort()).toEqual(['checkpoints', 'meshes', 'pictures']);
  });

  it('says in one line why it cannot write', async () => {
    writeFileSync(path.join(root, 'file'), '');
    const inside = path.join(root, 'file', 'runs');
    await expect(createRun({ root: inside, name: 'a' })).rejects.toThrow(
      `${inside}: a part of the path is not a folder`,
    );
  });

  it.runIf(existsSync('/proc/self'))('gives up where nothing can be made', async () => {
    await expect(createRun({ root: '/proc/rastergrad/runs', name: 'a' })).rejects.toThrow(
      /^\/proc\/rastergrad: (no such file or folder|permission denied)$/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('says in one line that a folder may not be written', async () => {
    chmodSync(root, 0o500);
    await expect(createRun({ root, name: 'a' })).rejects.toThrow(
      `${path.join(root, 'a')}: permission denied`,
    );
    chmodSync(root, 0o700);
  });
});

describe('openRun', () => {
  it('knows a run folder from any other', async () => {
    const none = path.join(root, 'none');
    expect(() => openRun(none)).toThrow(`${none}: no such folder`);
    expect(() => openRun(root)).toThrow(`${root}: not a run folder: it has no config.resolved.yaml`);
    const run = await createRun({ root, name: 'a' });
    await run.writeConfig(config);
    expect(await openRun(run.path).readConfig()).toEqual(config);
  });
});

describe('files of a run', () => {
  it('are read back as written, and absent until then', async () => {
    const run = await createRun({ root, name: 'a' });
    expect(await run.readResults()).toBeUndefined();
    expect(await run.readPictureIndex()).toEqual({ groups: [] });
    const results = { title: 'A', tables: [] };
    await run.writeResults(results);
    expect(await run.readResults()).toEqual(results);
  });

  it('describe the environment without saying who or where', async () => {
    const run = await createRun({ root, name: 'a' });
    await run.writeEnvironment('wasm');
    const environment = await run.readEnvironment();
    expect(environment).toMatchObject({ backend: 'wasm', node: process.versions.node, tfjs: '4.22.0' });
    expect(JSON.stringify(environment)).not.toContain(process.cwd());
  });

  it('that are damaged are named', async () => {
    const run = await createRun({ root, name: 'a' });
    writeFileSync(run.file('results.json'), '{"title": "A"');
    await expect(run.readResults()).rejects.toThrow(/results\.json: not valid JSON: [^\n]+$/);
  });
});

describe('metrics.jsonl', () => {
  it('is appended to, and forgets what came after a step byte for byte', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    expect(metrics.read()).toEqual([]);
    for (const number of [1, 2, 3]) metrics.append(step(number));
    const firstTwo = readFileSync(metrics.path, 'utf8').split('\n').slice(0, 2).join('\n');
    await metrics.truncateAfterStep(2);
    expect(readFileSync(metrics.path, 'utf8')).toBe(`${firstTwo}\n`);
    expect(metrics.read()).toEqual([step(1), step(2)]);
  });

  it('survives a line that was cut off', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    metrics.append(step(1));
    appendFileSync(metrics.path, '{"step":2,"los');
    expect(metrics.read()).toEqual([step(1)]);
    await metrics.truncateAfterStep(5);
    metrics.append(step(2));
    expect(metrics.read()).toEqual([step(1), step(2)]);
  });

  it('is read on from where the last whole line ended', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    expect(metrics.readFrom(0)).toEqual({ entries: [], end: 0 });
    metrics.append(step(1));
    const { entries, end } = metrics.readFrom(0);
    expect(entries).toEqual([step(1)]);
    appendFileSync(metrics.path, '{"step":2,"kind"');
    expect(metrics.readFrom(end)).toEqual({ entries: [], end });
    appendFileSync(metrics.path, ':"train","losses":{"ä":1}}\n');
    const last = { step: 2, kind: 'train', losses: { ä: 1 } };
    expect(metrics.readFrom(end).entries).toEqual([last]);
    expect(metrics.readFrom(metrics.readFrom(end).end).entries).toEqual([]);
  });

  it('goes on in a line of its own after one that was cut off', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    metrics.append(step(1));
    appendFileSync(metrics.path, '{"step":2,"los');
    openAgain(metrics.path).append(step(2));
    expect(metrics.read()).toEqual([step(1), step(2)]);
    writeFileSync(metrics.path, '{"st');
    openAgain(metrics.path).append(step(3));
    expect(metrics.read()).toEqual([step(3)]);
  });

  it('is cut off where it ended before', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    expect(metrics.sync()).toBe(0);
    metrics.truncate(0);
    metrics.append(step(1));
    const size = metrics.sync();
    metrics.append(step(2));
    metrics.truncate(10 * size);
    expect(metrics.read()).toEqual([step(1), step(2)]);
    metrics.truncate(size);
    metrics.append(step(3));
    expect(metrics.read()).toEqual([step(1), step(3)]);
  });

  it('has nothing to forget before its first line', async () => {
    const { metrics } = await createRun({ root, name: 'a' });
    await metrics.truncateAfterStep(0);
    expect(existsSync(metrics.path)).toBe(false);
  });

  it.runIf(existsSync('/dev/full'))('says in one line that the disk is full', async () => {
    expect(() => new JsonLines('/dev/full').append(step(1))).toThrow(
      '/dev/full: no space left on the device',
    );
  });
});
