// Compiled kernels against their plain twins, which other tests check against the reference, in both builds.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernels, Picture, Scene, SoftOptions } from '../../../../renderer/kernels/index.ts';
import { scalarKernels } from '../../../../renderer/kernels/scalar/index.ts';
import { simdKernels } from '../../../../renderer/kernels/simd/index.ts';
import { useTestBackend } from '../../../backend.ts';
import { builds, useBuild } from '../../../compiledBuilds.ts';
import { testNumbers } from '../../../gradient.ts';
import { somePictures, someScenes, someSpheres, triangleSoup } from '../../arbitrary.ts';
import { crumpledSpheres, kernelScene, relativeError, somePicture } from '../../scenes.ts';
import { channels, drawSoft } from '../drawSoft.ts';
import { compiledCalls, inWasmMemory } from '../inWasmMemory.ts';

const compiled = inWasmMemory(simdKernels);

const singles = (count: number, seed: number) => testNumbers(count, seed).map(Math.fround);

const inSingles = (scene: Scene): Scene => ({
  ...scene,
  positions: Float64Array.from(scene.positions, Math.fround),
});

/** Largest difference of two pictures. */
const worst = (a: Float64Array, b: Float64Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

let restore = () => {};

describe.each(builds)('%s', (file) => {
  beforeAll(async () => {
    await useTestBackend('wasm');
    restore = await useBuild(file);
  });
  afterAll(() => restore());

  it('passes on the same edge gradients', () => {
    fc.assert(
      fc.property(
        someScenes,
        somePictures,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 3, 1e4),
        ({ seed, scene }, picture, channels, maxDpDr) => {
          const visible = scalarKernels.findVisible(scene, picture);
          const colors = singles(visible.faces.length * channels, seed);
          const upstream = singles(visible.faces.length * channels, 3);
          const [fast, slow] = [compiled, scalarKernels].map((kernels) => {
            const gradient = new Float64Array(scene.positions.length);
            kernels.edgeGradient(scene, picture, visible, colors, upstream, { maxDpDr }, gradient);
            return gradient;
          });
          expect(relativeError(fast, slow)).toBeLessThan(2 ** -22);
        },
      ),
      { numRuns: 60, seed: 12 },
    );
  });

  describe('draws the same unbiased masks and passes on the same gradients', () => {
    const draw = (kernels: Kernels, scene: Scene, picture: Picture, sharpness: number) => {
      const visible = scalarKernels.findVisible(scene, { ...picture, cull: false });
      const mask = new Float64Array(visible.faces.length);
      const state = kernels.outlineMask(scene, picture, visible, { sharpness }, mask);
      const gradient = new Float64Array(scene.positions.length);
      kernels.outlineMaskBackward(scene, picture, state, singles(mask.length, 4), gradient);
      return { mask, gradient };
    };
    const compare = (scene: Scene, picture: Picture, sharpness: number) => {
      const [fast, slow] = [compiled, scalarKernels].map((kernels) =>
        draw(kernels, inSingles(scene), picture, sharpness),
      );
      expect(worst(fast.mask, slow.mask)).toBeLessThan(2e-6);
      if (Math.max(...slow.gradient.map(Math.abs)) > 1e-3) {
        expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(1e-5);
      }
    };

    it('of spheres', () => {
      fc.assert(
        fc.property(
          someSpheres,
          somePictures,
          fc.constantFrom(2, 100, 3000),
          ({ seed, batch, stride }, picture, sharpness) =>
            compare(kernelScene(crumpledSpheres(seed, batch, stride)), picture, sharpness),
        ),
        { numRuns: 40, seed: 3 },
      );
    });

    it.each([3, 30, 100])('of %i faces as large as the picture', (count) => {
      compare(triangleSoup(count, count), somePicture({ width: 30, height: 30 }), 100);
    });

    it('of many faces far smaller than the falloff is wide', () => {
      const soup = triangleSoup(8, 60);
      const positions = soup.positions.map((value, i) => (i % 3 === 2 ? value : 0.02 * value));
      compare({ ...soup, positions }, somePicture({ width: 21, height: 20 }), 20);
    });
  });

  it('chooses the same nearest faces of soft masks', () => {
    fc.assert(
      fc.property(
        someSpheres,
        somePictures,
        fc.constantFrom(20, 300, 7000),
        fc.constantFrom(1, 2, 7, Number.POSITIVE_INFINITY),
        ({ seed, batch, stride }, picture, sharpness, maxFaces) => {
          const scene = inSingles(kernelScene(crumpledSpheres(seed, batch, stride)));
          const visible = scalarKernels.findVisible(scene, picture);
          const options = { sharpness, boxSize: 0.5, maxFaces, order: 'nearest' as const };
          const [fast, slow] = [compiled, scalarKernels].map((kernels) => {
            const mask = new Float64Array(visible.faces.length);
            const state = kernels.softMask(scene, picture, visible, options, mask);
            const gradient = new Float64Array(scene.positions.length);
            kernels.softMaskBackward(scene, picture, state, singles(mask.length, seed), gradient);
            return { mask, gradient };
          });
          expect(relativeError(fast.mask, slow.mask)).toBeLessThan(2e-6);
          if (Math.max(...slow.gradient.map(Math.abs)) > 1e-3) {
            expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(30 * 2 ** -22);
          }
        },
      ),
      { numRuns: 60, seed: 14 },
    );
  });

  it.each(['stream', 'list'] as const)('blends soft faces by the rarer rules, as a %s', (way) => {
    const rules = fc.record({
      variant: fc.constantFrom<SoftOptions['variant']>('softras', 'pytorch3d'),
      distance: fc.constantFrom<SoftOptions['distance']>('euclidean', 'barycentric', 'hard'),
      alpha: fc.constantFrom<SoftOptions['alpha']>('product', 'sum', 'hard'),
      color: fc.constantFrom<SoftOptions['color']>('softmax', 'hard', 'hard'),
      sigma: fc.constantFrom(1e-3, 1e-2),
      reach: fc.constantFrom(0.5, 9.2),
      facesPerPixel: fc.constantFrom(2, 50),
    });
    fc.assert(
      fc.property(
        someSpheres,
        somePictures,
        rules,
        ({ seed, batch, stride }, picture, { reach, ...rest }) => {
          // softAggregate.test.ts has the usual rules.
          if (rest.distance === 'euclidean' && rest.color === 'softmax') return;
          if (rest.variant === 'pytorch3d' && (way === 'stream' || rest.distance !== 'euclidean')) return;
          const options = {
            ...rest,
            reach: reach * rest.sigma,
            gamma: 0.1,
            epsilon: 1e-3,
            near: 0.5,
            far: 4,
          };
          const scene = kernelScene(crumpledSpheres(seed, batch, stride));
          const values = singles(batch * 18 * channels, seed);
          const upstream = singles(batch * picture.width * picture.height * (channels + 1), seed + 1);
          const [fast, slow] = [compiled, scalarKernels].map((kernels) =>
            drawSoft(kernels, inSingles(scene), picture, options, values, upstream, way),
          );
          expect(relativeError(fast.output, slow.output)).toBeLessThan(5e-6);
          expect(relativeError(fast.valueGradient, slow.valueGradient)).toBeLessThan(1e-5);
          expect(relativeError(fast.positionGradient, slow.positionGradient)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 250, seed: 21 },
    );
  });

  it('shows the same nearest faces where corners meet pixel centres', () => {
    fc.assert(
      fc.property(someScenes, somePictures, ({ scene }, picture) => {
        const options: SoftOptions = {
          variant: 'softras',
          distance: 'hard',
          alpha: 'product',
          color: 'hard',
          sigma: 1e-4,
          gamma: 1e-4,
          epsilon: 1e-3,
          near: 0.1,
          far: 100,
          reach: 1e-3,
          facesPerPixel: 8,
        };
        // A colour a face, at corners of its own, so that another face shows.
        const indices = Int32Array.from(scene.faces, (_, i) => i);
        const values = Float64Array.from(indices, (i) => 1 + Math.floor(i / 3));
        const rowStarts = scene.items.map(() => 0);
        const rows = { values, channels: 1, indices, rowStarts };
        const [fast, slow] = [compiled, scalarKernels].map((kernels) => {
          const output = new Float64Array(2 * scene.items.length * picture.width * picture.height);
          kernels.softPicture(inSingles(scene), picture, options, rows, Float64Array.of(0), output);
          return output;
        });
        expect(fast.map(Math.round)).toEqual(slow.map(Math.round));
      }),
      { numRuns: 100, seed: 22 },
    );
  });

  it('has been at work', () => {
    for (const name of [
      'edgeGradient',
      'outlineMask',
      'outlineMaskBackward',
      'softMask',
      'softMaskBackward',
      'softPicture',
      'softPictureBackward',
      'softFragments',
      'softAggregate',
      'softAggregateBackward',
    ] as const) {
      expect(compiledCalls[name] ?? 0, name).toBeGreaterThan(0);
      compiledCalls[name] = 0;
    }
  });
});
