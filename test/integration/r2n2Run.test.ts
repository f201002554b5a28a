// Whole runs on a look-alike of 3D-R2N2's renderings, whose points are taken from meshes while the run is at work.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { runExperiment } from '../../src/experiments/index.ts';
import { useTestBackend } from '../backend.ts';
import { lopsided, writeLookAlike } from '../src/datasets/r2n2LookAlike.ts';

await useTestBackend();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-r2n2-run-'));
  const models = Array.from({ length: 5 }, (_, i) => ({
    synset: '03001627',
    model: `chair${i}`,
    boxes: lopsided.map((box) => box.map((value, axis) => (axis % 3 === 1 ? value * (1 + 0.1 * i) : value))),
  }));
  await writeLookAlike(path.join(folder, 'data'), models, { views: 3, size: 32 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A run of three steps that finds no points kept. */
async function run(workers: number) {
  vi.stubEnv('RASTERGRAD_CACHE', path.join(folder, `cache-${workers}`));
  const config = parseConfig({
    task: 'train',
    name: `workers-${workers}`,
    dataset: { name: path.join(folder, 'data'), workers },
    model: { imageSize: 24, encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 } },
    renderer: { imageSize: 16 },
    losses: { chamfer: { weight: 1 }, silhouette: { weight: 1 } },
    training: { steps: 3, batchSize: 2 },
    evaluation: { views: 2, points: 100 },
    report: { objects: 1 },
  });
  const { finished, folder: output } = await runExperiment(config as Parameters<typeof runExperiment>[0], {
    output: path.join(folder, 'runs'),
  });
  return { finished, metrics: await readFile(path.join(output, 'metrics.jsonl'), 'utf8') };
}

it('trains and evaluates, and comes to the same with any number of threads', async () => {
  const [none, two] = [await run(0), await run(2)];
  expect(none.finished).toBe(true);
  expect(none.metrics).toMatch(/"kind":"validation","values":\{"chamfer":[\d.]+/);
  expect(two.metrics).toBe(none.metrics);
}, 240_000);
