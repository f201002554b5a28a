// Data loading: pictures and points from files to samples, and samples to the tensors of a training step.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scoped } from '../../renderer/backend/index.ts';
import {
  type Dataset,
  exportShapenetP2m,
  openDataset,
  prefetchSample,
  type Sample,
  toSample,
} from '../../src/datasets/index.ts';
import { packageRoot } from '../../src/packageRoot.ts';
import { makeBatch } from '../../src/training/batch.ts';
import { useWasm } from '../backend.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';

const batch = 4;
const supervision = [0, 3];

/** The samples of a step of the quickstart: half of them mirrored, two views to supervise each. */
const samplesOf = (dataset: Dataset): Sample[] =>
  dataset
    .split('train')
    .slice(0, batch)
    .map((object, i) => toSample(object, 0, supervision, { mirror: i % 2 === 1 }));

export const benchmark: Benchmark = {
  name: 'data',
  title: `decoding and augmentation: ${batch} samples with ${supervision.length} supervising views each`,
  baseline: 'the same from files, on the spot, in the main thread',
  async *cases({ short }) {
    if (short) return;
    await useWasm();
    const folder = path.join(packageRoot, 'data/furniture-mini');
    const fromFiles = (name: string) => async () => {
      const dataset = await openDataset(name, { workers: 0 });
      return samplesOf(dataset);
    };
    const kept = await openDataset(folder, { workers: 0 });
    const samples = samplesOf(kept);
    yield {
      name: 'furniture-mini, seen before',
      run: () => samplesOf(kept),
      baseline: fromFiles(folder),
      clock: 'wall',
    } satisfies Case;
    yield {
      name: 'samples to tensors',
      run: () => scoped(() => void makeBatch(samples)),
    } satisfies Case;

    const scratch = await mkdtemp(path.join(tmpdir(), 'rastergrad-'));
    const many = path.join(scratch, 'ShapeNetP2M');
    await exportShapenetP2m(folder, { output: many, objects: batch });
    // Nothing is kept, so that every round reads the files.
    const [ahead, onTheSpot] = [
      await openDataset(many, { cacheMegabytes: 0 }),
      await openDataset(many, { cacheMegabytes: 0, workers: 0 }),
    ];
    yield {
      name: 'ShapeNetP2M layout, ahead in worker threads',
      run: () => Promise.all(ahead.split('train').map((object) => prefetchSample(object, 0, [0]))),
      baseline: () => onTheSpot.split('train').map((object) => toSample(object, 0, [0])),
      clock: 'wall',
    } satisfies Case;
    await ahead.close();
    await rm(scratch, { recursive: true });
  },
};
