// The fast kernels against the brute-force ones, over random meshes, picture sizes and options.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fragments, Kernels, Picture, Scene } from '../../../renderer/kernels/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { scalarKernels } from '../../../renderer/kernels/scalar/index.ts';
import { testNumbers } from '../../gradient.ts';
import { crumpledSpheres, interpolated, kernelScene, relativeError } from '../scenes.ts';

const pictures: fc.Arbitrary<Picture> = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  perspectiveCorrect: fc.boolean(),
  cull: fc.boolean(),
  near: fc.constantFrom(1e-6, 1.5),
});

const scenes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  batch: fc.integer({ min: 1, max: 3 }),
  stride: fc.constantFrom<3 | 4>(3, 4),
});

it('finds the same faces, weights and interpolated values', () => {
  fc.assert(
    fc.property(scenes, pictures, ({ seed, batch, stride }, picture) => {
      const scene = kernelScene(crumpledSpheres(seed, batch, stride));
      const fast = scalarKernels.findVisible(scene, picture);
      const slow = referenceKernels.findVisible(scene, picture);
      expect(fast.faces).toEqual(slow.faces);
      expect(relativeError(fast.weights, slow.weights)).toBeLessThan(1e-6);
      const values = testNumbers(batch * 18 * 3, seed);
      expect(
        relativeError(
          interpolated(scalarKernels, scene, slow, values, 3),
          interpolated(referenceKernels, scene, slow, values, 3),
        ),
      ).toBeLessThan(1e-12);
    }),
    { numRuns: 40, seed: 5 },
  );
});

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

it('passes the same gradients from weights to positions', () => {
  fc.assert(
    fc.property(scenes, pictures, ({ seed, batch, stride }, picture) => {
      const scene = kernelScene(crumpledSpheres(seed, batch, stride));
      const visible = referenceKernels.findVisible(scene, picture);
      const upstream = testNumbers(visible.weights.length, seed);
      const expected = gradientOfWeights(referenceKernels, scene, picture, visible, upstream);
      expect(
        relativeError(gradientOfWeights(scalarKernels, scene, picture, visible, upstream), expected),
      ).toBeLessThan(1e-8);
    }),
    { numRuns: 40, seed: 6 },
  );
});

it('draws the same soft masks and passes the same gradients', () => {
  const options = fc.record({
    sharpness: fc.constantFrom(20, 300, 7000, 1e6),
    boxSize: fc.constantFrom(0, 0.02, 0.3),
    maxFaces: fc.constantFrom(1, 4, 30),
  });
  fc.assert(
    fc.property(scenes, pictures, options, ({ seed, batch, stride }, picture, soft) => {
      const scene = kernelScene(crumpledSpheres(seed, batch, stride));
      const visible = referenceKernels.findVisible(scene, picture);
      const [fast, slow] = [scalarKernels, referenceKernels].map((kernels) => {
        const mask = new Float64Array(visible.faces.length);
        const state = kernels.softMask(scene, picture, visible, soft, mask);
        const gradient = new Float64Array(scene.positions.length);
        kernels.softMaskBackward(scene, picture, state, testNumbers(mask.length, seed), gradient);
        return { mask, gradient };
      });
      expect(relativeError(fast.mask, slow.mask)).toBeLessThan(2e-6);
      const scale = Math.max(...slow.gradient.map(Math.abs));
      // Pairs with p < 2⁻²⁴ are dropped, up to maxFaces of them a pixel; the others are kept in float32.
      if (scale > 1e-3) expect(relativeError(fast.gradient, slow.gradient)).toBeLessThan(30 * 2 ** -22);
    }),
    { numRuns: 40, seed: 7 },
  );
});
