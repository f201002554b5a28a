// A network that predicts texture and light: what its run leaves behind, and what it makes of a picture.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMesh, readPng, writePng } from '../../renderer/io/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { predictMeshes, runExperiment } from '../../src/experiments/index.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-textured-'));
const run = path.join(folder, 'textured');
const picture = path.join(folder, 'lamp.png');

beforeAll(async () => {
  const config = path.join(folder, 'textured.yaml');
  writeFileSync(
    config,
    `
task: train
dataset: { categories: [lamp] }
model:
  type: dibr-net
  encoder: { channels: [4, 4, 4] }
  code: [8]
  decoder: [8]
  level: 1
  texture: { size: 16, channels: 4, from: picture }
  light: { type: lamp, colored: true }
losses: { preset: dibr }
supervision: { poseRefinement: { learningRate: 0.001 }, labels3d: 0.5, masks: hard }
training: { steps: 2, batchSize: 2 }
evaluation: { views: 1, points: 200 }
report: { objects: 1 }
`,
  );
  await runExperiment(await loadConfig(config), { output: folder });
  const [lamp] = (await openDataset('furniture-mini')).split('test');
  await writePng(picture, lamp.views[0].image);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('a run that learns a texture', () => {
  it('ends with tables and a report', () => {
    for (const name of ['results.json', 'report.html'])
      expect(existsSync(path.join(run, name)), name).toBe(true);
  });

  it('predicts meshes with the texture beside an OBJ and inside a GLB', async () => {
    const [outcome] = await predictMeshes(run, [picture], { output: path.join(folder, 'out'), views: 2 });
    if (!('files' in outcome)) throw outcome.error;
    for (const file of outcome.files.filter((name) => /\.(obj|glb)$/.test(name))) {
      const mesh = await readMesh(file);
      expect(mesh.topology.faceCount, file).toBe(80);
      const [{ texels }] = Object.values(mesh.textures!);
      expect(texels.shape.slice(0, 2), file).toEqual([16, 16]);
      expect(
        mesh.uv!.indices.every((row) => row >= 0),
        file,
      ).toBe(true);
    }
    const { shape } = await readPng(outcome.files.find((name) => name.endsWith('.png'))!);
    expect(shape.slice(0, 2)).toEqual([256, 3 * 256]);
  });
});
