// Whole runs on a folder in the layout of ShapeNetP2M: pictures of other sizes, bad files, and no cameras.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { datasetFolder, exportShapenetP2m, openDataset, splitNames } from '../../src/datasets/index.ts';
import { runExperiment } from '../../src/experiments/index.ts';
import { useTestBackend } from '../backend.ts';

await useTestBackend();

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-p2m-run-'));
  data = path.join(folder, 'data');
  await exportShapenetP2m(await datasetFolder('furniture-mini'), { output: data, objects: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

/** A run of three steps; its notes, and what is in its folder. */
async function run(dataset: object, fields: Record<string, unknown> = {}) {
  const notes: string[] = [];
  const config = parseConfig({
    task: 'train',
    name: 'tiny',
    dataset: { name: data, ...dataset },
    model: { imageSize: 24, encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 } },
    renderer: { imageSize: 16 },
    losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } },
    training: { steps: 3, batchSize: 2 },
    evaluation: { views: 2, points: 100 },
    report: { objects: 1 },
    ...fields,
  });
  const result = await runExperiment(config as Parameters<typeof runExperiment>[0], {
    output: path.join(folder, 'runs'),
    observer: { onNote: (note) => notes.push(note) },
  });
  const file = (name: string) => readFile(path.join(result.folder, name), 'utf8').catch(() => '');
  const weights = await readFile(path.join(result.folder, 'checkpoints', 'best.safetensors')).catch(() => '');
  return {
    notes,
    metrics: await file('metrics.jsonl'),
    bad: await file('bad-samples.jsonl'),
    weights,
    result,
  };
}

describe('a run on ShapeNetP2M', () => {
  it('resizes pictures, says so, and comes to the same with any number of threads', async () => {
    const none = await run({ workers: 0 });
    // Pictures for the report are not what threads could change.
    const one = await run({ workers: 1 }, { report: { objects: 0 } });
    const two = await run({ workers: 2 }, { report: { objects: 0 } });
    expect(none.result.finished).toBe(true);
    expect(none.notes).toContain(
      'The pictures of data, 64 × 64, are resized to 24 × 24 (model.imageSize) and 16 × 16 (renderer.imageSize)',
    );
    expect(none.metrics.split('\n')).toHaveLength(6);
    for (const { metrics, weights } of [one, two]) {
      expect(metrics).toBe(none.metrics);
      expect(weights).toEqual(none.weights);
    }
    expect(none.weights.length).toBeGreaterThan(1000);
    expect(none.bad).toBe('');
  });

  it('stops at a bad file, or skips it and says which', async () => {
    const objects = await openDataset(data).then((set) => splitNames.flatMap((name) => set.split(name)));
    const files = objects.map(({ id }) =>
      path.join(data, id.slice(0, 8), id.slice(9), 'rendering', '05.dat'),
    );
    const contents = await Promise.all(files.map((file) => readFile(file)));
    for (const file of files) await writeFile(file, 'cos\nsystem\n.');
    await expect(run({}, { training: { steps: 16, batchSize: 2 } })).rejects.toThrow(
      /05\.dat: at byte \d+: refers to "os\.system"/,
    );
    const { result, bad, notes } = await run(
      { onBadSample: 'skip' },
      { training: { steps: 8, batchSize: 2 } },
    );
    expect(result.finished).toBe(true);
    const listed = bad
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; reason: string });
    expect(listed.length).toBeGreaterThan(0);
    expect(new Set(listed.map(({ file }) => file)).size).toBe(listed.length);
    for (const { file, reason } of listed) {
      expect(files).toContain(file);
      expect(reason).toMatch(/refers to "os\.system"/);
    }
    expect(notes.at(-1)).toBe(
      `${listed.length} bad files were skipped; ${path.join(result.folder, 'bad-samples.jsonl')} says which, and why`,
    );
    for (const [i, file] of files.entries()) await writeFile(file, contents[i]);
  });

  it('needs no cameras where the input view alone supervises, and says that it does otherwise', async () => {
    const objects = await openDataset(data).then((set) => splitNames.flatMap((name) => set.split(name)));
    for (const { id } of objects) {
      await rm(path.join(data, id.slice(0, 8), id.slice(9), 'rendering', 'rendering_metadata.txt'));
    }
    await expect(run({})).rejects.toThrow(
      /^supervision\.views is 2, but the pictures of data come without cameras .*: only the input view can supervise$/,
    );
    await expect(
      run({}, { supervision: { views: 1 }, training: { steps: 1, bestBy: 'iouUnseen' } }),
    ).rejects.toThrow(/^training\.bestBy is iouUnseen, but the pictures of data come without cameras /);
    const { result } = await run({}, { supervision: { views: 1 } });
    expect(result.finished).toBe(true);
  });
});
