// rasterize() with `kernel: 'gpu'`: pictures and gradients as with the kernels in plain TypeScript, through tensors.

import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadGpuKernels, unloadGpuKernels } from '../../../renderer/kernels/gpu/index.ts';
import { type OutputName, rasterize } from '../../../renderer/rasterize.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, positionsTensor, relativeError } from '../scenes.ts';

beforeAll(async () => {
  await useTestBackend();
});
afterAll(unloadGpuKernels);

const size = { width: 33, height: 24 };
const outputs: OutputName[] = ['image', 'silhouette', 'depth', 'barycentrics'];

it('asks to be loaded', () => {
  const test = crumpledSpheres(1);
  expect(() =>
    rasterize(positionsTensor(test), test.topology, { ...size, kernel: 'gpu', outputs: ['silhouette'] }),
  ).toThrow('kernel "gpu" must be loaded first: await loadGpuKernels()');
});

it.each([
  { stride: 4 as const, perspectiveCorrect: true },
  { stride: 4 as const, perspectiveCorrect: false },
  { stride: 3 as const, perspectiveCorrect: true },
])('draws and differentiates as kernel "scalar": %o', async ({ stride, perspectiveCorrect }) => {
  await loadGpuKernels();
  const test = crumpledSpheres(5, 2, stride);
  const positions = positionsTensor(test);
  const colors = tf.tensor3d(Float32Array.from(testNumbers(18 * 3, 3)), [1, 18, 3]);
  const results = (['gpu', 'scalar'] as const).map((kernel) => {
    const draw = (p: tf.Tensor, c: tf.Tensor, names: OutputName[]) =>
      rasterize(p as tf.Tensor3D, test.topology, {
        ...size,
        kernel,
        perspectiveCorrect,
        attributes: c as tf.Tensor3D,
        shader: (rows) => rows.square(),
        background: [0.1, 0.2, 0.3],
        method: { type: 'dibr', sharpness: 300, boxSize: 0.1 },
        outputs: names,
      });
    const weighted = (p: tf.Tensor, c: tf.Tensor) =>
      Object.values(draw(p, c, outputs))
        .map((drawn, i) =>
          drawn.mul(tf.tensor(Float32Array.from(testNumbers(drawn.size, i)), drawn.shape)).sum(),
        )
        .reduce((sum, term) => sum.add(term)) as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(weighted)([positions, colors]);
    const { faceIndex } = draw(positions, colors, ['faceIndex']);
    return { value, positions: grads[0], colors: grads[1], faceIndex };
  });
  const [gpu, scalar] = results;
  expect(gpu.faceIndex.dataSync()).toEqual(scalar.faceIndex.dataSync());
  for (const name of ['value', 'positions', 'colors'] as const) {
    expect(relativeError(gpu[name].dataSync(), scalar[name].dataSync())).toBeLessThan(1e-5);
  }
});
