// Checkpoints: what comes back is what was written, bit by bit, and what cannot be used says so.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { type MeshPredictor, modelOf } from '../../../src/models/index.ts';
import { Adam } from '../../../src/tensor/adam.ts';
import { Random } from '../../../src/tensor/random.ts';
import { readSafetensors, writeSafetensors } from '../../../src/tensor/safetensors.ts';
import {
  bestCheckpoint,
  checkpointFile,
  checkpointSteps,
  latestCheckpoint,
  pruneCheckpoints,
  readCheckpoint,
  readWeights,
  removeCheckpointsAfter,
  writeCheckpoint,
} from '../../../src/training/checkpoint.ts';
import { startState, type TrainingState } from '../../../src/training/trainingState.ts';
import { WeightAverage } from '../../../src/training/weightAverage.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();

const { model: options } = parseConfig({
  task: 'train',
  model: { encoder: { channels: [4] }, hidden: 4, template: { level: 0, levels: 1 } },
  losses: { chamfer: { weight: 1 } },
}) as TrainConfig;

const root = mkdtempSync(path.join(tmpdir(), 'rastergrad-checkpoint-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'a'));
});

const camera = { fovDegrees: 30, distance: 2 };
const makeParts = (seed: number) => {
  const model = modelOf(options).create(options, camera, new Random(seed));
  const parameters = model.parameters.list();
  return { model, optimizer: new Adam(parameters), average: new WeightAverage(parameters, 0.9) };
};
const weightsOf = (model: MeshPredictor) =>
  model.parameters.list().map(({ variable }) => [...variable.dataSync()]);
const state: TrainingState = {
  ...startState,
  step: 3,
  best: { step: 2, value: 0.1 + 0.2 },
  rateFactor: 0.3 ** 3,
  recentLosses: [1 / 3, 5e-324],
  metricsBytes: 123,
};

/** Weights, moments and averages that all differ. */
function trained() {
  const parts = makeParts(1);
  for (let update = 1; update <= 3; update++) {
    const gradients = parts.model.parameters
      .list()
      .map(({ name, variable }, i) => [
        name,
        tf.randomNormal(variable.shape, 0, 1, 'float32', update + 10 * i),
      ]);
    parts.optimizer.step(Object.fromEntries(gradients) as Record<string, tf.Tensor>, 0.1);
    parts.average.update(update);
  }
  return parts;
}

describe('a checkpoint', () => {
  it('gives back everything, bit by bit', async () => {
    const written = trained();
    const file = checkpointFile(folder, 3);
    await writeCheckpoint(file, { ...written, state });
    const read = makeParts(2);
    expect(await readCheckpoint(file, read)).toEqual(state);
    expect(weightsOf(read.model)).toEqual(weightsOf(written.model));
    expect(read.average.list()).toEqual(written.average.list());
    expect(read.optimizer.state()).toEqual(written.optimizer.state());
    expect(path.basename(file)).toBe('step-000003.safetensors');
    expect(readdirSync(folder)).toEqual(['step-000003.safetensors']);
  });

  it('is used with the average of its weights where it has one', async () => {
    const { average, ...parts } = trained();
    const [file, plain] = [checkpointFile(folder, 3), checkpointFile(folder, 4)];
    await writeCheckpoint(file, { ...parts, average, state });
    await writeCheckpoint(plain, { ...parts, state: { ...state, step: 4 } });
    const { model } = makeParts(2);
    expect(await readWeights(file, model)).toBe(3);
    expect(weightsOf(model)).toEqual(average.list().map(({ data }) => [...data]));
    expect(await readWeights(plain, model)).toBe(4);
    expect(weightsOf(model)).toEqual(weightsOf(parts.model));
    await expect(readCheckpoint(plain, { ...parts, average })).rejects.toThrow(
      `${plain}: has no average of weights to go on from (training.ema)`,
    );
  });

  it('that is cut off, or no checkpoint, or has no state is named', async () => {
    const parts = trained();
    const file = checkpointFile(folder, 3);
    writeFileSync(file, 'abc');
    await expect(readCheckpoint(file, parts)).rejects.toThrow(
      /step-000003\.safetensors: not a safetensors file/,
    );
    await writeSafetensors(file, {});
    await expect(readWeights(file, parts.model)).rejects.toThrow(/not a checkpoint: expected format/);
    await writeCheckpoint(file, { ...parts, state });
    const { tensors, metadata } = await readSafetensors(file);
    const { state: _, ...old } = metadata;
    await writeSafetensors(file, tensors, old);
    await expect(readCheckpoint(file, parts)).rejects.toThrow(
      /has weights, but no training state to go on from/,
    );
    expect(await readWeights(file, parts.model)).toBe(3);
  });
});

describe('a checkpoint whose moments are of another training', () => {
  it.each(['adam.m', 'adam.v'])('changes nothing, and is named: %s', async (name) => {
    const file = checkpointFile(folder, 3);
    await writeCheckpoint(file, { ...trained(), state });
    const { tensors, metadata } = await readSafetensors(file);
    const { length } = tensors[name].data;
    const data = new Float32Array(length + 6);
    await writeSafetensors(
      file,
      { ...tensors, [name]: { dtype: 'F32', shape: [length + 6], data } },
      metadata,
    );
    const parts = makeParts(2);
    const untouched = makeParts(2);
    const attempt = readCheckpoint(file, parts);
    await expect(attempt).rejects.toBeInstanceOf(FileError);
    await expect(attempt).rejects.toThrow(
      `${file}: of another training: "${name}" has ${length + 6} elements, expected ${length}`,
    );
    expect(weightsOf(parts.model)).toEqual(weightsOf(untouched.model));
    expect(parts.average.list()).toEqual(untouched.average.list());
    expect(parts.optimizer.steps).toBe(0);
  });
});

describe('the folder of checkpoints', () => {
  it('keeps the latest and the best', async () => {
    for (const step of [2, 1_000_000, 30, 31, 4]) writeFileSync(checkpointFile(folder, step), '');
    for (const name of ['best.safetensors', 'notes.txt']) {
      writeFileSync(path.join(folder, name), '');
    }
    expect(await checkpointSteps(folder)).toEqual([2, 4, 30, 31, 1_000_000]);
    await pruneCheckpoints(folder, 2, (step) => step % 2 === 0);
    expect(readdirSync(folder).sort()).toEqual([
      path.basename(bestCheckpoint(folder)),
      'notes.txt',
      'step-000030.safetensors',
      'step-1000000.safetensors',
    ]);
    expect(await latestCheckpoint(folder)).toBe(checkpointFile(folder, 1_000_000));
    // That of an interrupted run stays until there is a later one.
    await pruneCheckpoints(folder, 1, (step) => step === 30);
    expect(await checkpointSteps(folder)).toEqual([30, 1_000_000]);
    await removeCheckpointsAfter(folder, 30);
    expect(await checkpointSteps(folder)).toEqual([30]);
    expect(await latestCheckpoint(path.join(folder, 'none'))).toBeUndefined();
  });
});
