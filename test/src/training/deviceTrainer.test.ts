// The training step on the webgpu back end beside the one on wasm, with every loss and a network of every kind of layer.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../../renderer/backend/index.ts';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { openDataset } from '../../../src/datasets/index.ts';
import { modelOf } from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { makeBatch } from '../../../src/training/batch.ts';
import { DeviceTrainer } from '../../../src/training/deviceTrainer.ts';
import { ExampleOrder } from '../../../src/training/exampleOrder.ts';
import { Objective } from '../../../src/training/objective.ts';
import { Trainer } from '../../../src/training/trainer.ts';
import { relativeError } from '../../renderer/scenes.ts';
import { readBacks, startWebGpu, valuesOn } from '../../webGpu.ts';

const absent = await startWebGpu();
await useBackend('wasm');

const config = parseConfig({
  task: 'train',
  model: {
    imageSize: 32,
    encoder: { channels: [4, 8] },
    globalCode: 6,
    hidden: 8,
    template: { level: 1, levels: 2 },
    blocks: { residualBlocks: 1 },
  },
  losses: Object.fromEntries(
    ['chamfer', 'edge', 'normal', 'laplacian', 'move', 'silhouette', 'color', 'weightDecay'].map((name) => [
      name,
      { weight: 1 },
    ]),
  ),
  renderer: { imageSize: 32 },
  training: { batchSize: 2, learningRate: 0.01, clipNorm: 1, targetPoints: 200 },
}) as TrainConfig;

const dataset = await openDataset('furniture-mini', { imageSize: 32 });
const objects = dataset.split('train').slice(0, 3);
const options = {
  ...config.training,
  views: 2,
  objective: {
    losses: config.losses,
    renderedLevels: 1,
    renderer: config.renderer,
    fovDegrees: dataset.camera.fovDegrees,
  },
};
const startModel = () => modelOf(config.model).create(config.model, dataset.camera, new Random(1));

// Hundreds of programs are compiled, which SwiftShader takes seconds for.
describe.skipIf(absent)(`on webgpu${absent ? `: ${absent}` : ''}`, { timeout: 180_000 }, () => {
  it('losses and the gradients of all weights are those of wasm', async () => {
    const compute = () => {
      const model = startModel();
      const { samples } = new ExampleOrder(objects, options, new Random(2)).step(1);
      const batch = makeBatch(samples);
      const parameters = model.parameters.list();
      const objective = new Objective(options.objective);
      const terms: Record<string, tf.Scalar> = {};
      const { grads } = tf.variableGrads(
        () => {
          const value = objective.evaluate(model.predict(batch.pictures), batch, parameters);
          for (const [name, term] of Object.entries(value.terms)) terms[`loss ${name}`] = tf.keep(term);
          return value.total;
        },
        parameters.map(({ variable }) => variable),
      );
      const gradients = parameters.map(({ name, variable }) => [name, grads[variable.name]]);
      // Variables are not the tidy's to free.
      model.dispose();
      return { ...terms, ...(Object.fromEntries(gradients) as Record<string, tf.Tensor>) };
    };
    const expected = await valuesOn('wasm', compute);
    const actual = await valuesOn('webgpu', compute);
    for (const [name, values] of Object.entries(expected)) {
      expect(relativeError(actual[name], values), name).toBeLessThan(5e-5);
    }
  });

  it('takes the steps of wasm', async () => {
    await useBackend('wasm');
    const trainer = new Trainer(startModel(), objects, options, new Random(2));
    const expected = [1, 2].map((step) => trainer.step(step));
    await useBackend('webgpu');
    const onDevice = new DeviceTrainer(startModel(), objects, options, new Random(2));
    for (const [i, { losses, emptyViews }] of expected.entries()) {
      const actual = await onDevice.step(i + 1);
      expect(actual.emptyViews).toBe(emptyViews);
      expect(Object.keys(actual.losses)).toEqual(Object.keys(losses));
      for (const [name, value] of Object.entries(losses)) {
        const error = Math.abs(actual.losses[name] - value) / Math.abs(value);
        expect(error, `${name}, step ${i + 1}`).toBeLessThan(5e-5);
      }
    }
  });

  it('reads nothing back in a step, and keeps no tensors', async () => {
    await useBackend('webgpu');
    const model = startModel();
    const trainer = new DeviceTrainer(model, objects, options, new Random(2));
    await trainer.step(1);
    const { numTensors } = tf.memory();
    expect(readBacks(() => tf.dispose(trainer.enqueue(2)))).toBe(0);
    expect(tf.memory().numTensors).toBe(numTensors);
    trainer.optimizer.dispose();
    model.dispose();
  });

  it('names the losses that are not finite', async () => {
    await useBackend('webgpu');
    const model = startModel();
    const bias = model.parameters.list().find(({ name }) => name === 'block.0.head.bias')!.variable;
    bias.assign(tf.fill(bias.shape, Number.NaN));
    const trainer = new DeviceTrainer(model, objects, options, new Random(2));
    await expect(trainer.step(1)).rejects.toThrow(/diverged at step 1 \(.*edge = NaN/);
  });
});
