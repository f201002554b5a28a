// A transposed convolution against its definition in double precision, values and gradients.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Parameters, TransposedConvolution } from '../../../src/nn/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

const [batch, side, inputChannels, outputChannels, kernelSize, stride] = [2, 3, 4, 5, 4, 2];
const outputSide = side * stride;

/** Each input pixel adds its kernel to the output around stride · its place, a pixel up and left of which the kernel begins. */
function reference(x: Float64Array, kernel: Float64Array, bias: Float64Array): Float64Array {
  const output = new Float64Array(batch * outputSide ** 2 * outputChannels);
  for (let i = 0; i < output.length; i++) output[i] = bias[i % outputChannels];
  for (let i = 0; i < x.length; i++) {
    const [c, column, row, b] = [
      i % inputChannels,
      Math.floor(i / inputChannels) % side,
      Math.floor(i / inputChannels / side) % side,
      Math.floor(i / inputChannels / side / side),
    ];
    for (let k = 0; k < kernelSize ** 2; k++) {
      const [y, z] = [row * stride + Math.floor(k / kernelSize) - 1, column * stride + (k % kernelSize) - 1];
      if (y < 0 || z < 0 || y >= outputSide || z >= outputSide) continue;
      for (let o = 0; o < outputChannels; o++) {
        const to = ((b * outputSide + y) * outputSide + z) * outputChannels + o;
        output[to] += x[i] * kernel[(k * outputChannels + o) * inputChannels + c];
      }
    }
  }
  return output;
}

const make = (activation: 'relu' | 'linear') => {
  const parameters = new Parameters(new Random(2));
  const options = { inputChannels, outputChannels, kernelSize, stride, activation };
  const layer = new TransposedConvolution(parameters, 'up', options);
  const [kernel, bias] = parameters.list().map(({ variable }) => variable);
  parameters.assign(bias, Float32Array.from(testNumbers(outputChannels, 5)));
  return { parameters, layer, kernel, bias };
};
const input = () =>
  tf.tensor4d(Float32Array.from(testNumbers(batch * side ** 2 * inputChannels, 3)), [
    batch,
    side,
    side,
    inputChannels,
  ]);
const doubles = (tensor: tf.Tensor) => Float64Array.from(tensor.dataSync());

describe('a transposed convolution', () => {
  it.each(['relu', 'linear'] as const)('enlarges pictures, %s', (activation) => {
    const { parameters, layer, kernel, bias } = make(activation);
    const x = input();
    const y = layer.apply(x);
    expect(y.shape).toEqual([batch, outputSide, outputSide, outputChannels]);
    const expected = reference(doubles(x), doubles(kernel), doubles(bias));
    y.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(activation === 'relu' ? Math.max(0, expected[i]) : expected[i], 5);
    });
    parameters.dispose();
  });

  it('starts with outputs as large as its inputs', () => {
    const parameters = new Parameters(new Random(2));
    const options = { inputChannels: 64, outputChannels: 64, kernelSize: 4, stride: 2 };
    const layer = new TransposedConvolution(parameters, 'up', options);
    const x = tf.relu(tf.randomNormal([1, 8, 8, 64], 0, 1, 'float32', 7)) as tf.Tensor4D;
    const power = (values: tf.Tensor) => values.square().mean().dataSync()[0];
    const inside = layer.apply(x).slice([0, 1, 1, 0], [1, 14, 14, 64]);
    expect(power(inside) / power(x)).toBeGreaterThan(0.7);
    expect(power(inside) / power(x)).toBeLessThan(1.4);
    parameters.dispose();
  });

  it('has the gradients of finite differences', () => {
    const { parameters, layer, kernel, bias } = make('linear');
    const x = input();
    const upstream = testNumbers(batch * outputSide ** 2 * outputChannels, 9);
    const values = [x, kernel, bias].map(doubles);
    const loss = () =>
      reference(values[0], values[1], values[2]).reduce((sum, y, i) => sum + y * upstream[i], 0);
    const up = tf.tensor(Float32Array.from(upstream), [batch, outputSide, outputSide, outputChannels]);
    const { grads } = tf.variableGrads(() => layer.apply(x).mul(up).sum() as tf.Scalar, [kernel, bias]);
    const ofInput = tf.grad((given) =>
      layer
        .apply(given as tf.Tensor4D)
        .mul(up)
        .sum(),
    )(x);
    for (const [k, gradient] of [ofInput, grads[kernel.name], grads[bias.name]].entries()) {
      const slopes = gradient.dataSync();
      for (let i = 0; i < slopes.length; i += 3) {
        const value = values[k][i];
        values[k][i] = value + 1e-3;
        const above = loss();
        values[k][i] = value - 1e-3;
        expect(slopes[i]).toBeCloseTo((above - loss()) / 2e-3, 4);
        values[k][i] = value;
      }
    }
    parameters.dispose();
  });
});
