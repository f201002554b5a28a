// What a trained run is good for: `evaluate` repeats its table, `predict` makes a mesh of a picture.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readMesh, writePng } from '../../renderer/io/index.ts';
import { main } from '../../src/cli/dispatch.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { loadConfig, type Results, runExperiment } from '../../src/experiments/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-trained-'));
const run = path.join(folder, 'tiny');
let stdout = '';

beforeAll(async () => {
  const config = path.join(folder, 'tiny.yaml');
  writeFileSync(
    config,
    `
task: train
dataset: { categories: [lamp] }
model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 }, blocks: { residualBlocks: 0 } }
losses: { chamfer: { weight: 1 } }
training: { steps: 2, batchSize: 1 }
evaluation: { views: 1, points: 200 }
report: { objects: 0 }
`,
  );
  await runExperiment(await loadConfig(config), { output: folder });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
}, 60_000);
afterEach(() => {
  stdout = '';
});
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

describe('rastergrad evaluate', () => {
  it('repeats the table that the run ended with', async () => {
    expect(await main(['evaluate', run, '--json', '--quiet'])).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(path.join(run, 'results.json'), 'utf8')));
  });

  it('looks at other objects when asked, and names all baselines', async () => {
    expect(await main(['evaluate', run, '--split', 'validation', '--json', '--quiet'])).toBe(0);
    const [table] = (JSON.parse(stdout) as Results).tables;
    expect(table.title).toBe('Held-out objects (validation)');
    expect(table.rows.map(({ label }) => label)).toEqual([
      'tiny',
      'start shape',
      'best constant shape',
      'nearest training silhouette',
    ]);
  });
});

describe('rastergrad evaluate --protocol', () => {
  it('adds the tables of the protocols that it names', async () => {
    const line = [
      'evaluate',
      run,
      '--protocol',
      'pixel2mesh,meshrcnn',
      '--emd-points=50',
      '--json',
      '--quiet',
    ];
    expect(await main(line)).toBe(0);
    const { tables } = JSON.parse(stdout) as Results;
    expect(tables.map(({ title }) => title)).toEqual([
      'Held-out objects (test)',
      'By category',
      'Protocol pixel2mesh (test)',
      'Protocol pixel2mesh (test), by category',
      'Protocol meshrcnn (test)',
      'Protocol meshrcnn (test), by category',
    ]);
    const [, , table, byClass] = tables;
    expect(table.rows.map(({ values }) => values.predictedPoints)).toEqual([42, 42, 42, 2000]);
    expect(table.rows.map(({ values }) => values.emdPoints)).toEqual([42, 42, 42, 50]);
    expect(byClass.rows.map(({ label }) => label)).toEqual([
      'lamp',
      'mean over classes',
      'mean over samples',
    ]);
    // One class only.
    expect(byClass.rows[1].values).toEqual(byClass.rows[2].values);
  });

  it('names what is no protocol', async () => {
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await main(['evaluate', run, '--protocol', 'pixel2mash'])).toBe(1);
    expect(error.mock.calls.join('')).toContain(
      'there is no protocol "pixel2mash"; did you mean "pixel2mesh"?',
    );
  });
});

describe('rastergrad predict', () => {
  it('writes a coloured mesh of the object in a picture', async () => {
    const [lamp] = (await openDataset('furniture-mini')).split('test');
    const picture = path.join(folder, 'lamp.png');
    const mesh = path.join(folder, 'lamp.obj');
    await writePng(picture, lamp.views[0].image);
    expect(await main(['predict', run, picture, '-o', mesh, '--json'])).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ mesh, vertexCount: 42, faceCount: 80 });
    const { topology, colors } = await readMesh(mesh);
    expect(topology.faceCount).toBe(80);
    expect(colors?.shape).toEqual([42, 3]);
  });
});
