// The training of experiments/quickstart.yaml, step by step, as `rastergrad run` does it.

import path from 'node:path';
import { loadConfig, type TrainConfig } from '../../src/config/index.ts';
import { chooseObjects, openConfiguredDataset } from '../../src/experiments/objects.ts';
import { makeModel } from '../../src/experiments/train.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { Random } from '../../src/tensor/random.ts';
import { Trainer } from '../../src/training/trainer.ts';
import type { Stepper } from './child.ts';

export async function quickstart(): Promise<Stepper> {
  const file = path.join(packageRoot, 'experiments/quickstart.yaml');
  const config = (await loadConfig(file)) as TrainConfig;
  const dataset = await openConfiguredDataset(config);
  const model = makeModel(config, dataset);
  const { training, supervision, losses, renderer, seed } = config;
  const trainer = new Trainer(
    model,
    chooseObjects(dataset, config, 'train'),
    {
      ...training,
      views: supervision.views,
      supervisionSize: renderer.imageSize,
      badSamples: dataset.badSamples,
      objective: {
        losses,
        renderedLevels: supervision.levels,
        renderer,
        fovDegrees: dataset.camera.fovDegrees,
      },
    },
    new Random(seed).split('examples'),
  );
  let step = 0;
  return {
    flops: 0,
    async step() {
      step++;
      await trainer.prefetch(step);
      return trainer.step(step).losses.total;
    },
    forward() {
      throw new Error('the quickstart is measured by whole steps');
    },
  };
}
