import { describe, expect, it } from 'vitest';
import { icosphere, subdivide } from '../../../renderer/mesh/index.ts';
import { lensOf } from '../../../src/models/lenses.ts';
import { type Lens, poolingKernel, trueLens } from '../../../src/nn/featurePooling.ts';
import { meanOfNeighbours } from '../../../src/nn/graphSupport.ts';
import { unpoolKernel } from '../../../src/nn/graphUnpool.ts';
import { mixKernel } from '../../../src/nn/mixNeighbours.ts';
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
  const lens = trueLens(camera);

  it('reads a pixel whose centre a vertex projects to, and the border beyond it', () => {
    const [height, width] = [3, 4];
    const kernel = poolingKernel(1, 3, [{ height, width, channels: 1 }], lens);
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
    const kernel = poolingKernel(2, 6, sizes, lens);
    const inputs = [
      testNumbers(2 * 6 * 3, 11).map((x) => 0.4 * x),
      ...sizes.map(({ height, width, channels }, i) => testNumbers(2 * height * width * channels, 12 + i)),
    ];
    expect(kernelGradientError(kernel, inputs, 2 * 6 * 3)).toBeLessThan(1e-6);
  });

  it('gives finite numbers and no gradient for vertices at and behind the camera', () => {
    const kernel = poolingKernel(1, 2, [{ height: 4, width: 4, channels: 1 }], lens);
    const vertices = Float64Array.from([0.1, 0.1, 2, 0.1, 0.1, 5]);
    const map = testNumbers(16, 3);
    const output = new Float64Array(2);
    const state = kernel.forward([vertices, map], output);
    const gradients = [new Float64Array(6), new Float64Array(16)];
    kernel.backward(Float64Array.of(1, 1), [vertices, map], gradients, state);
    expect([...output, ...gradients[1]].every(Number.isFinite)).toBe(true);
    expect(gradients[0].every((g) => g === 0)).toBe(true);
  });

  // A camera in the frame's origin, as Pixel2Mesh's code has it.
  const r2n2 = { fovDegrees: (360 / Math.PI) * Math.atan(1 / 2.1875), distance: 0.8 };
  const lenses: Record<string, Lens> = Object.fromEntries(
    (['data', 'tensorflow', 'pytorch'] as const).flatMap((kind) =>
      [false, true].map((legacy) => [
        `${kind}${legacy ? ', legacy' : ''}`,
        lensOf({ camera: kind, legacy }, r2n2, 0, 224),
      ]),
    ),
  );

  it.each(Object.entries(lenses))('has the right gradient through the lens %s', (_, chosen) => {
    const sizes = [
      { height: 14, width: 14, channels: 2 },
      { height: 7, width: 7, channels: 3 },
    ];
    const kernel = poolingKernel(2, 9, sizes, chosen);
    const positions = testNumbers(2 * 9 * 3, 21).map((x, i) => (i % 3 === 2 ? 0.1 * x - 0.8 : 0.4 * x));
    const maps = sizes.map(({ height, width, channels }, i) =>
      testNumbers(2 * height * width * channels, 22 + i),
    );
    expect(kernelGradientError(kernel, [positions, ...maps], 2 * 9 * 5)).toBeLessThan(1e-6);
  });

  it('has focal lengths of 245, 250 and 248 pixels at 224', () => {
    const shift = (chosen: Lens) => chosen.axis(224).scale;
    expect(shift(lenses.data)).toBeCloseTo(245, 6);
    expect(shift(lenses.tensorflow)).toBeCloseTo(250, 9);
    expect(shift(lenses.pytorch)).toBeCloseTo(248, 9);
  });

  // A restatement of `project` in nywang16/Pixel2Mesh, p2m/layers.py, for one map and one vertex.
  function officialProject(map: Float64Array, size: number, [x, y, z]: number[]): number {
    const clamped = (value: number) => Math.min(Math.max(value, 0), 223) / (224 / size);
    const [h, w] = [clamped(250 * (-y / -z) + 112), clamped(250 * (x / -z) + 112)];
    const [x1, x2, y1, y2] = [Math.floor(h), Math.ceil(h), Math.floor(w), Math.ceil(w)];
    const at = (row: number, column: number) => (row < size && column < size ? map[row * size + column] : 0);
    return (
      (x2 - h) * (y2 - w) * at(x1, y1) +
      (h - x1) * (y2 - w) * at(x2, y1) +
      (x2 - h) * (w - y1) * at(x1, y2) +
      (h - x1) * (w - y1) * at(x2, y2)
    );
  }

  it('pools as the official code does where `legacy` says so, its hole, its border and behind the camera included', () => {
    const size = 56;
    const map = testNumbers(size * size, 31);
    const vertices = [
      ...[0.13, -0.08, -0.71],
      ...[-0.2, 0.15, -0.9],
      // Exactly on texel 28, and beyond the border.
      ...[0, 0, -0.8],
      ...[5, -5, -0.8],
      ...[-5, 0.1, -0.8],
      ...[0.1, 0.1, 0.5],
    ];
    const count = vertices.length / 3;
    const kernel = poolingKernel(
      1,
      count,
      [{ height: size, width: size, channels: 1 }],
      lenses['tensorflow, legacy'],
    );
    const output = new Float64Array(count);
    kernel.forward([Float64Array.from(vertices), map], output);
    for (let v = 0; v < count; v++) {
      expect(output[v]).toBeCloseTo(officialProject(map, size, vertices.slice(3 * v, 3 * v + 3)), 9);
    }
    expect(output[2]).toBe(0);
  });

  it('keeps the feature at integral coordinates otherwise', () => {
    const map = testNumbers(56 * 56, 31);
    const size = { height: 56, width: 56, channels: 1 };
    const output = new Float64Array(1);
    poolingKernel(1, 1, [size], lenses.tensorflow).forward([Float64Array.of(0, 0, -0.8), map], output);
    expect(output[0]).toBe(map[28 * 56 + 28]);
  });
});
