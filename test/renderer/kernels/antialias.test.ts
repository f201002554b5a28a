// The loops of analytic antialiasing: derivative against finite differences, fast against brute force, and what hard cases do.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Kernels, Picture, Scene } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../renderer/kernels/simd/index.ts';
import { Topology } from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';
import { kernelGradientError, testNumbers } from '../../gradient.ts';
import { somePictures, someSpheres } from '../arbitrary.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture } from '../scenes.ts';
import { compiledCalls, inWasmMemory } from './inWasmMemory.ts';

beforeAll(() => useTestBackend('wasm'));

const exact = { gradientBoost: 1, edgePadding: 0 };
const asNvdiffrast = { gradientBoost: 1, edgePadding: 1e-3 };

/** With what results in float32 may differ by. */
const allKernels: [string, Kernels, number][] = [
  ['scalar', scalarKernels, 0],
  ['simd', inWasmMemory(simdKernels), 2 ** -22],
  ['reference', referenceKernels, 0],
];

/** Picture, and gradients to colours and positions for an upstream gradient of random numbers. */
function blend(
  kernels: Kernels,
  scene: Scene,
  oppositeVertices: Int32Array,
  picture: Picture,
  options = asNvdiffrast,
  channels = 3,
  seed = 1,
) {
  const visible = referenceKernels.findVisible(scene, picture);
  const values = testNumbers(visible.faces.length * channels, seed);
  const colors = { values, channels };
  const output = new Float64Array(values.length);
  const state = kernels.antialias(scene, picture, visible, oppositeVertices, colors, output);
  const upstream = testNumbers(values.length, seed + 1);
  const colorGradient = new Float64Array(values.length);
  const gradient = new Float64Array(scene.positions.length);
  kernels.antialiasBackward(scene, picture, state, options, colors, upstream, colorGradient, gradient);
  return { values, output, colorGradient, gradient };
}

describe.each(allKernels)('the %s kernel', (_, kernels, rounding) => {
  // Differences need double precision.
  it.skipIf(rounding > 0).each([
    [1, 4, true],
    [2, 4, false],
    [3, 3, true],
    [4, 3, false],
  ] as const)('has the derivative of its own picture (mesh %i, positions of %i)', (seed, stride, cull) => {
    const test = crumpledSpheres(seed, 1, stride);
    const picture = somePicture({ width: 11, height: 8, cull });
    const channels = 2;
    const values = testNumbers(picture.width * picture.height * channels, seed);
    const error = kernelGradientError(
      {
        forward([positions, numbers], output) {
          const scene = { ...kernelScene(test), positions };
          const visible = referenceKernels.findVisible(scene, picture);
          const colors = { values: numbers, channels };
          return kernels.antialias(scene, picture, visible, test.topology.oppositeVertices, colors, output);
        },
        backward(upstream, [positions, numbers], [positionGradient, colorGradient], state) {
          kernels.antialiasBackward(
            { ...kernelScene(test), positions },
            picture,
            state as object,
            exact,
            { values: numbers, channels },
            upstream,
            colorGradient,
            positionGradient,
          );
        },
      },
      [test.positions.slice(), values],
      values.length,
    );
    expect(error).toBeLessThan(1e-6);
  });

  it('gives no gradient to depth, and scales that of positions alone', () => {
    const test = crumpledSpheres(7);
    const { oppositeVertices } = test.topology;
    const plain = blend(kernels, kernelScene(test), oppositeVertices, somePicture());
    const boosted = blend(kernels, kernelScene(test), oppositeVertices, somePicture(), {
      ...asNvdiffrast,
      gradientBoost: 3,
    });
    expect(boosted.colorGradient).toEqual(plain.colorGradient);
    expect(
      relativeError(
        boosted.gradient,
        plain.gradient.map((g) => 3 * g),
      ),
    ).toBeLessThan(1e-12 + rounding);
    expect(plain.gradient.filter((g, i) => i % 4 === 2 && g !== 0)).toHaveLength(0);
    expect(Math.max(...plain.gradient)).toBeGreaterThan(0.1);
  });

  it('treats the items of a ragged batch as it treats each alone', () => {
    const [first, second] = [crumpledSpheres(31), crumpledSpheres(32)];
    const half = new Topology(second.topology.faces.slice(0, 48), 18);
    const topologies = [first.topology, half];
    const alone = [first, second].map((test, i) => ({
      ...kernelScene(test),
      faces: topologies[i].faces,
      items: [{ vertexStart: 0, vertexCount: 18, faceStart: 0, faceCount: topologies[i].faceCount }],
    }));
    const together: Scene = {
      positions: Float64Array.from([...first.positions, ...second.positions]),
      stride: 4,
      faces: Int32Array.from([...first.topology.faces, ...half.faces]),
      items: [
        { vertexStart: 0, vertexCount: 18, faceStart: 0, faceCount: 32 },
        { vertexStart: 18, vertexCount: 18, faceStart: 32, faceCount: 16 },
      ],
    };
    const opposites = topologies.map((topology) => topology.oppositeVertices);
    const picture = somePicture();
    const pixels = picture.width * picture.height;
    const values = testNumbers(2 * pixels, 3);
    const upstream = testNumbers(2 * pixels, 4);
    const run = (scene: Scene, oppositeVertices: Int32Array, from: number, to: number) => {
      const visible = referenceKernels.findVisible(scene, picture);
      const colors = { values: values.slice(from * pixels, to * pixels), channels: 1 };
      const output = new Float64Array(colors.values.length);
      const state = kernels.antialias(scene, picture, visible, oppositeVertices, colors, output);
      const colorGradient = new Float64Array(output.length);
      const gradient = new Float64Array(scene.positions.length);
      const given = upstream.slice(from * pixels, to * pixels);
      kernels.antialiasBackward(scene, picture, state, exact, colors, given, colorGradient, gradient);
      return [output, colorGradient, gradient].map((numbers) => [...numbers]);
    };
    const apart = alone.map((scene, i) => run(scene, opposites[i], i, i + 1));
    expect(run(together, Int32Array.from([...opposites[0], ...opposites[1]]), 0, 2)).toEqual(
      apart[0].map((numbers, k) => [...numbers, ...apart[1][k]]),
    );
  });
});

it.each(allKernels.slice(0, 2))(
  '%s kernels draw the same picture and pass the same gradients',
  (_, kernels, rounding) => {
    const channelCounts = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(someSpheres, somePictures, channelCounts, ({ seed, batch, stride }, picture, channels) => {
        const test = crumpledSpheres(seed, batch, stride);
        const { oppositeVertices } = test.topology;
        const [fast, slow] = [kernels, referenceKernels].map((each) =>
          blend(each, kernelScene(test), oppositeVertices, picture, asNvdiffrast, channels, seed),
        );
        expect(relativeError(fast.output, slow.output)).toBeLessThan(1e-12 + rounding);
        expect(relativeError(fast.colorGradient, slow.colorGradient)).toBeLessThan(1e-12 + rounding);
        expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(1e-9 + 8 * rounding);
      }),
      { numRuns: 40, seed: 11 },
    );
  },
);

it('hard cases stay finite: corners on pixel centres, lines, points, coincident and far faces, any picture size', () => {
  const number = fc.oneof(
    fc.constantFrom(0, 0.5, -0.5, 0.25, 1, -1, 1e6, -1e6, 1e-30),
    fc.integer({ min: -8, max: 8 }).map((n) => n / 8),
    fc.double({ min: -2, max: 2, noNaN: true }),
  );
  const vertex = fc.tuple(number, number, number, fc.constantFrom(1, 1, 1, 2, 1e-3, 0, -1));
  const face = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 5 })));
  fc.assert(
    fc.property(
      fc.array(vertex, { minLength: 6, maxLength: 6 }),
      fc.array(face, { maxLength: 8 }),
      fc.constantFrom<[number, number]>([1, 1], [8, 8], [9, 7], [1, 64], [64, 1]),
      (vertices, faces, [width, height]) => {
        const topology = new Topology(Int32Array.from(faces.flat()), 6);
        const scene: Scene = {
          positions: Float64Array.from(vertices.flat(), Math.fround),
          stride: 4,
          faces: topology.faces,
          items: [{ vertexStart: 0, vertexCount: 6, faceStart: 0, faceCount: faces.length }],
        };
        for (const [, kernels] of allKernels) {
          for (const options of [exact, asNvdiffrast]) {
            const picture = somePicture({ width, height });
            const { output, gradient } = blend(kernels, scene, topology.oppositeVertices, picture, options);
            expect(output.every(Number.isFinite)).toBe(true);
            expect(gradient.every(Number.isFinite)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 300, seed: 12 },
  );
});

it('has had compiled kernels at work', () => {
  for (const name of ['antialias', 'antialiasBackward'] as const) {
    expect(compiledCalls[name] ?? 0, name).toBeGreaterThan(0);
  }
});
