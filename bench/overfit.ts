// Can the published network learn one object by heart? 300 steps at full size on one picture, with its own losses; prints the curve of
// bench/results/overfit.md. Run: npx tsx bench/overfit.ts [info_ellipsoid.dat]

import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../renderer/backend/select.ts';
import { chamferDistance } from '../src/metrics/index.ts';
import { learningRateAt } from '../src/training/schedule.ts';
import { chairBatch, officialNetwork, trainingSteps } from './officialNetwork.ts';

const steps = 300;

await useBackend('wasm');
const network = await officialNetwork(process.argv[2]);
const { batch, points } = await chairBatch(1);
const train = trainingSteps(network, batch);
row(['step', 'loss', 'chamfer ×10⁻³', 'tensors', 'RSS MB', 's a step']);
row(Array.from({ length: 6 }, () => '---:'));
for (let step = 1; step <= steps; step++) {
  const rate = learningRateAt(step, {
    learningRate: 1e-4,
    schedule: { type: 'cosine' },
    warmupSteps: 0,
    steps,
  });
  const { loss, vertices, milliseconds } = train(rate);
  if (step > 5 && step % 10 !== 0) continue;
  row([
    String(step),
    loss.toFixed(2),
    (1000 * chamferDistance(vertices, points)).toFixed(3),
    String(tf.memory().numTensors),
    (process.memoryUsage().rss / 2 ** 20).toFixed(0),
    (milliseconds / 1000).toFixed(1),
  ]);
}

function row(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
