// Pictures of held-out objects: what is drawn is let go of.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, expect, it } from 'vitest';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { openConfiguredDataset } from '../../../src/experiments/objects.ts';
import { makeModel } from '../../../src/experiments/train.ts';
import { writeTrainPictures } from '../../../src/experiments/trainPictures.ts';
import { createRun } from '../../../src/runs/index.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-train-pictures-'));
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  ['vertex colours', { encoder: { channels: [4] }, hidden: 4, template: { level: 0, levels: 1 } }],
  [
    'a texture and light',
    {
      type: 'dibr-net',
      encoder: { channels: [4, 4, 4] },
      code: [8],
      decoder: [8],
      level: 0,
      texture: { size: 16, channels: 4 },
      light: { type: 'lamp' },
    },
  ],
])('of a model with %s leave no tensors behind', async (_, model) => {
  const config = parseConfig({
    task: 'train',
    dataset: { categories: ['lamp'] },
    model,
    losses: { silhouette: { weight: 1 } },
    report: { objects: 1 },
  }) as TrainConfig;
  const dataset = await openConfiguredDataset(config);
  const network = makeModel(config, dataset);
  const folder = await createRun({ root, name: 'run' });
  const before = tf.memory().numTensors;
  await writeTrainPictures(config, dataset, network, folder);
  expect(tf.memory().numTensors).toBe(before);
  const { groups } = await folder.readPictureIndex();
  expect(groups.map(({ rows }) => rows.length)).toEqual([1]);
  network.dispose();
  await dataset.close();
});
