// The layers of the graph network on the webgpu back end: values and gradients of the loops on wasm.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../../renderer/backend/index.ts';
import { icosphere, SparseMatrix } from '../../../renderer/mesh/index.ts';
import { encodePictures } from '../../../src/models/pictureEncoding.ts';
import { chebyshevTerm, meanOfNeighbours } from '../../../src/nn/graphSupport.ts';
import { graphUnpool, poolFeatures, trueLens } from '../../../src/nn/index.ts';
import { mixNeighbours } from '../../../src/nn/mixNeighbours.ts';
import { Adam } from '../../../src/tensor/adam.ts';
import { DeviceAdam } from '../../../src/tensor/deviceAdam.ts';
import { testNumbers } from '../../gradient.ts';
import { relativeError } from '../../renderer/scenes.ts';
import { startWebGpu, valuesOn } from '../../webGpu.ts';

const absent = await startWebGpu();

const numbers = (shape: number[], seed: number) =>
  tf.tensor(Float32Array.from(testNumbers(tf.util.sizeFromShape(shape), seed)), shape);

async function expectSame(layer: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: () => tf.Tensor[]) {
  const compute = () => {
    const given = inputs();
    const weighted = (...tensors: tf.Tensor[]) => {
      const output = layer(...tensors);
      return output.mul(numbers(output.shape, 99)).sum() as tf.Scalar;
    };
    const gradients = tf
      .grads(weighted)(given)
      .map((gradient, i) => [`gradient ${i}`, gradient] as const);
    return { value: layer(...given), ...Object.fromEntries(gradients) } as Record<string, tf.Tensor>;
  };
  const expected = await valuesOn('wasm', compute);
  const actual = await valuesOn('webgpu', compute);
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(actual[name], values), name).toBeLessThan(1e-5);
  }
}

const { topology } = icosphere(1);
const count = topology.vertexCount;

describe.skipIf(absent)(`layers on webgpu${absent ? `: ${absent}` : ''}`, () => {
  it.each([
    { support: meanOfNeighbours(topology), activation: 'relu', residual: true },
    { support: chebyshevTerm(topology), activation: 'linear', residual: false },
  ] as const)('graph convolution: $activation, residual $residual', async (layer) => {
    await expectSame(
      (products, bias, residual) =>
        mixNeighbours(
          products as tf.Tensor3D,
          bias as tf.Tensor1D,
          layer.support,
          layer.activation,
          residual as tf.Tensor3D | undefined,
        ),
      () => [
        numbers([2, count, 10], 1),
        numbers([5], 2),
        ...(layer.residual ? [numbers([2, count, 5], 3)] : []),
      ],
    );
  });

  it('unpooling, and other sparse matrices', async () => {
    await expectSame(
      (features) => graphUnpool(features as tf.Tensor3D, topology.edges),
      () => [numbers([2, count, 4], 1)],
    );
    const matrix = SparseMatrix.fromEntries([4, 5], [0, 0, 1, 3], [1, 4, 4, 0], [0.5, -2, 3, 1]);
    await expectSame(
      (x) => matrix.apply(x as tf.Tensor2D),
      () => [numbers([5, 3], 1)],
    );
  });

  it('feature pooling, also beyond the picture and too near to the camera', async () => {
    const lens = trueLens({ fovDegrees: 50, distance: 2 });
    await expectSame(
      (vertices, first, second) =>
        poolFeatures(vertices as tf.Tensor3D, [first as tf.Tensor4D, second as tf.Tensor4D], lens),
      () => [
        tf.concat([numbers([2, 30, 3], 1), numbers([2, 6, 3], 2).mul(4).maximum(-1e6)], 1),
        numbers([2, 8, 6, 3], 3),
        numbers([2, 4, 5, 2], 4),
      ],
    );
  });

  it('pictures for networks', async () => {
    const compute = () => {
      const pictures = numbers([2, 7, 6, 4], 5).add(1).div(2) as tf.Tensor4D;
      return Object.fromEntries(
        (['filled', 'white', 'imagenet'] as const).map((encoding) => [
          encoding,
          encodePictures(pictures, encoding),
        ]),
      );
    };
    const expected = await valuesOn('wasm', compute);
    const actual = await valuesOn('webgpu', compute);
    for (const [name, values] of Object.entries(expected)) {
      expect(relativeError(actual[name], values), name).toBeLessThan(1e-5);
    }
  });

  it('Adam, with clipping and weight decay', async () => {
    const options = { clipNorm: 0.7, weightDecay: 0.1, beta1: 0.8, beta2: 0.9 };
    const gradientsAt = (step: number) => ({ a: numbers([3, 2], 10 + step), b: numbers([4], 20 + step) });
    const start = () => [
      { name: 'a', variable: tf.variable(numbers([3, 2], 1)) },
      { name: 'b', variable: tf.variable(numbers([4], 2)) },
    ];
    await useBackend('wasm');
    const named = start();
    const adam = new Adam(named, options);
    const norms = [1, 2, 3].map((step) => adam.step(gradientsAt(step), 0.05));
    const expected = named.map(({ variable }) => Array.from(variable.dataSync()));
    await useBackend('webgpu');
    const onDevice = start();
    const deviceAdam = new DeviceAdam(onDevice, options);
    for (const [i, norm] of norms.entries()) {
      const actual = await deviceAdam.step(gradientsAt(i + 1), 0.05).data();
      expect(actual[0]).toBeCloseTo(norm, 5);
    }
    for (const [i, { variable }] of onDevice.entries()) {
      expect(relativeError(await variable.data(), expected[i])).toBeLessThan(1e-5);
    }
    deviceAdam.dispose();
  });
});
