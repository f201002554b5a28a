// Puts the trained model of a run into data/models/, so that `rastergrad predict` works with no run of one's own: config, input, results
// and weights without the optimiser's state, and the credits of the data set that it was trained on.
//
//   npx tsx scripts/ship-model.ts runs/furniture

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetFolder } from '../src/datasets/index.ts';
import { shippedModel } from '../src/experiments/shippedModel.ts';
import { evaluatedCheckpoint } from '../src/experiments/trainedModel.ts';
import { openRun } from '../src/runs/runFolder.ts';
import { readSafetensors, writeSafetensors } from '../src/tensor/safetensors.ts';

const run = openRun(process.argv[2]);
const config = await run.readConfig();
if (config.task !== 'train') throw new Error(`${run.path} has no trained model`);
const checkpoint = await evaluatedCheckpoint(run, config);

await rm(shippedModel, { recursive: true, force: true });
await mkdir(path.join(shippedModel, 'checkpoints'), { recursive: true });
for (const name of ['config.resolved.yaml', 'input.json', 'results.json']) {
  await cp(run.file(name), path.join(shippedModel, name));
}
const { tensors, metadata } = await readSafetensors(checkpoint);
// The weights that predict: the averaged ones where there are some.
const group = Object.keys(tensors).some((name) => name.startsWith('average.')) ? 'average.' : 'model.';
const weights = Object.fromEntries(
  Object.entries(tensors)
    .filter(([name]) => name.startsWith(group))
    .map(([name, tensor]) => [`model.${name.slice(group.length)}`, tensor]),
);
await writeSafetensors(path.join(shippedModel, 'checkpoints', path.basename(checkpoint)), weights, metadata);
const credits = await readFile(path.join(await datasetFolder(config.dataset.name), 'ATTRIBUTION.md'), 'utf8');
const note = `The network in this folder was trained on the data set \`${config.dataset.name}\`, which is made of the works listed below: its weights are computed from
their pictures and surface points. What follows is that data set's attribution.

`;
await writeFile(path.join(shippedModel, 'ATTRIBUTION.md'), note + credits);
