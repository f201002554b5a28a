import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mathInUse, useBackend } from '../../../../renderer/backend/index.ts';
import { loadOpenBlas } from '../../../../renderer/backend/wasm/openBlas.ts';
import { numbers } from './compare.ts';

const isHere = await loadOpenBlas().then(
  () => true,
  () => false,
);
if (!isHere) console.log('OpenBLAS is not installed: its tests are left out.');

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!isHere)('OpenBLAS', () => {
  it('says what is in use', async () => {
    await useBackend('wasm', { math: 'openblas' });
    expect(mathInUse()).toMatch(/^OpenBLAS \d+\.\d+\S* \w+, \d+ threads?$/);
    await useBackend('wasm', { math: 'auto' });
    expect(mathInUse()).toMatch(/^OpenBLAS/);
    await useBackend('wasm', { math: 'wasm' });
    expect(mathInUse()).toMatch(/^WebAssembly/);
  });

  it('gives the same products and gradients to rounding', async () => {
    const compute = async (math: 'wasm' | 'openblas') => {
      await useBackend('wasm', { math });
      return tf.tidy(() => {
        const [x, w] = [numbers([2, 9, 9, 5], 1), numbers([3, 3, 5, 7], 2)] as tf.Tensor4D[];
        const [a, b, bias] = [numbers([33, 70], 3), numbers([70, 19], 4), numbers([19], 5)] as tf.Tensor2D[];
        const convolved = tf.grads((p: tf.Tensor, q: tf.Tensor) =>
          tf.relu(tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, 2, 'same')).square(),
        )([x, w]);
        const dense = tf.grads((p: tf.Tensor, q: tf.Tensor, r: tf.Tensor) =>
          tf.fused.matMul({ a: p as tf.Tensor2D, b: q as tf.Tensor2D, bias: r, activation: 'relu' }).square(),
        )([a, b, bias]);
        return [...convolved, ...dense, tf.matMul(a, b)].map((tensor) => tensor.dataSync() as Float32Array);
      });
    };
    const [ours, theirs] = [await compute('wasm'), await compute('openblas')];
    for (const [i, values] of ours.entries()) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      values.forEach((value, k) => {
        if (!(Math.abs(value - theirs[i][k]) <= 2e-6 * largest))
          throw new Error(`${i}: ${value}, ${theirs[i][k]}`);
      });
    }
  });
});

describe('the choice of math', () => {
  it('stays until another is asked for', async () => {
    await useBackend('wasm', { math: 'wasm' });
    await useBackend('wasm');
    expect(mathInUse()).toMatch(/^WebAssembly/);
    await expect(useBackend('cpu', { math: 'foo' as 'wasm' })).rejects.toThrow('math "foo" is unknown');
  });

  it('names what is unknown, and what does not load', async () => {
    await expect(useBackend('wasm', { math: 'mkl' as 'wasm' })).rejects.toThrow(
      'math "mkl" is unknown; choose one of auto, wasm, openblas',
    );
    vi.stubEnv('RASTERGRAD_OPENBLAS', '/nowhere/libblas.so');
    for (const math of ['openblas', 'auto'] as const) {
      await expect(useBackend('wasm', { math })).rejects.toThrow(
        /RASTERGRAD_OPENBLAS: \/nowhere\/libblas.so is no OpenBLAS that loads/,
      );
    }
  });
});
