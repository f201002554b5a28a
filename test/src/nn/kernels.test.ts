import { describe, expect, it } from 'vitest';
import { icosphere, subdivide } from '../../../renderer/mesh/index.ts';
import { poolingKernel } from '../../../src/nn/featurePooling.ts';
import { mixKernel } from '../../../src/nn/graphConvolution.ts';
import { meanOfNeighbours } from '../../../src/nn/graphSupport.ts';
import { unpoolKernel } from '../../../src/nn/graphUnpool.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';

await useTestBackend();
const { topology } = icosphere(0);
const support = meanOfNeighbours(topology);
const V = topology.vertexCount;

describe('graph convolution', () => {
  it('takes the mean over the neighbours', () => {
    const kernel = mixKernel(support, { batch: 1, vertexCount: V, channels: 1 }, 'linear');
    const z = new Float64Array(V * 2);
    const { offsets, indices } = topology.neighbours;
    for (let k = offsets[3]; k < offsets[4]; k++) z[2 * indices[k] + 1] = 7;
    const output = new Float64Array(V);
    kernel.forward([z, new Float64Array(1)], output);
    expect(output[3]).toBeCloseTo(7, 6);
  });

  for (const activation of ['relu', 'linear'] as const) {
    for (const withResidual of [false, true]) {
      it(`has the right gradient (${activation}, ${withResidual ? 'with' : 'without'} residual)`, () => {
        const [batch, channels] = [2, 3];
        const kernel = mixKernel(support, { batch, vertexCount: V, channels }, activation);
        const inputs = [testNumbers(batch * V * 2 * channels, 1), testNumbers(channels, 2)];
        if (withResidual) inputs.push(testNumbers(batch * V * channels, 3));
        expect(kernelGradientError(kernel, inputs, batch * V * channels)).toBeLessThan(1e-8);
      });
    }
  }
});

describe('graph unpooling', () => {
  it('appends the mean of the ends of every edge', () => {
    const { edges } = subdivide(topology);
    const input = testNumbers(V * 2, 5);
    const output = new Float64Array((V + edges.length / 2) * 2);
    unpoolKernel(edges, { batch: 1, coarse: V, channels: 2 }).forward([input], output);
    expect(output.subarray(0, V * 2)).toEqual(input);
    expect(output[(V + 4) * 2 + 1]).toBeCloseTo((input[2 * edges[8] + 1] + input[2 * edges[9] + 1]) / 2, 12);
  });

  it('has the right gradient', () => {
    const { edges } = subdivide(topology);
    const kernel = unpoolKernel(edges, { batch: 2, coarse: V, channels: 2 });
    expect(
      kernelGradientError(kernel, [testNumbers(2 * V * 2, 5)], 2 * (V + edges.length / 2) * 2),
    ).toBeLessThan(1e-8);
  });
});

describe('perceptual feature pooling', () => {
  const camera = { fovDegrees: 30, distance: 2 };

  it('reads a pixel whose centre a vertex projects to, and the border beyond it', () => {
    const [height, width] = [3, 4];
    const kernel = poolingKernel(1, 3, [{ height, width, channels: 1 }], camera);
    const map = Float64Array.from({ length: 12 }, (_, i) => i);
    const halfHeight = 2 * Math.tan(Math.PI / 12);
    const at = (column: number, row: number) => [
      ((2 * column + 1 - width) / width) * halfHeight,
      ((height - 2 * row - 1) / height) * halfHeight,
      0,
    ];
    const vertices = Float64Array.from([...at(2, 1), ...at(-9, 0), ...at(1.5, 1.5)]);
    const output = new Float64Array(3);
    kernel.forward([vertices, map], output);
    expect(output[0]).toBeCloseTo(6, 9);
    expect(output[1]).toBe(0);
    expect(output[2]).toBeCloseTo((5 + 6 + 9 + 10) / 4, 9);
  });

  it('has the right gradient to vertices and to several maps', () => {
    const sizes = [
      { height: 5, width: 5, channels: 2 },
      { height: 3, width: 3, channels: 1 },
    ];
    const kernel = poolingKernel(2, 6, sizes, camera);
    const inputs = [
      testNumbers(2 * 6 * 3, 11).map((x) => 0.4 * x),
      ...sizes.map(({ height, width, channels }, i) => testNumbers(2 * height * width * channels, 12 + i)),
    ];
    expect(kernelGradientError(kernel, inputs, 2 * 6 * 3)).toBeLessThan(1e-6);
  });

  it('gives finite numbers and no gradient for vertices at and behind the camera', () => {
    const kernel = poolingKernel(1, 2, [{ height: 4, width: 4, channels: 1 }], camera);
    const vertices = Float64Array.from([0.1, 0.1, 2, 0.1, 0.1, 5]);
    const map = testNumbers(16, 3);
    const output = new Float64Array(2);
    const state = kernel.forward([vertices, map], output);
    const gradients = [new Float64Array(6), new Float64Array(16)];
    kernel.backward(Float64Array.of(1, 1), [vertices, map], gradients, state);
    expect([...output, ...gradients[1]].every(Number.isFinite)).toBe(true);
    expect(gradients[0].every((g) => g === 0)).toBe(true);
  });
});
