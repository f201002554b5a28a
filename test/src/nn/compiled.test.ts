import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { icosphere, subdivide } from '../../../renderer/mesh/index.ts';
import { lensOf } from '../../../src/models/lenses.ts';
import { poolingKernel } from '../../../src/nn/featurePooling.ts';
import { GraphConvolution } from '../../../src/nn/graphConvolution.ts';
import { chebyshevTerm } from '../../../src/nn/graphSupport.ts';
import { unpoolKernel } from '../../../src/nn/graphUnpool.ts';
import { mixKernel } from '../../../src/nn/mixNeighbours.ts';
import { Parameters } from '../../../src/nn/parameters.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { expectSameCompiled } from '../../compiledKernel.ts';
import { testNumbers } from '../../gradient.ts';

await useTestBackend('wasm');
const { topology } = icosphere(1);
const V = topology.vertexCount;
const batch = 2;

// What four and eight channels at a time divide, and what they do not.
describe.each([1, 3, 4, 7, 8, 13, 32])('compiled kernels of %i channels', (channels) => {
  it.each([
    ['relu', false],
    ['relu', true],
    ['linear', false],
    ['linear', true],
  ] as const)('mix neighbours as the plain loops do (%s, residual %s)', (activation, withResidual) => {
    const kernel = mixKernel(chebyshevTerm(topology), { batch, vertexCount: V, channels }, activation);
    const inputs = [testNumbers(batch * V * 2 * channels, 1), testNumbers(channels, 2)];
    if (withResidual) inputs.push(testNumbers(batch * V * channels, 3));
    expectSameCompiled(kernel, inputs, batch * V * channels);
  });

  it('unpool as the plain loops do', () => {
    const { edges } = subdivide(topology);
    const kernel = unpoolKernel(edges, { batch, coarse: V, channels });
    expectSameCompiled(
      kernel,
      [testNumbers(batch * V * channels, 5)],
      batch * (V + edges.length / 2) * channels,
    );
  });

  it.each([
    ['data', false],
    ['tensorflow', true],
    ['pytorch', false],
  ] as const)('pool features as the plain loops do (%s, legacy %s)', (camera, legacy) => {
    const r2n2 = { fovDegrees: (360 / Math.PI) * Math.atan(1 / 2.1875), distance: 0.8 };
    const lens = lensOf({ camera, legacy }, r2n2, 0, 224);
    const sizes = [
      { height: 14, width: 14, channels },
      { height: 7, width: 7, channels: 3 },
    ];
    const count = 40;
    // Some of them outside the picture, some behind the camera.
    const positions = testNumbers(batch * count * 3, 21).map((x, i) =>
      i % 3 === 2 ? 0.3 * x - 0.5 : 0.6 * x,
    );
    const maps = sizes.map(({ height, width, channels: depth }, i) =>
      testNumbers(batch * height * width * depth, 22 + i),
    );
    const kernel = poolingKernel(batch, count, sizes, lens);
    expectSameCompiled(kernel, [positions, ...maps], batch * count * (channels + 3), 1e-5);
  });
});

describe('a graph convolution in one operation', () => {
  it.each([
    ['relu', false],
    ['relu', true],
    ['linear', false],
  ] as const)('is its two parts one after the other (%s, residual %s)', (activation, withResidual) => {
    const [inputs, outputs] = [9, 12];
    const layer = new GraphConvolution(new Parameters(new Random(1)), 'layer', inputs, outputs);
    const support = chebyshevTerm(topology);
    const features = tf.tensor3d(new Float32Array(testNumbers(batch * V * inputs, 1)), [batch, V, inputs]);
    const residual = withResidual
      ? tf.tensor3d(new Float32Array(testNumbers(batch * V * outputs, 2)), [batch, V, outputs])
      : undefined;
    const upstream = tf.tensor3d(new Float32Array(testNumbers(batch * V * outputs, 3)), [batch, V, outputs]);
    const whole = (x: tf.Tensor3D, r?: tf.Tensor3D) => layer.apply(x, support, activation, r);
    const parts = (x: tf.Tensor3D, r?: tf.Tensor3D) => layer.mix(layer.products(x), support, activation, r);
    const [[value, gradients], [expected, expectedGradients]] = [whole, parts].map((apply) => {
      const loss = () => tf.sum(tf.mul(apply(features, residual), upstream)) as tf.Scalar;
      const { grads } = tf.variableGrads(loss);
      const given = residual ? [features, residual] : [features];
      const ofInputs = tf.grads((...[x, r]) =>
        tf.sum(tf.mul(apply(x as tf.Tensor3D, r as tf.Tensor3D | undefined), upstream)),
      )(given);
      return [apply(features, residual), [...Object.values(grads), ...ofInputs]] as const;
    });
    expect(largestDifference(value, expected)).toBe(0);
    for (const [i, gradient] of gradients.entries()) {
      expect(largestDifference(gradient, expectedGradients[i])).toBeLessThan(1e-5);
    }
  });
});

const largestDifference = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
