// One training step of the published Pixel2Mesh network at its full size: 224 × 224, width 256, 9,000 points, with its own losses. Prints
// time and memory; bench/overfit.ts has the same step 300 times. Run: npx tsx bench/pixel2mesh.ts [info_ellipsoid.dat]

import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../renderer/backend/select.ts';
import { chairBatch, officialNetwork, trainingSteps } from './officialNetwork.ts';
import { header, row } from './tables.ts';

const warmUp = 2;
const measured = 8;

await useBackend('wasm');
header(['batch', 'forward and losses, s', 'step, s', 'tensors', 'RSS MB']);
for (const size of [1, 2]) {
  const network = await officialNetwork(process.argv[2]);
  const { batch } = await chairBatch(size);
  const train = trainingSteps(network, batch);
  for (let step = 0; step < warmUp; step++) train(1e-5);
  const steps = Array.from({ length: measured }, () => train(1e-5));
  const least = (key: 'forwardMilliseconds' | 'milliseconds') =>
    (Math.min(...steps.map((step) => step[key])) / 1000).toFixed(2);
  const rss = (process.memoryUsage().rss / 2 ** 20).toFixed(0);
  row([size, least('forwardMilliseconds'), least('milliseconds'), tf.memory().numTensors, rss]);
  network.dispose();
  tf.dispose([batch.pictures, batch.target.points, batch.target.normals!]);
}
