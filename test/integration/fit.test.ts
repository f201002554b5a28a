// The task fit from end to end: pictures alone pull a sphere into an object's shape and colours, also with a break in between.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMesh, writePng } from '../../renderer/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { type RunObserver, type RunResult, runExperiment } from '../../src/experiments/index.ts';
import { meshTarget } from '../../src/fitting/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';

const configFile = path.join(packageRoot, 'experiments', 'fit', 'furniture.yaml');
const overrides = [
  'target.objects=[blendswap-cc-0-lockedLocker, blendswap-cc-by-chest]',
  'start.level=2',
  'losses.laplacian.weight=15',
  'fitting.steps=60',
  'report.objects=1',
];
const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-fit-'));
const run = async (
  output: string,
  options: { observer?: RunObserver; signal?: AbortSignal; resume?: string } = {},
) => runExperiment(await loadConfig(configFile, overrides), { output: path.join(root, output), ...options });

afterAll(() => rmSync(root, { recursive: true }));

describe('fit', () => {
  let whole: RunResult;
  beforeAll(async () => {
    whole = await run('whole');
  }, 60_000);

  it('finds shape and colours that hold from sides it was not shown', () => {
    for (const { label, values } of whole.results!.tables[0].rows) {
      expect(values.iouHeldOut, label).toBeGreaterThan(80);
      expect(values.colorHeldOut, label).toBeLessThan(0.1);
    }
    expect(readdirSync(path.join(whole.folder, 'meshes')).sort()).toEqual([
      'blendswap-cc-0-lockedLocker.json',
      'blendswap-cc-0-lockedLocker.obj',
      'blendswap-cc-by-chest.json',
      'blendswap-cc-by-chest.obj',
    ]);
  });

  it('ends with the same bytes when it was stopped amid the second object and resumed', async () => {
    const controller = new AbortController();
    let done = 0;
    const observer: RunObserver = { onStep: () => ++done === 80 && controller.abort() };
    const stopped = await run('stopped', { observer, signal: controller.signal });
    expect(stopped.finished).toBe(false);
    const resumed = await run('stopped', { resume: stopped.folder });
    expect(resumed.results).toEqual(whole.results);
    for (const name of ['metrics.jsonl', 'results.json', 'meshes/blendswap-cc-by-chest.obj']) {
      const [expected, actual] = [whole, resumed].map((one) => readFileSync(path.join(one.folder, name)));
      expect(actual.equals(expected), name).toBe(true);
    }
  });
});

/** Overrides that make the fits of experiments/fit small enough for a test. */
const quick = ['renderer.imageSize=48', 'report.objects=0'];

async function fitOf(
  name: string,
  overrides: string[],
): Promise<{ folder: string; values: Record<string, number> }> {
  const config = await loadConfig(path.join(packageRoot, 'experiments/fit', `${name}.yaml`), [
    ...quick,
    ...overrides,
  ]);
  const { folder, results } = await runExperiment(config, { output: path.join(root, name) });
  return { folder, values: results!.tables[0].rows[0].values };
}

describe('the fits of experiments/fit', () => {
  it('lights: a lamp and ambient light come back', async () => {
    const { folder, values } = await fitOf('lights', ['fitting.steps=120', 'renderer.imageSize=96']);
    // Pixels along edges, where light and shade are mixed in the pictures, turn the lamp a little.
    expect(values.lampDegrees).toBeLessThan(3);
    expect(values.psnrHeldOut).toBeGreaterThan(38);
    const found = JSON.parse(readFileSync(path.join(folder, 'meshes/chair.json'), 'utf8'));
    for (const [c, value] of [0.15, 0.2, 0.3].entries()) {
      expect(Math.abs(found.ambient[c] - value)).toBeLessThan(0.05);
    }
  }, 60_000);

  it('lights: nine harmonics show a lamp’s light, too', async () => {
    const { folder, values } = await fitOf('lights', [
      'light={type: sphericalHarmonics, learningRate: 0.1}',
      'fitting.steps=120',
    ]);
    expect(values.psnrHeldOut).toBeGreaterThan(32);
    const found = JSON.parse(readFileSync(path.join(folder, 'meshes/chair.json'), 'utf8'));
    expect(found.coefficients).toHaveLength(27);
  }, 60_000);

  it('pose: a turn of 29° and a shift come back', async () => {
    const { values } = await fitOf('pose', ['fitting.steps=100']);
    expect(values.rotationDegrees).toBeLessThan(1.5);
    expect(values.translation).toBeLessThan(0.01);
  }, 60_000);

  it('texture: both textures of a deck chair are learnt, and written beside the mesh', async () => {
    const { folder, values } = await fitOf('texture', [
      'fitting.steps=70',
      'paint.size=64',
      'renderer.imageSize=96',
    ]);
    expect(values.psnrHeldOut).toBeGreaterThan(30);
    const files = readdirSync(path.join(folder, 'meshes'));
    expect(files.filter((name) => name.endsWith('.png'))).toHaveLength(2);
    const mesh = await readMesh(path.join(folder, 'meshes/deckChair.obj'));
    const means = Object.values(mesh.textures!).map(({ texels }) =>
      Array.from(texels.mean([0, 1]).dataSync()),
    );
    // Beech is redder than blue, stripes of blue and white are bluer than red.
    expect(means.map(([red, , blue]) => red > blue).sort()).toEqual([false, true]);
  }, 60_000);
});

describe('photographs', () => {
  it('are fitted to in the frame of their own cameras', async () => {
    const folder = path.join(root, 'photos');
    await photograph(path.join(packageRoot, 'data/furniture-meshes/table.obj'), folder, [3, -1, 2], 4);
    const { values, folder: runFolder } = await fitOf('photographs', [
      `target.path=${folder}`,
      'target.heldOut=5',
      'renderer.imageSize=64',
      'fitting.steps=250',
      'start.segments=32',
    ]);
    // It ends between 85.8 and 89.7 over seeds, and over kernels and back ends that round differently.
    expect(values.iouHeldOut).toBeGreaterThan(85);
    expect(values.psnrHeldOut).toBeGreaterThan(22);
    const mesh = await readMesh(path.join(runFolder, 'meshes/photos.obj'));
    const [low, high] = [mesh.vertices.min(0), mesh.vertices.max(0)].map((one) => Array.from(one.dataSync()));
    // The table is 0.5 in radius, moved and made four times as large; its top is round and level.
    [3, 2].forEach((center, i) => {
      expect(Math.abs((low[2 * i] + high[2 * i]) / 2 - center)).toBeLessThan(0.15);
    });
    expect(high[0] - low[0]).toBeGreaterThan(2.4);
  }, 60_000);
});

/** Pictures of a mesh, moved and scaled, from all around, with masks as alpha, and a transforms.json. */
async function photograph(file: string, folder: string, center: number[], scale: number): Promise<void> {
  mkdirSync(folder);
  const { fitted } = await meshTarget({
    file,
    fit: 24,
    heldOut: 0,
    imageSize: 64,
    fovDegrees: 30,
    elevationsDegrees: [-10, 60],
  });
  const frames: { file_path: string; transform_matrix: number[][] }[] = [];
  for (const [i, { image, camera }] of fitted.entries()) {
    await writePng(path.join(folder, `${i}.png`), image);
    // Camera to world: the transposed rotation, and where the camera is.
    const m = camera.views[0];
    const rows = [0, 1, 2].map((axis) => {
      const eye = -(m[axis] * m[3] + m[4 + axis] * m[7] + m[8 + axis] * m[11]);
      return [m[axis], m[4 + axis], m[8 + axis], center[axis] + scale * eye];
    });
    frames.push({ file_path: `${i}.png`, transform_matrix: [...rows, [0, 0, 0, 1]] });
  }
  const text = JSON.stringify({ camera_angle_x: (30 * Math.PI) / 180, frames });
  writeFileSync(path.join(folder, 'transforms.json'), text);
}
