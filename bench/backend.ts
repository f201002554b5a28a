// Speed of the kernels under a training step on the wasm back end: convolutions of a small encoder and dense layers over mesh
// vertices, forward and backward, beside the kernels that TensorFlow.js ships. Run: npx tsx bench/backend.ts

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '../renderer/backend/select.ts';
import { Adam } from '../src/tensor/adam.ts';

// Taken before rastergrad registers its own.
const stock = new Map(
  [tf.BatchMatMul, tf.Conv2DBackpropInput].map((name) => [name, tf.getKernel(name, 'wasm').kernelFunc]),
);
await useBackend('wasm');

/** Milliseconds of one call of each action: the fastest of many rounds, taken in turns, so that a busy machine disturbs little. */
function time(...actions: (() => void)[]): number[] {
  const best = actions.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + 600;
  for (let round = 0; round < 10 || performance.now() < end; round++) {
    for (const [i, action] of actions.entries()) {
      const start = performance.now();
      for (let call = 0; call < 4; call++) action();
      best[i] = Math.min(best[i], (performance.now() - start) / 4);
    }
  }
  return best;
}

/** A line of the table: this project's kernel, and the stock one with the same inputs where there is one. */
function measure(
  label: string,
  operations: number,
  kernel: string,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
) {
  const backend = tf.backend();
  const stockKernel = stock.get(kernel);
  const runStock =
    stockKernel &&
    (() => backend.disposeData((stockKernel({ inputs, backend, attrs }) as tf.TensorInfo).dataId));
  const runOwn = () => tf.dispose(tf.engine().runKernel(kernel, inputs, attrs));
  const [own, before] = time(runOwn, ...(runStock ? [runStock] : []));
  const rate = (milliseconds: number) => (operations / milliseconds / 1e6).toFixed(1);
  const comparison = before ? `${rate(before)} | ${(before / own).toFixed(1)}×` : '— | —';
  console.log(`| ${label} | ${own.toFixed(3)} | ${rate(own)} | ${comparison} |`);
}

console.log('| operation | ms | GFLOP/s | stock GFLOP/s | faster |\n|---|---:|---:|---:|---:|');

const batch = 4;
for (const [size, channels, filters] of [
  [64, 4, 16],
  [32, 16, 32],
  [16, 32, 64],
  [8, 64, 128],
]) {
  const x = tf.randomNormal<tf.Rank.R4>([batch, size, size, channels]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, channels, filters]);
  const attrs = { strides: [2, 2], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
  const dy = tf.conv2d(x, filter, 2, 'same');
  const operations = 2 * dy.size * 9 * channels;
  const label = `conv ${size}×${size}×${channels}→${filters}, stride 2, batch ${batch}`;
  measure(`${label}: forward`, operations, tf.Conv2D, { x, filter }, attrs);
  measure(
    `${label}: input`,
    operations,
    tf.Conv2DBackpropInput,
    { dy, filter },
    { ...attrs, inputShape: x.shape },
  );
  const filterAttrs = { ...attrs, filterShape: filter.shape };
  measure(`${label}: filter`, operations, tf.Conv2DBackpropFilter, { x, dy }, filterAttrs);
  tf.dispose([x, filter, dy]);
}

const [m, k, n] = [2568, 64, 64];
for (const [transposeA, transposeB] of [
  [false, false],
  [true, false],
  [false, true],
]) {
  const a = tf.randomNormal(transposeA ? [1, m, k] : [1, m, k]);
  // The weight gradient is xᵀ·dy, with the vertices inside the product.
  const b = tf.randomNormal(transposeA ? [1, m, n] : [1, k, n]);
  const label = transposeA
    ? `[${m}, ${k}]ᵀ · [${m}, ${n}]`
    : `[${m}, ${k}] · [${k}, ${n}]${transposeB ? 'ᵀ' : ''}`;
  measure(`matMul ${label}`, 2 * m * k * n, tf.BatchMatMul, { a, b }, { transposeA, transposeB });
  tf.dispose([a, b]);
}
const [items, vertices] = [4, 642];
const a = tf.randomNormal([items, vertices, k]);
const b = tf.randomNormal([1, k, n]);
const label = `matMul [${items}, ${vertices}, ${k}] · [${k}, ${n}]`;
measure(label, 2 * m * k * n, tf.BatchMatMul, { a, b }, { transposeA: false, transposeB: false });

const variables = Array.from({ length: 100 }, (_, i) => ({
  name: `v${i}`,
  variable: tf.variable(tf.randomNormal([3000])),
}));
const gradients = Object.fromEntries(variables.map(({ name }) => [name, tf.randomNormal([3000])]));
const adam = new Adam(variables, { clipNorm: 1 });
const reference = tf.train.adam(1e-3);
const byVariable = Object.fromEntries(
  variables.map(({ name, variable }) => [variable.name, gradients[name]]),
);
const [own, theirs] = time(
  () => adam.step(gradients, 1e-3),
  () => reference.applyGradients(byVariable as never),
);
console.log(
  `\nAdam, 100 variables, 300,000 parameters: ${own.toFixed(2)} ms a step (tf.train.adam: ${theirs.toFixed(2)} ms)`,
);
