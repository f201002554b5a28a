// The other end of a StepProcess: makes the training that it is told to, says so, and answers requests one at a time.

import * as tf from '@tensorflow/tfjs';
import { useBaseline } from '../baseline/kernels.ts';
import { usePlainLayers } from '../baseline/layers.ts';
import type { Request, Side, StepFacts, Training } from './stepProcess.ts';

/** A training at work. */
export interface Stepper {
  /** Returns the loss before its update, where there is one. */
  step(): number | Promise<number>;
  forward(): void;
  /** FLOPs of the products and convolutions of a step. */
  flops: number;
}

const side = process.argv[2] as Side;
const training = JSON.parse(process.argv[3]) as Training;
const threads = Number(process.argv[4]);

if (side === 'baseline') {
  await useBaseline();
  usePlainLayers();
} else {
  const { useBackend } = await import('../../renderer/backend/index.ts');
  await useBackend('wasm', { math: side, threads });
}
const stepper = await start(training);
let loss = Number.NaN;
// Whoever asked may be gone by the time of an answer.
const reply = (message: unknown) => process.send!(message, (error: Error | null) => error && process.exit());
process.on('disconnect', () => process.exit());
process.on('message', async (request: Request) => reply(await answer(request)));
reply('ready');

async function start(chosen: Training): Promise<Stepper> {
  if (chosen.network === 'quickstart') return (await import('./quickstart.ts')).quickstart();
  if (chosen.network === 'none') return (await import('./views.ts')).views(chosen.views, chosen.size);
  return (await import('./fullSize.ts')).fullSize(chosen.batch, chosen.template);
}

async function answer(request: Request): Promise<number | StepFacts> {
  if (request === 'facts') return facts();
  const start = performance.now();
  const before = process.cpuUsage();
  if (request === 'forward') stepper.forward();
  else loss = await stepper.step();
  if (request === 'step on the clock') return performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function facts(): StepFacts {
  const backend = tf.backend() as unknown as { wasm: { HEAPF32: Float32Array } };
  return {
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    wasmMegabytes: backend.wasm.HEAPF32.buffer.byteLength / 2 ** 20,
    tensors: tf.memory().numTensors,
    loss,
    flops: stepper.flops,
    flopsPerMillisecond: bestProductRate(),
  };
}

/** Over products of the networks' shapes and one large square: the fastest of each. */
function bestProductRate(): number {
  let best = 0;
  for (const [m, k, n] of [
    [1024, 1024, 1024],
    [2466, 256, 512],
    [784, 1152, 128],
  ]) {
    const [a, b] = [tf.randomNormal([m, k]), tf.randomNormal([k, n])];
    for (let i = 0; i < 12; i++) {
      const before = process.cpuUsage();
      tf.matMul(a, b).dispose();
      const { user, system } = process.cpuUsage(before);
      best = Math.max(best, (2 * m * k * n) / ((user + system) / 1000));
    }
    tf.dispose([a, b]);
  }
  return best;
}
