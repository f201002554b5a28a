// The fast kernels against the brute-force ones, over random meshes, picture sizes and options.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Fragments, Kernels, Picture, Scene } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../renderer/kernels/simd/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { somePictures, someScenes, someSpheres, triangleSoup } from '../arbitrary.ts';
import { crumpledSpheres, interpolated, kernelScene, relativeError, somePicture } from '../scenes.ts';
import { compiledCalls, inWasmMemory } from './inWasmMemory.ts';

beforeAll(() => useTestBackend('wasm'));

/** The compiled kernels keep float32 on the way, the plain ones double precision. */
const fast = [
  { name: 'scalar', fastKernels: scalarKernels, rounding: 0 },
  { name: 'simd', fastKernels: inWasmMemory(simdKernels), rounding: 2 ** -22 },
];

function gradientOfWeights(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  upstream: Float64Array,
): Float64Array {
  const gradient = new Float64Array(scene.positions.length);
  kernels.weightsBackward(scene, picture, fragments, upstream, gradient);
  return gradient;
}

/** Gradients to attributes and positions, one after the other. */
function gradientOfInterpolation(
  kernels: Kernels,
  scene: Scene,
  picture: Picture,
  fragments: Fragments,
  values: Float64Array,
  channels: number,
): number[] {
  const rows = {
    values,
    channels,
    indices: scene.faces,
    rowStarts: scene.items.map((item) => item.vertexStart),
  };
  const upstream = testNumbers(fragments.faces.length * channels, 9);
  const attributeGradient = new Float64Array(values.length);
  const positionGradient = new Float64Array(scene.positions.length);
  kernels.interpolateBackward(scene, picture, fragments, rows, upstream, attributeGradient, positionGradient);
  return [...attributeGradient, ...positionGradient];
}

it.each([
  ['scalar', scalarKernels],
  ['simd', inWasmMemory(simdKernels)],
  ['reference', referenceKernels],
])('%s kernels draw different meshes in one batch as they draw each alone', (_, kernels) => {
  // A whole sphere of one seed, then half the faces of another: both meshes have vertices and faces of their own.
  const [first, second] = [crumpledSpheres(31), crumpledSpheres(32)];
  const halfFaces = second.topology.faces.slice(0, 48);
  const { vertexCount, faceCount } = first.topology;
  const alone = [first, second].map((test, i) => ({
    ...kernelScene(test),
    faces: i === 0 ? test.topology.faces : halfFaces,
    items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount: i === 0 ? faceCount : 16 }],
  }));
  const together: Scene = {
    positions: Float64Array.from([...first.positions, ...second.positions]),
    stride: 4,
    faces: Int32Array.from([...first.topology.faces, ...halfFaces]),
    items: [
      { vertexStart: 0, vertexCount, faceStart: 0, faceCount },
      { vertexStart: vertexCount, vertexCount, faceStart: faceCount, faceCount: 16 },
    ],
  };
  const picture = somePicture();
  const pixels = picture.width * picture.height;
  const values = testNumbers(2 * vertexCount * 2, 6);
  const upstream = testNumbers(2 * pixels * 2, 7);
  const maskUpstream = testNumbers(2 * pixels, 8);
  /** Everything there is to know of items `from` up to `to`. */
  const draw = (scene: Scene, from: number, to: number) => {
    const part = (numbers: Float64Array, each: number) => numbers.slice(each * from, each * to);
    const rows = {
      values: part(values, 2 * vertexCount),
      channels: 2,
      indices: scene.faces,
      rowStarts: scene.items.map((item) => item.vertexStart),
    };
    const visible = kernels.findVisible(scene, picture);
    const image = interpolated(kernels, scene, visible, rows.values, 2);
    const mask = new Float64Array(visible.faces.length);
    const options = { sharpness: 100, boxSize: 0.2, maxFaces: 8, order: 'index' as const };
    const state = kernels.softMask(scene, picture, visible, options, mask);
    const gradient = new Float64Array(scene.positions.length);
    const valueGradient = new Float64Array(rows.values.length);
    const ofImage = part(upstream, 2 * pixels);
    kernels.interpolateBackward(scene, picture, visible, rows, ofImage, valueGradient, gradient);
    kernels.softMaskBackward(scene, picture, state, part(maskUpstream, pixels), gradient);
    kernels.weightsBackward(scene, picture, visible, visible.weights, gradient);
    return [visible.faces, visible.weights, image, mask, gradient, valueGradient].map((all) => [...all]);
  };
  const apart = alone.map((scene, i) => draw(scene, i, i + 1));
  expect(draw(together, 0, 2)).toEqual(apart[0].map((numbers, k) => [...numbers, ...apart[1][k]]));
});

it('simd kernels find the same faces in pictures of several bands', () => {
  const scene = kernelScene(crumpledSpheres(22));
  const picture = somePicture({ width: 1000, height: 600 });
  const compiled = inWasmMemory(simdKernels).findVisible(scene, picture);
  const plain = scalarKernels.findVisible(scene, picture);
  expect(Buffer.compare(Buffer.from(compiled.faces.buffer), Buffer.from(plain.faces.buffer))).toBe(0);
  expect(relativeError(compiled.weights, plain.weights)).toBeLessThan(1e-6);
});

describe.each(fast)('$name kernels', ({ fastKernels, rounding }) => {
  it('finds the same faces where corners meet pixel centres and faces pass through each other', () => {
    fc.assert(
      fc.property(someScenes, somePictures, ({ scene }, picture) => {
        expect(fastKernels.findVisible(scene, picture).faces).toEqual(
          referenceKernels.findVisible(scene, picture).faces,
        );
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it('finds the same faces far beyond the picture, and along edges that are almost level', () => {
    const scales = fc.constantFrom(1, 100, 1e4, 1e7);
    const flattenings = fc.constantFrom(1, 1e-3, 1e-6, 1e-9);
    const seeds = fc.integer({ min: 1, max: 1e6 });
    fc.assert(
      fc.property(seeds, scales, flattenings, somePictures, (seed, scale, flattening, picture) => {
        const soup = triangleSoup(seed, 9);
        const middles = testNumbers(9, seed + 1);
        const positions = soup.positions.map((value, i) => {
          if (i % 3 === 2) return Math.fround(value);
          return Math.fround(
            i % 3 === 0 ? scale * value : middles[Math.floor(i / 9)] + flattening * scale * value,
          );
        });
        const scene = { ...soup, positions };
        expect(fastKernels.findVisible(scene, picture).faces).toEqual(
          referenceKernels.findVisible(scene, picture).faces,
        );
      }),
      { numRuns: 200, seed: 10 },
    );
  });

  it('finds the same faces, weights and interpolated values', () => {
    fc.assert(
      fc.property(someSpheres, somePictures, ({ seed, batch, stride }, picture) => {
        const scene = kernelScene(crumpledSpheres(seed, batch, stride));
        const fast = fastKernels.findVisible(scene, picture);
        const slow = referenceKernels.findVisible(scene, picture);
        expect(fast.faces).toEqual(slow.faces);
        expect(relativeError(fast.weights, slow.weights)).toBeLessThan(1e-6);
        const values = testNumbers(batch * 18 * 3, seed);
        expect(
          relativeError(
            interpolated(fastKernels, scene, slow, values, 3),
            interpolated(referenceKernels, scene, slow, values, 3),
          ),
        ).toBeLessThan(1e-12 + rounding);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  it('passes the same gradients from weights to positions', () => {
    fc.assert(
      fc.property(someSpheres, somePictures, ({ seed, batch, stride }, picture) => {
        const scene = kernelScene(crumpledSpheres(seed, batch, stride));
        const visible = referenceKernels.findVisible(scene, picture);
        const upstream = testNumbers(visible.weights.length, seed);
        const expected = gradientOfWeights(referenceKernels, scene, picture, visible, upstream);
        expect(
          relativeError(gradientOfWeights(fastKernels, scene, picture, visible, upstream), expected),
        ).toBeLessThan(1e-8 + rounding);
      }),
      { numRuns: 40, seed: 6 },
    );
  });

  it('passes the same gradients from interpolated values to attributes and positions, whatever their offset', () => {
    const offsets = fc.constantFrom(0, 1000);
    fc.assert(
      fc.property(
        someSpheres,
        somePictures,
        offsets,
        fc.integer({ min: 1, max: 5 }),
        ({ seed, batch, stride }, picture, offset, channels) => {
          const scene = kernelScene(crumpledSpheres(seed, batch, stride));
          const visible = referenceKernels.findVisible(scene, picture);
          const values = testNumbers(batch * 18 * channels, seed).map((value) => Math.fround(value + offset));
          const [fast, slow] = [fastKernels, referenceKernels].map((kernels) =>
            gradientOfInterpolation(kernels, scene, picture, visible, values, channels),
          );
          expect(relativeError(fast, slow)).toBeLessThan(1e-8 + rounding);
        },
      ),
      { numRuns: 40, seed: 8 },
    );
  });

  it('draws the same wide pictures', () => {
    const scene = kernelScene(crumpledSpheres(21, 2));
    const picture = somePicture({ width: 171, height: 40 });
    const visible = fastKernels.findVisible(scene, picture);
    expect(visible.faces).toEqual(referenceKernels.findVisible(scene, picture).faces);
    const [fast, slow] = [fastKernels, referenceKernels].map((kernels) => {
      const mask = new Float64Array(visible.faces.length);
      const soft = { sharpness: 50, boxSize: 0.5, maxFaces: 30, order: 'index' as const };
      const state = kernels.softMask(scene, picture, visible, soft, mask);
      const gradient = new Float64Array(scene.positions.length);
      kernels.softMaskBackward(scene, picture, state, testNumbers(mask.length, 3), gradient);
      return { mask, gradient };
    });
    expect(relativeError(fast.mask, slow.mask)).toBeLessThan(2e-6);
    expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(30 * 2 ** -22);
  });

  it('draws the same soft masks and passes the same gradients', () => {
    const options = fc.record({
      sharpness: fc.constantFrom(20, 300, 7000, 1e6),
      boxSize: fc.constantFrom(0, 0.02, 0.3),
      maxFaces: fc.constantFrom(1, 4, 30, Number.POSITIVE_INFINITY),
      order: fc.constantFrom('index' as const, 'nearest' as const),
    });
    fc.assert(
      fc.property(someSpheres, somePictures, options, ({ seed, batch, stride }, picture, soft) => {
        const scene = kernelScene(crumpledSpheres(seed, batch, stride));
        const visible = referenceKernels.findVisible(scene, picture);
        const [fast, slow] = [fastKernels, referenceKernels].map((kernels) => {
          const mask = new Float64Array(visible.faces.length);
          const state = kernels.softMask(scene, picture, visible, soft, mask);
          const gradient = new Float64Array(scene.positions.length);
          kernels.softMaskBackward(scene, picture, state, testNumbers(mask.length, seed), gradient);
          return { mask, gradient };
        });
        expect(relativeError(fast.mask, slow.mask)).toBeLessThan(2e-6);
        const scale = Math.max(...slow.gradient.map(Math.abs));
        // Pairs with p < 2⁻³² are dropped; the others are kept in float32.
        if (scale > 1e-3) expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(30 * 2 ** -22);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

it('has had compiled kernels at work', () => {
  for (const name of [
    'findVisible',
    'interpolate',
    'interpolateBackward',
    'weightsBackward',
    'softMask',
    'softMaskBackward',
  ] as const) {
    expect(compiledCalls[name] ?? 0, name).toBeGreaterThan(0);
  }
});
