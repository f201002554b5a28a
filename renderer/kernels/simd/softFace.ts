// What the compiled loops of SoftRas (assembly/softFace.ts) are given: their record of a face.

import { hiddenFrom } from '../scalar/softFace.ts';
import { flatness, type Picture, smallestArea } from '../scene.ts';
import { type SoftOptions, smallestFace } from '../softAggregate.ts';
import type { Simd } from './module.ts';
import type { Own } from './threads.ts';

export const alphaCodes = { product: 0, sum: 1, hard: 2 };

/** Whether the rules are those that are compiled. */
export const isUsual = ({ distance, color }: SoftOptions, channels: number): boolean =>
  distance === 'euclidean' && (color === 'softmax' || channels === 0);

/** A record of a face for every thread, with the rules in it, and room for attributes at its corners and for their gradients. */
export function startSoftFaces(
  { exports, threads }: Simd,
  { width, height, cull, perspectiveCorrect }: Picture,
  options: SoftOptions,
  channels: number,
): Own {
  const { reach, sigma, gamma, near, far } = options;
  const face = threads.own(exports.softFaceBytes() + 96 * channels);
  const rules = (cull ? 1 : 0) + (perspectiveCorrect ? 2 : 0) + (options.variant === 'pytorch3d' ? 4 : 0);
  const hidden = hiddenFrom(options);
  for (let thread = 0; thread < threads.count; thread++) {
    exports.startSoftFaces(
      face.of(thread),
      width,
      height,
      reach,
      sigma,
      gamma,
      near,
      far,
      hidden,
      rules,
      flatness,
      smallestArea,
      smallestFace,
    );
  }
  return face;
}
