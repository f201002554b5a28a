// The kernels of the wasm back end under a training step, by themselves, at the sizes of the networks: dense products with all transpose
// flags, convolutions and their gradients, sums of rows, the gradient of a maximum, and Adam.

import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../src/tensor/adam.ts';
import { useWasm } from '../backend.ts';
import { baselineKernel } from '../baseline/kernels.ts';
import { type Benchmark, bytes, type Case, flop, type Work } from '../harness/benchmark.ts';

interface Call {
  name: string;
  kernel: string;
  inputs: tf.NamedTensorMap;
  attrs: tf.NamedAttrMap;
  work?: Work;
  floor?: number;
}

/** Both sides past the engine, so that its dispatch is part of neither. */
function caseOf({ name, kernel, inputs, attrs, work, floor }: Call): Case {
  const backend = tf.backend();
  const call =
    ({ kernelFunc }: tf.KernelConfig) =>
    () => {
      const outputs = kernelFunc({ inputs, backend, attrs });
      for (const { dataId } of [outputs].flat()) backend.disposeData(dataId);
    };
  const run = call(tf.getKernel(kernel, 'wasm'));
  return { name, run, baseline: call(baselineKernel(kernel)), work, floor };
}

const product = (m: number, k: number, n: number, transpose: 'neither' | 'A' | 'B' | 'both'): Call => {
  const [transposeA, transposeB] = [
    transpose === 'A' || transpose === 'both',
    transpose === 'B' || transpose === 'both',
  ];
  return {
    name: `matMul [${m}, ${k}]${transposeA ? ' (as ᵀ)' : ''} · [${k}, ${n}]${transposeB ? ' (as ᵀ)' : ''}`,
    kernel: tf.BatchMatMul,
    inputs: {
      a: tf.randomNormal(transposeA ? [1, k, m] : [1, m, k]),
      b: tf.randomNormal(transposeB ? [1, n, k] : [1, k, n]),
    },
    attrs: { transposeA, transposeB },
    work: flop(2 * m * k * n),
    // Every gradient of a dense layer has a flag, with which the shipped kernel falls back to plain loops: a tenth of its speed.
    ...(transpose !== 'neither' && { floor: 2 }),
  };
};

const batched = (items: number, m: number, k: number, n: number): Call => ({
  name: `matMul [${items}, ${m}, ${k}] · [${k}, ${n}]`,
  kernel: tf.BatchMatMul,
  inputs: { a: tf.randomNormal([items, m, k]), b: tf.randomNormal([1, k, n]) },
  attrs: { transposeA: false, transposeB: false },
  work: flop(2 * items * m * k * n),
  floor: 2,
});

const fused = (m: number, k: number, n: number): Call => ({
  name: `matMul + bias + ReLU [${m}, ${k}] · [${k}, ${n}]`,
  kernel: tf._FusedMatMul,
  inputs: { a: tf.randomNormal([1, m, k]), b: tf.randomNormal([1, k, n]), bias: tf.randomNormal([n]) },
  attrs: { transposeA: false, transposeB: false, activation: 'relu' },
  work: flop(2 * m * k * n),
});

interface Convolution {
  batch: number;
  size: number;
  channels: number;
  filters: number;
  kernelSize: number;
  stride: number;
}

function convolution({ batch, size, channels, filters, kernelSize, stride }: Convolution): Call[] {
  const x = tf.randomNormal<tf.Rank.R4>([batch, size, size, channels]);
  const filter = tf.randomNormal<tf.Rank.R4>([kernelSize, kernelSize, channels, filters]);
  const bias = tf.randomNormal([filters]);
  const attrs = { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
  const outputs = Math.ceil(size / stride);
  const dy = tf.randomNormal<tf.Rank.R4>([batch, outputs, outputs, filters]);
  const work = flop(2 * dy.size * kernelSize ** 2 * channels);
  const name = `conv ${kernelSize}² ${size}²×${channels}→${filters}${stride > 1 ? ' /2' : ''}${batch > 1 ? `, batch ${batch}` : ''}`;
  return [
    {
      name: `${name} + bias + ReLU`,
      kernel: tf.FusedConv2D,
      inputs: { x, filter, bias },
      attrs: { ...attrs, activation: 'relu' },
      work,
    },
    {
      name: `${name}: input gradient`,
      kernel: tf.Conv2DBackpropInput,
      inputs: { dy, filter },
      attrs: { ...attrs, inputShape: x.shape },
      work,
      // The shipped kernel is a plain loop over taps; im2col and a product gained 4 to 6 times.
      floor: 2,
    },
    {
      name: `${name}: filter gradient`,
      kernel: tf.Conv2DBackpropFilter,
      inputs: { x, dy },
      attrs: { ...attrs, filterShape: filter.shape },
      work,
      floor: 2,
    },
  ];
}

function segmentSum(rows: number, segments: number, width: number): Call {
  const x = tf.randomNormal([rows, width]);
  const segmentIds = tf.randomUniform([rows], 0, segments, 'int32', 1);
  return {
    name: `unsortedSegmentSum [${rows}, ${width}] to ${segments} rows`,
    kernel: tf.UnsortedSegmentSum,
    inputs: { x, segmentIds },
    attrs: { numSegments: segments },
    work: bytes(4 * (2 * rows + segments) * width),
  };
}

function maxPoolGradient(batch: number, size: number, channels: number): Call {
  const input = tf.randomNormal<tf.Rank.R4>([batch, size, size, channels]);
  const output = tf.maxPool(input, 2, 2, 'same');
  const dy = tf.randomNormal<tf.Rank.R4>(output.shape);
  return {
    name: `maxPool 2² /2 ${size}²×${channels}, batch ${batch}: gradient`,
    kernel: tf.MaxPoolGrad,
    inputs: { dy, input, output },
    attrs: { filterSize: [2, 2], strides: [2, 2], pad: 'same' } as unknown as tf.NamedAttrMap,
    work: bytes(4 * (2 * input.size + dy.size)),
  };
}

const clone = (size: number): Call => ({
  name: `clone of ${size} numbers`,
  kernel: tf.Identity,
  inputs: { x: tf.randomNormal([size]) },
  attrs: {},
});

const adding = (size: number): Call => ({
  name: `sum of two tensors of ${size} numbers`,
  kernel: tf.Add,
  inputs: { a: tf.randomNormal([size]), b: tf.randomNormal([size]) },
  attrs: {},
  work: bytes(12 * size),
});

/** A dense layer of the finest level of the published network, its two gradients, and what else there is. */
function* calls(short: boolean): Generator<Call[]> {
  if (short) {
    yield [product(642, 64, 64, 'A')];
    yield [product(642, 64, 64, 'B')];
    yield [batched(4, 162, 64, 64)];
    yield convolution({ batch: 4, size: 16, channels: 32, filters: 64, kernelSize: 3, stride: 2 }).slice(1);
    return;
  }
  yield [product(1024, 1024, 1024, 'neither')];
  for (const transpose of ['neither', 'A', 'B', 'both'] as const) {
    // y = x·W; then dW = xᵀ·dy, dx = dy·Wᵀ.
    const [m, k, n] =
      transpose === 'A' ? [256, 2466, 512] : transpose === 'B' ? [2466, 512, 256] : [2466, 256, 512];
    yield [product(m, k, n, transpose)];
  }
  yield [fused(2466, 256, 512)];
  yield [product(2568, 64, 64, 'neither')];
  yield [product(64, 2568, 64, 'A')];
  yield [product(2568, 64, 64, 'B')];
  yield [batched(4, 642, 64, 64)];
  for (const stage of [
    { size: 224, channels: 16, filters: 16 },
    { size: 112, channels: 32, filters: 32 },
    { size: 56, channels: 64, filters: 64 },
    { size: 28, channels: 128, filters: 128 },
    { size: 14, channels: 256, filters: 256 },
    { size: 7, channels: 512, filters: 512 },
  ]) {
    yield convolution({ ...stage, batch: 1, kernelSize: 3, stride: 1 });
  }
  yield convolution({ batch: 1, size: 28, channels: 128, filters: 256, kernelSize: 5, stride: 2 });
  for (const stage of [
    { size: 64, channels: 4, filters: 16 },
    { size: 32, channels: 16, filters: 32 },
    { size: 16, channels: 32, filters: 64 },
    { size: 8, channels: 64, filters: 128 },
  ]) {
    yield convolution({ ...stage, batch: 4, kernelSize: 3, stride: 2 });
  }
  yield [segmentSum(14796, 2466, 256)];
  yield [maxPoolGradient(1, 112, 64)];
  yield [clone(2466 * 512)];
  yield [adding(2466 * 512)];
}

/** An update of as many parameters as the quickstart's network has, in as many variables. */
function adamCase(): { case: Case; dispose: () => void } {
  const variables = Array.from({ length: 100 }, (_, i) => ({
    name: `v${i}`,
    variable: tf.variable(tf.randomNormal([3000])),
  }));
  const gradients = Object.fromEntries(variables.map(({ name }) => [name, tf.randomNormal([3000])]));
  const byVariable = Object.fromEntries(
    variables.map(({ name, variable }) => [variable.name, gradients[name]]),
  );
  const adam = new Adam(variables, { clipNorm: 1 });
  const reference = tf.train.adam(1e-3);
  return {
    case: {
      name: 'Adam, 100 variables of 3,000; baseline: tf.train.adam',
      run: () => adam.step(gradients, 1e-3),
      baseline: () => reference.applyGradients(byVariable as never),
      // Weights, gradients and moments are read; weights and moments written.
      work: bytes(4 * 7 * 300_000),
    },
    dispose() {
      reference.dispose();
      tf.dispose([...Object.values(gradients), ...variables.map(({ variable }) => variable)]);
    },
  };
}

export const benchmark: Benchmark = {
  name: 'kernels',
  title: 'kernels of the wasm back end',
  baseline: 'kernels that TensorFlow.js ships; where it has none, im2col and its matMul, and plain loops',
  async *cases({ short }) {
    await useWasm();
    for (const group of calls(short)) {
      for (const call of group) yield caseOf(call);
      tf.dispose(group.map(({ inputs }) => inputs));
    }
    if (short) return;
    const { case: adam, dispose } = adamCase();
    yield adam;
    dispose();
  },
};
