// What a training says of itself when pictures cannot teach it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/index.ts';
import { runExperiment } from '../../../src/experiments/index.ts';
import { packageRoot } from '../../../src/packageRoot.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-train-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The notes of a run that is stopped after step `last`. */
async function notesOf(config: string, last = 1, overrides: string[] = []): Promise<string[]> {
  const file = path.join(packageRoot, 'experiments', config);
  const loaded = await loadConfig(file, [
    'training.batchSize=1',
    'training.validateEvery=0',
    'training.targetPoints=50',
    ...overrides,
  ]);
  const controller = new AbortController();
  const notes: string[] = [];
  await runExperiment(loaded, {
    output: root,
    signal: controller.signal,
    observer: {
      onNote: (text) => notes.push(text),
      onStep: ({ step }) => step === last && controller.abort(),
    },
  });
  return notes;
}

describe('a training', () => {
  it('says that a method has no coverage gradient, and which one has', async () => {
    expect((await notesOf('2d-hard.yaml')).join('\n')).toMatch(
      /"hard" has no coverage gradient.*Methods with one: dibr/,
    );
    expect((await notesOf('2d-only.yaml')).join('\n')).not.toMatch(/coverage gradient/);
  });

  it('says that colours alone cannot move outlines, where they are all there is and the method is one of those', async () => {
    const alone = ['losses.silhouette.weight=0'];
    const expected =
      /colours are all there is to learn from.*"dibr".*Methods with one: softras, nmr, antialias, edge/;
    expect((await notesOf('2d-only.yaml', 1, alone)).join('\n')).toMatch(expected);
    for (const more of ['losses.chamfer.weight=1', 'renderer.method={type: antialias}']) {
      expect((await notesOf('2d-only.yaml', 1, [...alone, more])).join('\n')).not.toMatch(/colours are all/);
    }
  });

  it('says once that the mesh has left the pictures', async () => {
    const wild = ['training.learningRate=0.1', 'losses.move.weight=0'];
    const notes = await notesOf('2d-hard.yaml', 60, wild);
    expect(
      notes.filter((note) => /last 20 steps the rendered mesh covered no pixel/.test(note)),
    ).toHaveLength(1);
  });
});
