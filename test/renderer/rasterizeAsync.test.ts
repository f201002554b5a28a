// rasterizeAsync(), its programs run by WebAssembly in place of WebGPU; test/integration/gpu.test.ts runs it on WebGPU.

import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { unloadGpuKernels } from '../../renderer/kernels/gpu/index.ts';
import { deviceOf, loadGpuJs } from '../../renderer/kernels/gpu/load.ts';
import { type RasterizeOptions, rasterize } from '../../renderer/rasterize.ts';
import { rasterizeAsync } from '../../renderer/rasterizeAsync.ts';
import { useTestBackend } from '../backend.ts';
import { testNumbers } from '../gradient.ts';
import { asyncErrors } from '../integration/gpu/checks.ts';
import { crumpledSpheres, positionsTensor } from './scenes.ts';

vi.mock('../../renderer/kernels/gpu/webGpu.ts', () => ({
  webGpuDevice: async () => deviceOf(await loadGpuJs(), 'webasm'),
}));
beforeAll(() => useTestBackend());
afterAll(unloadGpuKernels);

const test = crumpledSpheres(7, 2);
const size = { width: 20, height: 15 };

it('draws what rasterize draws, and has its gradients', async () => {
  for (const [name, error] of Object.entries(await asyncErrors())) expect(error, name).toBeLessThan(1e-5);
});

it('reads its inputs at once, needs them no longer, and keeps no other tensor', async () => {
  const positions = positionsTensor(test);
  const colors = tf.tensor3d(Float32Array.from(testNumbers(18 * 3, 3)), [1, 18, 3]);
  const options = { ...size, attributes: colors } satisfies RasterizeOptions;
  const expected = rasterize(positions, test.topology, options).image.dataSync();
  const before = tf.memory().numTensors;
  const pending = rasterizeAsync(positions, test.topology, options);
  positions.dispose();
  colors.dispose();
  const { image, silhouette, backward } = await pending;
  for (const [i, value] of image.dataSync().entries()) expect(value).toBeCloseTo(expected[i], 5);
  const gradients = await backward({ image: tf.onesLike(image) });
  expect(gradients.positions.shape).toEqual([2, 18, 4]);
  expect(gradients.attributes!.shape).toEqual([1, 18, 3]);
  // Four results and the gradient just given, less two inputs.
  expect(tf.memory().numTensors - before).toBe(3);
  silhouette.dispose();
});

it('takes calls that overlap, each with its own result', async () => {
  const runs = await Promise.all(
    [12, 30, 7].map(async (width) => {
      const positions = positionsTensor(crumpledSpheres(width));
      const options = { width, height: 9, outputs: ['silhouette' as const] };
      const { silhouette, backward } = await rasterizeAsync(positions, test.topology, options);
      const [, { positions: gradient }] = await Promise.all([
        backward({ silhouette }),
        backward({ silhouette: tf.onesLike(silhouette) }),
      ]);
      const plain = (p: tf.Tensor) =>
        rasterize(p as tf.Tensor3D, test.topology, options).silhouette.sum() as tf.Scalar;
      return [gradient, tf.grad(plain)(positions)].map((tensor) => tensor.dataSync());
    }),
  );
  for (const [actual, expected] of runs) {
    const largest = Math.max(...expected.map(Math.abs));
    for (const [i, value] of actual.entries())
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * largest);
  }
});

it('names what it cannot do', async () => {
  const positions = positionsTensor(test);
  const draw = (options: object) => rasterizeAsync(positions, test.topology, { ...size, ...options });
  await expect(draw({ width: 0 })).rejects.toThrow('width must be a whole number');
  await expect(draw({ outputs: ['image'] })).rejects.toThrow('the output "image" needs attributes');
  const edge = await rasterizeAsync(positions, test.topology, {
    ...size,
    method: { type: 'edge' },
    outputs: ['silhouette'],
  });
  await expect(edge.backward({ silhouette: edge.silhouette })).rejects.toThrow(
    'kernel "gpu" draws the methods "hard" and "dibr" only and has no edgeGradient',
  );
  const { backward } = await rasterizeAsync(positions, test.topology, {
    ...size,
    outputs: ['silhouette', 'faceIndex'],
  });
  await expect(backward({ depth: tf.zeros([2, 15, 20]) })).rejects.toThrow(
    'upstream may hold the differentiable ones of the outputs (silhouette, faceIndex), but holds "depth"',
  );
  await expect(backward({ silhouette: tf.zeros([15, 20]) })).rejects.toThrow(
    'upstream.silhouette must have the shape of its output, [2,15,20], but has [15,20]',
  );
});
