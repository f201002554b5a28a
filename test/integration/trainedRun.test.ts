// What a trained run is good for: `evaluate` repeats its table, `predict` makes meshes of pictures.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NodeIO } from '@gltf-transform/core';
import * as tf from '@tensorflow/tfjs';
import { encode } from 'jpeg-js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readImage, readMesh, readPng, writePng } from '../../renderer/io/index.ts';
import { main } from '../../src/cli/dispatch.ts';
import { loadConfig } from '../../src/config/index.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { openPredictor, runExperiment } from '../../src/experiments/index.ts';
import type { Results } from '../../src/runs/index.ts';

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

describe('rastergrad evaluate --keep', () => {
  const evaluations = path.join(run, 'evaluations');
  const evaluate = (...options: string[]) =>
    main(['evaluate', run, '--keep', '--json', '--quiet', ...options]);
  it('keeps what was asked, and reads it again', async () => {
    expect(await evaluate()).toBe(0);
    const [file, ...others] = readdirSync(evaluations);
    expect(others).toEqual([]);
    expect(file).toMatch(/^test-step-000002-[0-9a-f]{8}\.json$/);
    const kept = JSON.parse(readFileSync(path.join(evaluations, file), 'utf8'));
    expect(kept.results).toEqual(JSON.parse(stdout));
    expect(kept.evaluation).toMatchObject({ views: 1, points: 200, protocols: [] });
    kept.results.title = 'as it was kept';
    writeFileSync(path.join(evaluations, file), JSON.stringify(kept));
    stdout = '';
    // What the config says anyway is the same question.
    expect(await evaluate('--split', 'test', '--checkpoint', 'last')).toBe(0);
    expect(JSON.parse(stdout).title).toBe('as it was kept');
  });

  it('asks anew for anything else, and for other weights', async () => {
    expect(await evaluate('--split', 'validation')).toBe(0);
    expect(await evaluate('--checkpoint', 'best')).toBe(0);
    const names = readdirSync(evaluations).map((file) => file.replace(/-[0-9a-f]{8}\.json$/, ''));
    expect(names.sort()).toEqual(['test-best', 'test-step-000002', 'validation-step-000002']);
    const checkpoint = path.join(run, 'checkpoints', 'step-000002.safetensors');
    const bytes = readFileSync(checkpoint);
    writeFileSync(checkpoint, bytes.with(-1, bytes.at(-1)! ^ 1));
    expect(await evaluate()).toBe(0);
    expect(readdirSync(evaluations)).toHaveLength(4);
    writeFileSync(checkpoint, bytes);
  });

  it('names what is no evaluation in its place', async () => {
    for (const file of readdirSync(evaluations)) writeFileSync(path.join(evaluations, file), '[]');
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await evaluate()).toBe(1);
    expect(error.mock.calls.join('')).toMatch(/\.json: is no evaluation that was kept; remove it/);
    error.mockRestore();
    rmSync(evaluations, { recursive: true });
  });
});

describe('rastergrad evaluate with several runs', () => {
  it('refuses what is no finished run before anything starts', async () => {
    const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const cut = path.join(folder, 'cut');
    cpSync(run, cut, { recursive: true });
    rmSync(path.join(cut, 'results.json'));
    expect(await main(['evaluate', run, cut])).toBe(1);
    expect(error.mock.calls.join('')).toBe(
      `rastergrad: ${cut}: is not finished; such a run can be evaluated alone\n`,
    );
    error.mockRestore();
    rmSync(cut, { recursive: true });
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
    error.mockRestore();
  });
});

describe('rastergrad weights export', () => {
  const file = path.join(folder, 'weights.safetensors');
  const again = (...overrides: string[]) =>
    loadConfig(path.join(folder, 'tiny.yaml'), ['training.steps=0', ...overrides]);

  it('writes weights that start another run where this one ended', async () => {
    expect(await main(['weights', 'export', run, '-o', file])).toBe(0);
    expect(stdout).toMatch(/: \d+ arrays\n$/);
    const config = await again('name=again', `training.startWeights=${file}`);
    const { results } = await runExperiment(config, { output: folder });
    const before = JSON.parse(readFileSync(path.join(run, 'results.json'), 'utf8')) as Results;
    expect(results!.tables[0].rows[0].values).toEqual(before.tables[0].rows[0].values);
  });

  it('are refused by another network, which leaves no run folder', async () => {
    const config = await again('name=other', 'model.hidden=5', `training.startWeights=${file}`);
    await expect(runExperiment(config, { output: folder })).rejects.toThrow(
      /weights\.safetensors: its weights/,
    );
    expect(readdirSync(folder)).not.toContain('other');
  });
});

describe('rastergrad predict', () => {
  const inFolder = (...names: string[]) => path.join(folder, ...names);
  const lines = () => stdout.trim().split('\n');
  beforeAll(async () => {
    const [lamp] = (await openDataset('furniture-mini')).split('test');
    mkdirSync(inFolder('other'));
    await writePng(inFolder('lamp.png'), lamp.views[0].image);
    await writePng(inFolder('other', 'Lamp.png'), lamp.views[1].image);
    const { data, shape } = lamp.views[0].image;
    const onWhite = Uint8Array.from(
      data,
      (value, k) => 255 * (k % 4 === 3 ? 1 : 1 - data[k | 3] * (1 - value)),
    );
    writeFileSync(
      inFolder('lamp.jpg'),
      encode({ data: onWhite, width: shape[1], height: shape[0] }, 95).data,
    );
    writeFileSync(inFolder('text.png'), 'no picture');
  });

  it('writes coloured meshes and a turntable of the object in a picture', async () => {
    expect(await main(['predict', run, inFolder('lamp.png')])).toBe(0);
    const files = ['lamp.obj', 'lamp.glb', 'lamp-turntable.png'].map((name) =>
      path.join(run, 'predictions', name),
    );
    const [, milliseconds] = stdout.match(/, ([\d.]+) ms →/)!;
    expect(stdout).toBe(
      `${inFolder('lamp.png')}: 42 vertices, 80 faces, ${milliseconds} ms → ${files.join(', ')}\n`,
    );
    const { vertices, topology, colors } = await readMesh(files[0]);
    expect(topology.faceCount).toBe(80);
    const [primitive] = (await new NodeIO().read(files[1])).getRoot().listMeshes()[0].listPrimitives();
    expect(primitive.getAttribute('POSITION')!.getArray()).toEqual(await vertices.data());
    const paint = primitive.getAttribute('COLOR_0')!.getArray()!;
    for (const [i, value] of (await colors!.data()).entries()) expect(paint[i]).toBeCloseTo(value, 5);
    expect((await readPng(files[2])).shape).toEqual([256, 9 * 256, 4]);
  });

  it('says that it takes a background for white, and sees as much as with alpha', async () => {
    const images = [inFolder('lamp.png'), inFolder('lamp.jpg')];
    await main(['predict', run, ...images, '-o', inFolder('white'), '--views', '0']);
    expect(lines()[0]).not.toContain('white background');
    expect(lines()[1]).toContain('ms; white background assumed →');
    const [lamp, opaque] = await Promise.all(
      ['lamp.obj', 'lamp-2.obj'].map(async (name) =>
        (await readMesh(inFolder('white', name))).vertices.data(),
      ),
    );
    // An outline is found to a pixel, of which there are 64 across 2 · 2 · tan 15°.
    const pixel = (4 * Math.tan(Math.PI / 12)) / 64;
    for (let i = 0; i < lamp.length; i++) expect(Math.abs(lamp[i] - opaque[i])).toBeLessThan(2 * pixel);
  });

  it('does the others where one fails, and tells pictures of the same name apart', async () => {
    const images = ['lamp.png', 'text.png', 'no.png', 'other/Lamp.png'].map((name) => inFolder(name));
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await main(['predict', run, ...images, '-o', inFolder('many'), '--views', '0', '--json'])).toBe(1);
    expect(stderr.mock.calls.map(([text]) => text)).toEqual([
      `rastergrad: ${images[1]}: is neither a PNG nor a JPEG picture\n`,
      `rastergrad: ${images[2]}: no such file or folder\n`,
    ]);
    stderr.mockRestore();
    const outcomes = lines().map((line) => JSON.parse(line));
    expect(outcomes.map(({ image }) => image)).toEqual(images);
    expect(outcomes[1].error).toBe(`${images[1]}: is neither a PNG nor a JPEG picture`);
    expect(outcomes[3]).toEqual({
      image: images[3],
      files: [inFolder('many', 'Lamp-2.obj'), inFolder('many', 'Lamp-2.glb')],
      vertexCount: 42,
      faceCount: 80,
      milliseconds: expect.any(Number),
      background: 'transparent',
    });
    expect(readdirSync(inFolder('many')).sort()).toEqual([
      'Lamp-2.glb',
      'Lamp-2.obj',
      'lamp.glb',
      'lamp.obj',
    ]);
  });

  it('writes one mesh where the output is a mesh file, the same bytes every time', async () => {
    for (const name of ['once.glb', 'again.glb', 'once.obj']) {
      expect(await main(['predict', run, inFolder('lamp.png'), '-o', inFolder(name), '--quiet'])).toBe(0);
    }
    expect(stdout).toBe('');
    expect(readFileSync(inFolder('again.glb'))).toEqual(readFileSync(inFolder('once.glb')));
    expect((await readMesh(inFolder('once.obj'))).topology.faceCount).toBe(80);
  });

  it('needs no data set, and runs without input.json need nothing else', async () => {
    const away = inFolder('away');
    cpSync(run, away, { recursive: true });
    const config = path.join(away, 'config.resolved.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('furniture-mini', 'gone'));
    const old = inFolder('old');
    cpSync(run, old, { recursive: true });
    rmSync(path.join(old, 'input.json'));
    for (const [name, folder] of Object.entries({ here: run, away, old })) {
      expect(await main(['predict', folder, inFolder('lamp.png'), '-o', inFolder(`${name}.obj`), '-q'])).toBe(
        0,
      );
      expect(readFileSync(inFolder(`${name}.obj`))).toEqual(readFileSync(inFolder('here.obj')));
    }
  });

  it('serves programs, one picture at a time, and lets go of all it made', async () => {
    const before = tf.memory().numTensors;
    const predictor = await openPredictor(run);
    const loaded = tf.memory().numTensors;
    const { mesh, input, milliseconds } = await predictor.predict(await readImage(inFolder('lamp.png')));
    expect(mesh.vertices.shape).toEqual([42, 3]);
    expect(input.shape).toEqual([64, 64, 4]);
    expect(milliseconds).toBeGreaterThan(0);
    tf.dispose([mesh.vertices, mesh.colors!]);
    await expect(
      predictor.predict(
        await readImage(inFolder('lamp.png')).then((picture) => picture.hi(1, 1, 4)),
        'corner',
      ),
    ).rejects.toThrow('corner: is transparent everywhere');
    expect(tf.memory().numTensors).toBe(loaded);
    predictor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
