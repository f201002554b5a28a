// What the compiled loops of SoftRas (assembly/softFace/) are given: their record of a face.

import { hiddenFrom } from '../scalar/softFace.ts';
import { flatness, type Picture, type RealArray, smallestArea } from '../scene.ts';
import { type SoftOptions, smallestFace } from '../softAggregate.ts';
import type { Simd } from './module.ts';
import type { Own } from './threads.ts';

export const alphaCodes = { product: 0, sum: 1, hard: 2 };

const distanceCodes = { euclidean: 0, barycentric: 1, hard: 2 };

/**
 * Where the nearest face alone gives a pixel its colour, planes (assembly/softPicture.ts) keep its depth and number in place of m:
 * nothing as yet.
 */
export function clearPainted(planes: number, size: number, { buffer }: RealArray): void {
  new Float32Array(buffer, planes + 4 * size, size).fill(Number.POSITIVE_INFINITY);
  new Int32Array(buffer, planes + 8 * size, size).fill(-1);
}

/** A record of a face for every thread, with the rules in it, and room for attributes at its corners and for their gradients. */
export function startSoftFaces(
  { exports, threads }: Simd,
  { width, height, cull, perspectiveCorrect }: Picture,
  options: SoftOptions,
  channels: number,
): Own {
  const { distance, sigma, gamma, near, far } = options;
  const face = threads.own(exports.softFaceBytes() + 96 * channels);
  const variantRules = (options.variant === 'pytorch3d' ? 4 : 0) + (options.color === 'hard' ? 8 : 0);
  const rules = (cull ? 1 : 0) + (perspectiveCorrect ? 2 : 0) + variantRules;
  const hidden = hiddenFrom(options);
  for (let thread = 0; thread < threads.count; thread++) {
    exports.startSoftFaces(
      face.of(thread),
      width,
      height,
      distance === 'hard' ? 0 : options.reach,
      sigma,
      gamma,
      near,
      far,
      hidden,
      rules,
      distanceCodes[distance],
      flatness,
      smallestArea,
      smallestFace,
    );
  }
  return face;
}
