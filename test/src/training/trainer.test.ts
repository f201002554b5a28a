// The training step when numbers go astray; that it learns is for whole runs to show.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../../renderer/index.ts';
import { type Dataset, openDataset } from '../../../src/datasets/index.ts';
import { parseConfig, type TrainConfig } from '../../../src/experiments/index.ts';
import { modelOf } from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Trainer } from '../../../src/training/trainer.ts';
import { useTestBackend } from '../../backend.ts';

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

  const start = (losses: TrainConfig['losses']) => {
    const model = modelOf(config.model).create(config.model, dataset.camera, new Random(1));
    const objective = { losses, renderedLevels: 1, renderer: config.renderer, fovDegrees: 30 };
    const options = { ...config.training, views: 2, objective };
    const trainer = new Trainer(model, dataset.split('test').slice(0, 1), options, new Random(2));
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
});
