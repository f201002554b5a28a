// The training step when numbers go astray; that it learns is for whole runs to show.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useBackend } from '../../../renderer/index.ts';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { type Dataset, openDataset } from '../../../src/datasets/index.ts';
import { modelOf } from '../../../src/models/index.ts';
import { GradientError } from '../../../src/tensor/adam.ts';
import { Random } from '../../../src/tensor/random.ts';
import { readCheckpoint, readWeights, writeCheckpoint } from '../../../src/training/checkpoint.ts';
import { DivergenceError } from '../../../src/training/divergence.ts';
import { fullSupervision } from '../../../src/training/supervision.ts';
import { Trainer, type TrainerOptions } from '../../../src/training/trainer.ts';
import { startState } from '../../../src/training/trainingState.ts';
import { useTestBackend } from '../../backend.ts';
import { relativeError } from '../../renderer/scenes.ts';

const config = parseConfig({
  task: 'train',
  model: { encoder: { channels: [4, 4] }, hidden: 4, template: { level: 0, levels: 2 } },
  losses: { chamfer: { weight: 1 }, edge: { weight: 1 } },
  training: { batchSize: 1 },
}) as TrainConfig;

describe('a training step', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    await useTestBackend();
    dataset = await openDataset('furniture-mini');
  });

  const start = (
    losses: TrainConfig['losses'],
    training: Partial<TrainConfig['training']> &
      Partial<Pick<TrainerOptions, 'poseLearningRate' | 'supervision'>> = {},
  ) => {
    const model = modelOf(config.model).create(config.model, dataset.camera, new Random(1));
    const objective = { losses, renderedLevels: 1, renderer: config.renderer, fovDegrees: 30 };
    const options = { ...config.training, ...training, views: 2, objective };
    const trainer = new Trainer(model, dataset.split('test').slice(0, 3), options, new Random(2));
    const weights = new Map(model.parameters.list().map(({ name, variable }) => [name, variable]));
    const fill = (name: string, value: number) =>
      weights.get(name)!.assign(tf.fill(weights.get(name)!.shape, value));
    return { model, trainer, weights, fill };
  };

  it('names the losses that are not finite, and leaves weights as they were', () => {
    const { model, trainer, weights, fill } = start(config.losses);
    trainer.step(1);
    fill('block.0.head.bias', Number.NaN);
    const before = weights.get('color.weights')!.dataSync().slice();
    expect(() => trainer.step(2)).toThrow(
      /diverged at step 2 \(chamfer = NaN, edge = NaN\).*training\.learningRate/,
    );
    expect(weights.get('color.weights')!.dataSync()).toEqual(before);
    expect(trainer.optimizer.state().step).toBe(1);
    model.dispose();
  });

  it('is the same whether or not it is asked for the gradients of its terms', () => {
    const [plain, curious] = [start(config.losses), start(config.losses)];
    for (const step of [1, 2]) {
      const expected = plain.trainer.step(step);
      const report = curious.trainer.step(step, { withTermGradients: true });
      expect(report.losses).toEqual(expected.losses);
      expect(report.gradientNorm).toBe(expected.gradientNorm);
      expect(Object.keys(report.termGradients!)).toEqual(['chamfer', 'edge']);
      expect(expected.termGradients).toBeUndefined();
    }
    plain.model.dispose();
    curious.model.dispose();
  });

  it('learns cameras with the network, and goes on with them from a checkpoint as if it had never stopped', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-trainer-'));
    const learning = () =>
      start({ ...config.losses, silhouette: { weight: 1, kind: 'iou' } }, { poseLearningRate: 0.002 });
    const state = ({ trainer, weights }: ReturnType<typeof start>) => ({
      weights: Array.from(weights.values(), (variable) => variable.dataSync().slice()),
      poses: trainer.poses!.values(),
      ...trainer.optimizer.state(),
    });
    const dispose = ({ trainer, model }: ReturnType<typeof start>) => {
      trainer.dispose();
      model.dispose();
    };
    const whole = learning();
    for (let step = 1; step <= 2; step++) whole.trainer.step(step);
    const { model, trainer } = whole;
    const file = path.join(folder, 'step.safetensors');
    const stateThen = { ...startState, step: 2 };
    await writeCheckpoint(file, {
      model,
      optimizer: trainer.optimizer,
      poses: trainer.poses,
      state: stateThen,
    });
    for (let step = 3; step <= 4; step++) whole.trainer.step(step);
    expect(state(whole).poses.some((value) => value !== 0)).toBe(true);

    const resumed = learning();
    const { optimizer, poses } = resumed.trainer;
    expect(await readCheckpoint(file, { model: resumed.model, optimizer, poses })).toEqual(stateThen);
    for (let step = 3; step <= 4; step++) resumed.trainer.step(step);
    expect(state(resumed)).toEqual(state(whole));
    // Who predicts needs no cameras.
    expect(await readWeights(file, resumed.model)).toBe(2);
    dispose(whole);
    dispose(resumed);
    rmSync(folder, { recursive: true });
  });

  it('ends with the same weights in any number of threads', async () => {
    const weightsWith = async (threads: number) => {
      if (tf.getBackend() === 'wasm') await useBackend('wasm', { threads });
      const { model, trainer, weights } = start({ ...config.losses, silhouette: { weight: 1, kind: 'iou' } });
      for (const step of [1, 2, 3]) trainer.step(step);
      const values = [...weights.values()].map((variable) => variable.dataSync());
      model.dispose();
      return values;
    };
    expect(await weightsWith(2)).toEqual(await weightsWith(1));
  });

  it('says in how many views the prediction covers nothing', () => {
    const { model, trainer, fill } = start({ ...config.losses, silhouette: { weight: 1, kind: 'iou' } });
    expect(trainer.step(1).emptyViews).toBe(0);
    fill('block.1.head.bias', 100);
    expect(trainer.step(2).emptyViews).toBe(1);
    model.dispose();
  });

  it.each([1, 0.5])(
    'of several batches is one of a batch so many times as large, %f of surfaces known',
    (labels3d) => {
      const names = ['chamfer', 'edge', 'normal', 'laplacian', 'move', 'silhouette', 'color', 'weightDecay'];
      const losses = parseConfig({
        task: 'train',
        losses: Object.fromEntries(names.map((name) => [name, { weight: 1 }])),
      }).losses as TrainConfig['losses'];
      const [whole, ...parts] = [
        { batchSize: 4, accumulate: 1 },
        { batchSize: 2, accumulate: 2 },
        { batchSize: 1, accumulate: 4 },
      ].map((training) => {
        const { model, trainer } = start(losses, {
          ...training,
          supervision: { ...fullSupervision, labels3d },
        });
        const report = trainer.step(1);
        model.dispose();
        return { report, gradient: trainer.optimizer.state().m };
      });
      for (const { report, gradient } of parts) {
        expect(relativeError(gradient, whole.gradient)).toBeLessThan(1e-5);
        expect(report.emptyViews).toBeCloseTo(whole.report.emptyViews!, 12);
        for (const name of [...names, 'total']) {
          const expected = whole.report.losses[name];
          expect(Math.abs(report.losses[name] - expected), name).toBeLessThan(1e-5 * Math.abs(expected));
        }
      }
    },
  );

  it('keeps no tensors, of several batches either', () => {
    const { model, trainer } = start(config.losses, { accumulate: 3 });
    trainer.step(1);
    const { numTensors } = tf.memory();
    trainer.step(2);
    trainer.examine(3);
    expect(tf.memory().numTensors).toBe(numTensors);
    model.dispose();
  });

  it('is not done where the loss is above its limit, and says what it worked on', () => {
    const { model, trainer } = start(config.losses, { batchSize: 2 });
    const findings = trainer.examine(1);
    const { total } = findings.losses;
    const error = errorOf(() => trainer.step(1, { lossLimit: 0.99 * total }));
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as DivergenceError).findings).toEqual(findings);
    const [{ id, view, supervision }] = findings.examples;
    expect(supervision).toHaveLength(2);
    expect(supervision[0]).toBe(view);
    expect((error as Error).message).toContain(
      `, above ${(0.99 * total).toPrecision(4)}) on ${id} view ${view}, `,
    );
    expect(trainer.optimizer.steps).toBe(0);
    expect(trainer.step(1, { lossLimit: 1.01 * total }).losses).toEqual(findings.losses);
    // Colours are not looked at here.
    const names = model.parameters.list().map(({ name }) => name);
    expect(Object.keys(findings.gradientNorms)).toEqual(names.filter((name) => !name.startsWith('color.')));
    const squares = trainer.optimizer.state().m.reduce((sum, m) => sum + (m / 0.1) ** 2, 0);
    expect(Math.hypot(...Object.values(findings.gradientNorms))).toBeCloseTo(Math.sqrt(squares), 4);
    model.dispose();
  });

  it('is not done where a gradient is not finite', () => {
    const { model, trainer } = start(config.losses);
    vi.spyOn(trainer.optimizer, 'step').mockImplementation(() => {
      throw new GradientError('color.bias');
    });
    const error = errorOf(() => trainer.step(7));
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as Error).message).toMatch(
      /^the training diverged at step 7 \(the gradient of "color\.bias" is not finite\) on /,
    );
    model.dispose();
  });

  it('moves by a part of the learning rate', () => {
    const moves = [1, 0.25].map((rateFactor) => {
      const { model, trainer, weights } = start(config.losses);
      const bias = weights.get('block.1.head.bias')!;
      const before = bias.dataSync().slice();
      trainer.step(1, { rateFactor });
      const move = bias.dataSync()[0] - before[0];
      model.dispose();
      return move;
    });
    expect(moves[1] / moves[0]).toBeCloseTo(0.25, 4);
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
