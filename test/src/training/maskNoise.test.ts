import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/tensor/random.ts';
import { type MaskNoise, noisyMask } from '../../../src/training/maskNoise.ts';

const [height, width] = [40, 60];

/** A disc of this radius in the middle, antialiased. */
const disc = (radius: number) =>
  Float32Array.from({ length: height * width }, (_, pixel) => {
    const distance = Math.hypot((pixel % width) + 0.5 - 30, Math.floor(pixel / width) + 0.5 - 20);
    return Math.min(1, Math.max(0, radius - distance + 0.5));
  });
const flipped = (mask: Float32Array) =>
  mask.map((_, pixel) => mask[pixel - (pixel % width) + width - 1 - (pixel % width)]);
const noisy = (mask: Float32Array, noise: Partial<MaskNoise>, seed = 1, mirrored = false) =>
  noisyMask(
    mask,
    [height, width],
    { boundary: 0, holes: 0, ...noise },
    { random: new Random(seed), mirrored },
  );
const area = (mask: Float32Array) => mask.reduce((sum, value) => sum + value, 0);
const masks = fc.record({ radius: fc.double({ min: 2, max: 18, noNaN: true }), seed: fc.nat() });

describe('masks with errors', () => {
  it('stay between the outline drawn in and drawn out by as much as the boundary errs', () => {
    fc.assert(
      fc.property(masks, fc.double({ min: 0.5, max: 4, noNaN: true }), ({ radius, seed }, boundary) => {
        const wrong = noisy(disc(radius), { boundary }, seed);
        // Distances are to half a pixel in the middle between pixels: a pixel off at most on the diagonal.
        const [inner, outer] = [disc(Math.max(0, radius - boundary - 1)), disc(radius + boundary + 1)];
        return wrong.every(
          (value, p) =>
            value >= 0 && value <= 1 && (inner[p] < 1 || value > 0) && (outer[p] > 0 || value === 0),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('err in and out, and by more the larger the boundary', () => {
    const mask = disc(12);
    const change = (boundary: number, seed: number) => {
      const wrong = noisy(mask, { boundary }, seed);
      return [
        wrong.filter((v, p) => v > mask[p] + 0.3).length,
        wrong.filter((v, p) => v < mask[p] - 0.3).length,
      ];
    };
    for (const seed of [1, 2, 3]) {
      const [out, inwards] = change(3, seed);
      expect(out).toBeGreaterThan(5);
      expect(inwards).toBeGreaterThan(5);
      expect(out + inwards).toBeGreaterThan(change(1, seed)[0] + change(1, seed)[1]);
    }
  });

  it('have holes with the probability that is asked for', () => {
    const full = new Float32Array(height * width).fill(1);
    expect(noisy(full, { holes: 0 })).toEqual(full);
    const missing = [0.1, 0.5, 1].map((holes) => height * width - area(noisy(full, { holes }, 4)));
    expect(missing[0]).toBeGreaterThan(0);
    expect(missing[1]).toBeGreaterThan(2 * missing[0]);
    expect(missing[2]).toBeGreaterThan(missing[1]);
  });

  it('are the same for the same seed, and mirrored with the picture', () => {
    fc.assert(
      fc.property(masks, ({ radius, seed }) => {
        const mask = disc(radius).map((value, p) => (p % width < 33 ? value : 0));
        const noise = { boundary: 2, holes: 0.3 };
        const wrong = noisy(mask, noise, seed);
        expect(noisy(mask, noise, seed)).toEqual(wrong);
        expect(noisy(flipped(mask), noise, seed, true)).toEqual(flipped(wrong));
      }),
      { numRuns: 20 },
    );
  });

  it('of nothing and of everything are that, but for holes', () => {
    const nothing = new Float32Array(height * width);
    expect(noisy(nothing, { boundary: 3, holes: 1 })).toEqual(nothing);
    const everything = nothing.map(() => 1);
    expect(noisy(everything, { boundary: 3 })).toEqual(everything);
  });
});
