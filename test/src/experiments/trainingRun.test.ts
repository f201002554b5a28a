// A training that diverges, or no longer gets better: what becomes of it, and that being stopped in between changes nothing.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { evaluateRun, examineStep, type RunObserver, runExperiment } from '../../../src/experiments/index.ts';
import { type MetricsRecord, openRun } from '../../../src/runs/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-training-'));
afterAll(() => rmSync(root, { recursive: true }));

const config = (training: object, evaluation: object = {}) =>
  parseConfig({
    task: 'train',
    name: 'tiny',
    math: 'wasm',
    dataset: { categories: ['lamp'] },
    model: { encoder: { channels: [4] }, hidden: 4, template: { level: 0, levels: 1 } },
    renderer: { imageSize: 16 },
    losses: { chamfer: { weight: 1 } },
    training: { batchSize: 1, targetPoints: 50, validateEvery: 0, ...training },
    evaluation: { views: 1, points: 50, ...evaluation },
    report: { objects: 0 },
  }) as TrainConfig;

/** Runs whole, or is stopped after step `stopAfter` and then goes on. */
async function run(
  fields: TrainConfig,
  stopAfter?: number,
): Promise<{ folder: string; notes: string[]; records: MetricsRecord[] }> {
  const notes: string[] = [];
  const controller = new AbortController();
  const observer: RunObserver = {
    onNote: (note) => notes.push(note),
    onStep: ({ step }) => step === stopAfter && controller.abort(),
  };
  const { folder, finished } = await runExperiment(fields, {
    output: root,
    observer,
    signal: controller.signal,
  });
  expect(finished).toBe(stopAfter === undefined);
  if (!finished) expect((await runExperiment(fields, { resume: folder })).finished).toBe(true);
  return { folder, notes, records: openRun(folder).metrics.read() };
}

const file = (folder: string, name: string) => readFileSync(path.join(folder, name));
const trainedSteps = (records: MetricsRecord[]) =>
  records.flatMap(({ kind, step }) => (kind === 'train' ? [step] : []));

/** So large a learning rate that steps diverge from the second on. */
const wild = {
  steps: 12,
  learningRate: 0.5,
  schedule: { type: 'constant' },
  divergenceFactor: 3,
  checkpointEvery: 4,
};

describe('a training that diverges', { timeout: 240_000 }, () => {
  it('stops, and leaves what it takes to look at the step again', async () => {
    await expect(run(config(wild))).rejects.toThrow(
      /^the training diverged at step 2 \(total = \S+, above \S+\) on \S+ view \d; a lower .* may help; \S+diverged\/step-000002 has the state before it$/,
    );
    const folder = path.join(root, 'tiny');
    const saved = JSON.parse(file(folder, 'diverged/step-000002/step.json').toString());
    expect(await examineStep(folder, 2)).toEqual(saved);
    expect(saved.examples).toEqual([expect.objectContaining({ supervision: [saved.examples[0].view] })]);
    await expect(examineStep(folder, 1)).rejects.toThrow(
      /step-000001.* the run did not diverge at that step/,
    );
  });

  it('leaves steps out, and ends when there are too many of them', async () => {
    const skip = { ...wild, learningRate: 0.003, divergenceFactor: 1.1, onDivergence: 'skip' };
    const { folder, records, notes } = await run(config(skip));
    const skipped = records.flatMap((record) => (record.kind === 'diverged' ? [record.at] : []));
    expect(skipped.length).toBeGreaterThan(1);
    expect([...trainedSteps(records), ...skipped].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    expect(notes.filter((note) => / is left out; /.test(note))).toHaveLength(skipped.length);
    expect(readdirSync(path.join(folder, 'diverged'))).toHaveLength(skipped.length);

    const stopped = await run(
      config(skip),
      trainedSteps(records).find((step) => step > skipped[0]),
    );
    for (const name of ['metrics.jsonl', 'checkpoints/step-000012.safetensors', 'results.json']) {
      expect(file(stopped.folder, name).equals(file(folder, name)), name).toBe(true);
    }
    await expect(run(config({ ...skip, divergenceLimit: 1 }))).rejects.toThrow(
      `diverged at step ${skipped[1]} `,
    );
  });

  it('goes back with a lower learning rate', async () => {
    const rewind = { ...wild, onDivergence: 'rewind', divergenceLimit: 20 };
    const { folder, records } = await run(config(rewind));
    const setbacks = records.flatMap((record) => (record.kind === 'diverged' ? [record] : []));
    expect(setbacks.length).toBeGreaterThan(1);
    for (const [i, { rateFactor, action }] of setbacks.entries()) {
      expect({ rateFactor, action }).toEqual({ rateFactor: 0.5 ** (i + 1), action: 'rewind' });
    }
    expect(trainedSteps(records)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const stopped = await run(config(rewind), 6);
    for (const name of ['metrics.jsonl', 'checkpoints/step-000012.safetensors', 'results.json']) {
      expect(file(stopped.folder, name).equals(file(folder, name)), name).toBe(true);
    }
    await expect(run(config({ ...rewind, divergenceLimit: 1 }))).rejects.toThrow(
      /; it is time 2, and training\.divergenceLimit is 1; /,
    );
  });

  it('goes back farther where the last checkpoint is too late, also if it was interrupted after it', async () => {
    const late = { ...wild, learningRate: 0.03, warmupSteps: 12, divergenceFactor: 1.6 };
    const rewind = config({ ...late, onDivergence: 'rewind' });
    const { folder, records, notes } = await run(rewind);
    const places = notes.flatMap(
      (note) => /^step 11 diverged .* after step (\d+) with/.exec(note)?.[1] ?? [],
    );
    expect(places).toEqual(['8', '4']);
    expect(records).toContainEqual(expect.objectContaining({ step: 4, at: 11, rateFactor: 0.25 }));
    expect(trainedSteps(records)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(readdirSync(path.join(folder, 'checkpoints')).sort()).toEqual([
      'best.safetensors',
      'step-000008.safetensors',
      'step-000012.safetensors',
    ]);
    const stopped = await run(rewind, 10);
    for (const name of ['metrics.jsonl', 'checkpoints/step-000012.safetensors', 'results.json']) {
      expect(file(stopped.folder, name).equals(file(folder, name)), name).toBe(true);
    }
    expect(readdirSync(path.join(stopped.folder, 'checkpoints'))).toHaveLength(3);
  });
});

describe('a training that no longer gets better', { timeout: 240_000 }, () => {
  const tired = {
    steps: 40,
    learningRate: 0.1,
    validateEvery: 2,
    checkpointEvery: 3,
    earlyStop: { patience: 3 },
  };

  it('stops early, resumed or not, and is evaluated with its best weights where asked to', async () => {
    const fields = config({ ...tired, ema: 0.5 }, { checkpoint: 'best' });
    const { folder, records, notes } = await run(fields);
    const chamfers = records.flatMap((record) =>
      record.kind === 'validation' ? [record.values.chamfer] : [],
    );
    const best = chamfers.indexOf(Math.min(...chamfers));
    expect(chamfers).toHaveLength(best + 1 + 3);
    const last = 2 * chamfers.length;
    expect(trainedSteps(records).at(-1)).toBe(last);
    expect(notes).toContainEqual(expect.stringMatching(`^Stopped early after step ${last}: `));

    const stopped = await run(fields, last - 3);
    for (const name of ['metrics.jsonl', 'checkpoints/best.safetensors', 'results.json']) {
      expect(file(stopped.folder, name).equals(file(folder, name)), name).toBe(true);
    }
    // The first validation table of the best weights is the best validation.
    const { tables } = await evaluateRun(folder, { split: 'validation' });
    expect(tables[0].rows[0].values.chamfer / 1e3).toBeCloseTo(chamfers[best], 12);
  });

  it('keeps its best weights, for whom asks for them before there are any', async () => {
    const fields = config({ steps: 4, checkpointEvery: 2 }, { checkpoint: 'best' });
    const controller = new AbortController();
    const { folder } = await runExperiment(fields, {
      output: root,
      signal: controller.signal,
      observer: { onStep: ({ step }) => step === 2 && controller.abort() },
    });
    expect(existsSync(path.join(folder, 'checkpoints/best.safetensors'))).toBe(false);
    await expect(evaluateRun(folder)).rejects.toThrow(
      /best\.safetensors: is not there yet: the run has had no validation$/,
    );
    const { tables } = await evaluateRun(folder, { checkpoint: 'last' });
    expect(tables[0].rows[0].label).toBe('tiny');
  });
});
