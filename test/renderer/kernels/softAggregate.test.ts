// The loops of SoftRas: the reference against its own finite differences, the fast ones against the reference.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture, SoftOptions } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../renderer/kernels/simd/index.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture, type TestScene } from '../scenes.ts';
import { channels, drawSoft } from './drawSoft.ts';
import { compiledCalls, inWasmMemory } from './inWasmMemory.ts';

await useTestBackend('wasm');

/** Soft enough that several faces share a pixel, and the background shows through. */
const someOptions = (options: Partial<SoftOptions> = {}): SoftOptions => ({
  variant: 'softras',
  distance: 'euclidean',
  alpha: 'product',
  color: 'softmax',
  sigma: 1e-2,
  gamma: 0.2,
  epsilon: 0.4,
  near: 0.5,
  far: 4,
  reach: 0.09,
  facesPerPixel: 8,
  ...options,
});

const step = 1e-6;

/**
 * Gradients of the reference, and its central differences, for Σ upstream · output. A number of the output counts only where it is
 * smooth within the step: not where a face comes within reach or leaves it, another edge or face becomes the nearest, or a weight
 * starts to be clipped.
 */
function compare(test: TestScene, picture: Picture, options: SoftOptions) {
  const values = testNumbers(test.batch * test.topology.vertexCount * channels, 11);
  const forward = (positions: Float64Array) =>
    drawSoft(
      referenceKernels,
      kernelScene({ ...test, positions }),
      picture,
      options,
      values,
      undefined,
      'stream',
    ).output;
  const base = forward(test.positions);
  const upstream = testNumbers(base.length, 12);
  const smooth = new Array(base.length).fill(true);
  const slopes = [...test.positions].map((value, i) => {
    const at = (by: number) => forward(test.positions.with(i, value + by));
    const above = at(step);
    const below = at(-step);
    return base.map((middle, k) => {
      const slope = (above[k] - below[k]) / (2 * step);
      const bend = Math.abs(above[k] - 2 * middle + below[k]) / step;
      if (bend > 1e-4 * Math.abs(slope) + 1e-4) smooth[k] = false;
      return slope;
    });
  });
  const kept = upstream.map((value, k) => (smooth[k] ? value : 0));
  const { positionGradient } = drawSoft(
    referenceKernels,
    kernelScene(test),
    picture,
    options,
    values,
    kept,
    'stream',
  );
  const differences = slopes.map((slope) => slope.reduce((sum, value, k) => sum + value * kept[k], 0));
  const share = smooth.filter(Boolean).length / smooth.length;
  return { positionGradient, differences, share };
}

describe('the reference has the derivative of its own picture', () => {
  const cases: [string, Partial<SoftOptions>, Partial<Picture>, 3 | 4][] = [
    ['as SoftRas', {}, {}, 4],
    ['divided positions', {}, {}, 3],
    ['affine', {}, { perspectiveCorrect: false }, 4],
    ['culled', {}, { cull: true }, 4],
    ['sum', { alpha: 'sum' }, {}, 4],
    ['hard alpha', { alpha: 'hard' }, {}, 4],
    ['barycentric distance', { distance: 'barycentric', sigma: 0.05, reach: 0.3 }, {}, 4],
    ['hard distance', { distance: 'hard' }, {}, 4],
    ['hard colours', { color: 'hard' }, {}, 4],
    ['a depth range that cuts', { near: 1.7, far: 2.2 }, {}, 4],
    ['as PyTorch3D', { variant: 'pytorch3d' }, {}, 4],
    ['as PyTorch3D, divided', { variant: 'pytorch3d' }, {}, 3],
    [
      'as PyTorch3D, affine, background raised to ε',
      { variant: 'pytorch3d', gamma: 0.02 },
      { perspectiveCorrect: false },
      4,
    ],
    ['as PyTorch3D, hard colours', { variant: 'pytorch3d', color: 'hard' }, {}, 4],
  ];
  it.each(cases)('%s', (_, options, rules, stride) => {
    const test = crumpledSpheres(3, 1, stride);
    const picture = somePicture({ width: 6, height: 5, ...rules });
    const { positionGradient, differences, share } = compare(test, picture, someOptions(options));
    expect(share).toBeGreaterThan(0.9);
    expect(Math.max(...differences.map(Math.abs))).toBeGreaterThan(1e-2);
    expect(relativeError(positionGradient, differences)).toBeLessThan(1e-6);
  });
});

describe('the fast loops agree with the reference', () => {
  const options: fc.Arbitrary<SoftOptions> = fc
    .record({
      variant: fc.constantFrom<'softras' | 'pytorch3d'>('softras', 'pytorch3d'),
      distance: fc.constantFrom<SoftOptions['distance']>('euclidean', 'barycentric', 'hard'),
      alpha: fc.constantFrom<SoftOptions['alpha']>('product', 'sum', 'hard'),
      color: fc.constantFrom<SoftOptions['color']>('softmax', 'hard'),
      sigma: fc.constantFrom(1e-4, 1e-2),
      gamma: fc.constantFrom(1e-4, 0.2),
      epsilon: fc.constantFrom(1e-10, 1e-3, 0.4),
      near: fc.constantFrom(0.5, 1.7),
      far: fc.constantFrom(4, 100),
      reach: fc.constantFrom(0.5, 9.2, 39),
      facesPerPixel: fc.constantFrom(1, 3, 50),
    })
    .map((rules) => ({ ...rules, reach: rules.reach * rules.sigma }));
  const pictures = fc.record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    perspectiveCorrect: fc.boolean(),
    cull: fc.boolean(),
    near: fc.constantFrom(1e-6, 1.5),
  });
  const scenes = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    batch: fc.integer({ min: 1, max: 2 }),
    stride: fc.constantFrom<3 | 4>(3, 4),
  });

  const fastKernels = { scalar: scalarKernels, simd: inWasmMemory(simdKernels) };
  const ways = (['scalar', 'simd'] as const).flatMap((name) =>
    (['stream', 'list'] as const).map((way) => [name, way] as const),
  );
  it.each(ways)('%s, as a %s', (name, way) => {
    fc.assert(
      fc.property(scenes, pictures, options, ({ seed, batch, stride }, picture, rules) => {
        if (rules.variant === 'pytorch3d' && (way === 'stream' || rules.distance !== 'euclidean')) return;
        const scene = kernelScene(crumpledSpheres(seed, batch, stride));
        const values = testNumbers(batch * 18 * channels, seed).map(Math.fround);
        const upstream = testNumbers(batch * picture.width * picture.height * (channels + 1), seed + 1).map(
          Math.fround,
        );
        const [fast, slow] = [fastKernels[name], referenceKernels].map((kernels) =>
          drawSoft(kernels, scene, picture, rules, values, upstream, way),
        );
        // Where only fragments with D ≈ exp(−39) are to be seen, their shares are as good as a float32 of 39 in the exponent.
        const tolerance = name === 'simd' ? 5e-6 : 1e-6;
        expect(relativeError(fast.output, slow.output)).toBeLessThan(tolerance);
        expect(relativeError(fast.valueGradient, slow.valueGradient)).toBeLessThan(1e-5);
        expect(relativeError(fast.positionGradient, slow.positionGradient)).toBeLessThan(1e-5);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

it('has had compiled kernels at work', () => {
  for (const name of [
    'softPicture',
    'softPictureBackward',
    'softFragments',
    'softAggregate',
    'softAggregateBackward',
    'softInterpolateBackward',
  ] as const) {
    expect(compiledCalls[name] ?? 0, name).toBeGreaterThan(0);
  }
});
