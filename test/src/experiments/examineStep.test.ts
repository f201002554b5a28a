// A second look at a step that diverged: what it works with, and what is left of it where it fails.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, expect, it } from 'vitest';
import { threadsInUse, useBackend } from '../../../renderer/backend/index.ts';
import { makeFolder } from '../../../renderer/io/files.ts';
import { parseConfig } from '../../../src/config/index.ts';
import { divergedState } from '../../../src/experiments/divergedStep.ts';
import { examineStep } from '../../../src/experiments/index.ts';
import { createRun } from '../../../src/runs/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-examine-'));
afterAll(() => rmSync(root, { recursive: true }));

it('from a damaged state names it and leaves no tensors behind, on the threads that the config says', async () => {
  const run = await createRun({ root, name: 'run' });
  await run.writeConfig(
    parseConfig({
      task: 'train',
      backend: 'wasm',
      threads: 1,
      dataset: { categories: ['lamp'] },
      model: { encoder: { channels: [4] }, hidden: 4, template: { level: 0, levels: 1 } },
      losses: { silhouette: { weight: 1 } },
      supervision: { poseRefinement: { learningRate: 0.001 } },
    }),
  );
  const state = divergedState(run, 2);
  await makeFolder(path.dirname(state));
  writeFileSync(state, 'abc');
  await useBackend('wasm', { threads: 2 });
  const before = tf.memory().numTensors;
  await expect(examineStep(run.path, 2)).rejects.toThrow(`${state}: not a safetensors file`);
  expect(tf.memory().numTensors).toBe(before);
  expect(threadsInUse()).toBe(1);
});
