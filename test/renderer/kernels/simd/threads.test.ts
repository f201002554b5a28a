// Several threads: the same bits as one, and an end of them.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { wasmMemoryBytes } from '../../../../renderer/backend/index.ts';
import {
  icosphere,
  lookAt,
  type MethodOptions,
  PerspectiveCamera,
  rasterize,
  threadsInUse,
  useBackend,
} from '../../../../renderer/index.ts';
import { simd } from '../../../../renderer/kernels/simd/module.ts';
import type { Call, Task } from '../../../../renderer/kernels/simd/threads.ts';
import { nearestBothWays } from '../../../../renderer/mesh/nearest.ts';
import { testNumbers } from '../../../gradient.ts';

await useBackend('wasm', { math: 'wasm', threads: 3 });

/** What `compute` gives with so many threads, as bytes; every array that it returns. */
async function bytesWith(threads: number, compute: () => readonly ArrayBufferView[]): Promise<Buffer> {
  await useBackend('wasm', { threads });
  expect(threadsInUse()).toBe(threads);
  return Buffer.concat(compute().map((view) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)));
}

/** 2 and 3 threads, each with some of the work, give the bits that one gives. */
async function expectSameBits(compute: () => readonly ArrayBufferView[]): Promise<void> {
  const one = await bytesWith(1, compute);
  expect(one.some((byte) => byte !== 0)).toBe(true);
  for (const threads of [2, 3]) {
    const before = jobsShared();
    const several = await bytesWith(threads, compute);
    expect(jobsShared()).toBeGreaterThan(before);
    expect(Buffer.compare(several, one)).toBe(0);
  }
}

const notify = vi.spyOn(Atomics, 'notify');
const jobsShared = () => notify.mock.calls.length;

const tensorOf = (shape: number[], seed: number) =>
  tf.tensor(Float32Array.from(testNumbers(tf.util.sizeFromShape(shape), seed)), shape);

describe('products and convolutions', () => {
  it.each([
    [300, 64, 200, false, false],
    [64, 500, 300, true, false],
    [513, 100, 90, false, true],
    [37, 211, 1001, true, true],
  ])('of [%i × %i] and [· × %i], transposed %s, %s', async (m, k, n, transposeA, transposeB) => {
    const a = tensorOf(transposeA ? [k, m] : [m, k], 1) as tf.Tensor2D;
    const b = tensorOf(transposeB ? [n, k] : [k, n], 2) as tf.Tensor2D;
    const bias = tensorOf([n], 3) as tf.Tensor1D;
    await expectSameBits(() => {
      const product = tf.fused.matMul({ a, b, bias, transposeA, transposeB, activation: 'relu' });
      const values = product.dataSync();
      product.dispose();
      return [values];
    });
    tf.dispose([a, b, bias]);
  });

  it.each([
    ['one picture', [1, 56, 56, 16], [3, 3, 16, 24], 1],
    ['several', [5, 20, 20, 8], [3, 3, 8, 32], 1],
    ['many small ones', [7, 6, 6, 32], [3, 3, 32, 64], 1],
    ['a stride', [2, 130, 80, 9], [5, 5, 9, 16], 2],
    ['single pixels', [2, 40, 40, 32], [1, 1, 32, 40], 1],
  ] as const)('%s, and the gradients', async (_, inputShape, filterShape, stride) => {
    const input = tensorOf([...inputShape], 4) as tf.Tensor4D;
    const filter = tensorOf([...filterShape], 5) as tf.Tensor4D;
    await expectSameBits(() =>
      arraysOf(() => {
        const output = tf.conv2d(input, filter, stride, 'same');
        const upstream = tensorOf(output.shape, 6);
        const gradients = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'same'));
        return [output, ...gradients([input, filter], upstream)];
      }),
    );
    tf.dispose([input, filter]);
  });
});

/** The elements of tensors, which are disposed of. */
const arraysOf = (compute: () => tf.Tensor[]): Float32Array[] => {
  const tensors = tf.tidy(compute);
  const arrays = tensors.map((tensor) => tensor.dataSync() as Float32Array);
  tf.dispose(tensors);
  return arrays;
};

const views = 5;
const sphere = icosphere(3, { radii: 0.45 });
const camera = new PerspectiveCamera({
  fovDegrees: 30,
  view: Array.from({ length: views }, (_, i) => lookAt({ eye: [2 * Math.cos(i), 0.6, 2 * Math.sin(i)] })),
});
const positions = camera.project(sphere.vertices.expandDims(0) as tf.Tensor3D);
const size = { width: 96, height: 80 };

describe('pictures and their gradients', () => {
  const { vertexCount } = sphere.topology;
  const colors = { own: tensorOf([views, vertexCount, 3], 7), shared: tensorOf([1, vertexCount, 3], 8) };
  const all: MethodOptions[] = [
    { type: 'dibr' },
    { type: 'dibr', order: 'nearest' },
    { type: 'dibr', unbiased: true },
    { type: 'softras', sigma: 1e-4 },
    { type: 'softras', sigma: 1e-4, variant: 'pytorch3d', facesPerPixel: 10 },
    { type: 'softras', sigma: 1e-4, distance: 'barycentric', color: 'hard' },
    { type: 'nmr' },
    { type: 'antialias' },
    { type: 'edge' },
    { type: 'hard' },
  ];
  const draw = (method: MethodOptions, at: tf.Tensor3D, attributes: tf.Tensor3D) => {
    const { image, silhouette } = rasterize(at, sphere.topology, { ...size, attributes, method });
    return tf.concat([image, silhouette.expandDims(3)], 3);
  };
  const drawn = (method: MethodOptions, at: tf.Tensor3D, attributes: tf.Tensor3D) =>
    arraysOf(() => {
      const picture = draw(method, at, attributes);
      const upstream = tensorOf([views, 80, 96, 4], 9).slice(
        [0, 0, 0, 0],
        picture.shape as [number, number, number, number],
      );
      const gradients = tf.grads((p, c) => draw(method, p as tf.Tensor3D, c as tf.Tensor3D));
      return [picture, ...gradients([at, attributes], upstream)];
    });

  for (const method of all) {
    const { type, ...options } = method;
    const name = [type, ...Object.entries(options).flat()].join(' ');
    it.each(['own', 'shared'] as const)(`by ${name}, with %s colours`, (colored) =>
      expectSameBits(() => drawn(method, positions as tf.Tensor3D, colors[colored] as tf.Tensor3D)),
    );
  }

  it('are those of single views', async () => {
    await useBackend('wasm', { threads: 2 });
    for (const method of all) {
      const [picture, toPositions, toColors] = drawn(
        method,
        positions as tf.Tensor3D,
        colors.own as tf.Tensor3D,
      );
      const [p, c] = [positions, colors.own].map((tensor) => tensor.slice([2, 0, 0], [1, -1, -1]));
      const upstream = tensorOf([views, 80, 96, 4], 9).slice([2, 0, 0, 0], [1, -1, -1, -1]);
      const alone = arraysOf(() => [
        draw(method, p as tf.Tensor3D, c as tf.Tensor3D),
        ...tf.grads((x, y) => draw(method, x as tf.Tensor3D, y as tf.Tensor3D))([p, c], upstream),
      ]);
      for (const [i, whole] of [picture, toPositions, toColors].entries()) {
        const length = whole.length / views;
        expect(
          Buffer.from(alone[i].buffer).equals(Buffer.from(whole.slice(2 * length, 3 * length).buffer)),
        ).toBe(true);
      }
    }
  });
});

describe('nearest neighbours', () => {
  it('are the same', () => {
    const [a, b] = [testNumbers(3 * 2466, 10), testNumbers(3 * 3000, 11)].map((values) =>
      Float32Array.from(values),
    );
    return expectSameBits(() => nearestBothWays(a, b));
  });
});

describe('threads', () => {
  it('go on after a job that failed', async () => {
    await useBackend('wasm', { threads: 3 });
    const { threads, scratch } = simd()!;
    scratch.run(() => {
      const at = scratch.take(16 * 40);
      const copy = (from: number, to: number): Task => [['copyRows', from, 4, to, 4, 3, 2]];
      const good = Array.from({ length: 40 }, (_, i) => copy(at, at + 16 * i));
      const beyond = 2 ** 32 - 64;
      expect(() => threads.run(1e9, [...good, copy(beyond, at), ...good, copy(beyond, at)])).toThrow();
      expect(() => threads.run(1e9, good)).not.toThrow();
    });
  });

  it('do more tasks than a job has room for, and return what each gives', async () => {
    await useBackend('wasm', { threads: 3 });
    const { threads, scratch } = simd()!;
    scratch.run(() => {
      const at = scratch.take(4 * 3000);
      scratch.floats(at, 3000).forEach((_, i, values) => {
        values[i] = i;
      });
      const tasks = Array.from({ length: 3000 }, (_, i): Task => [['squaredNorm', at + 4 * i, 1]]);
      expect(threads.run(1e9, tasks)).toEqual(Array.from({ length: 3000 }, (_, i) => i * i));
      // And one whose record alone is too long.
      const long = Array.from({ length: 20_000 }, (): Call => ['squaredNorm', at + 8, 1]);
      expect(threads.run(1e9, [long, tasks[3]])).toEqual([4, 9]);
    });
  });

  it('find memory that has grown since they started', async () => {
    await useBackend('wasm', { threads: 3 });
    const before = wasmMemoryBytes();
    const [a, b] = [tensorOf([1500, 8], 1), tensorOf([8, 1500], 2)] as tf.Tensor2D[];
    const kept = [tf.matMul(a, b)];
    while (wasmMemoryBytes() < before + 2 ** 26) kept.push(tf.matMul(a, b));
    const [first, last] = [kept[0].dataSync(), kept.at(-1)!.dataSync()];
    expect(Buffer.from(last.buffer).equals(Buffer.from(first.buffer))).toBe(true);
    tf.dispose([a, b, ...kept]);
  });

  it('let a process end', async () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const module = new URL('../../../../renderer/index.ts', import.meta.url).href;
    const tfjs = pathToFileURL(createRequire(import.meta.url).resolve('@tensorflow/tfjs')).href;
    const program = `
      const { default: tf } = await import('${tfjs}');
      const { threadsInUse, useBackend } = await import('${module}');
      await useBackend('wasm', { threads: 3 });
      tf.matMul(tf.ones([300, 300]), tf.ones([300, 300])).dataSync();
      console.log(threadsInUse());`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', tsx],
      ...['--input-type=module', '--eval', program],
    ]);
    expect(stdout.trim().split('\n').at(-1)).toBe('3');
  });

  it('end with their back end, and come again with the next', async () => {
    await useBackend('wasm', { threads: 2 });
    const terminated = vi.spyOn(Worker.prototype, 'terminate');
    tf.removeBackend('wasm');
    expect(terminated).toHaveBeenCalledTimes(1);
    expect(simd()).toBeUndefined();
    terminated.mockRestore();
  });
});
