// Smoothing that takes noise off a mesh and keeps its volume.

import type { RealArray } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { uniformLaplacian } from './laplacian.ts';
import type { Topology } from './topology.ts';

export interface TaubinOptions {
  /** Share of the way to the mean of its neighbours that a vertex moves in the first half of a step. Default 0.5. */
  lambda?: number;
  /** The same, negative and larger, for the second half, which undoes the shrinking. Default −0.53. */
  mu?: number;
  /** Default 10. */
  steps?: number;
}

/**
 * Moves vertices by x ← x − λLx, then x ← x − μLx, `steps` times, L being the uniform Laplacian: a low-pass filter, which scales a part
 * of the shape of frequency k, an eigenvalue of L in 0 … 2, by (1 − λk)(1 − μk) a step, so by 1 where k is 0 or 1/λ + 1/μ (G. Taubin,
 * "A signal processing approach to fair surface design", SIGGRAPH 1995).
 *
 * @param vertices [V·3] of `topology`.
 * @returns [V·3]
 * @throws ArgumentError unless 0 < λ < −μ and `steps` is a whole number from 0 up.
 */
export function taubinSmooth(
  vertices: RealArray,
  topology: Topology,
  { lambda = 0.5, mu = -0.53, steps = 10 }: TaubinOptions = {},
): Float64Array {
  if (!(lambda > 0 && lambda < -mu)) {
    throw new ArgumentError(`lambda is ${lambda} and mu ${mu}, expected 0 < lambda < −mu`);
  }
  if (!Number.isInteger(steps) || steps < 0) {
    throw new ArgumentError(`steps is ${steps}, expected a whole number from 0 up`);
  }
  const laplacian = uniformLaplacian(topology);
  let smooth = Float64Array.from(vertices);
  for (let step = 0; step < steps; step++) {
    for (const share of [lambda, mu]) {
      const delta = laplacian.multiply(smooth);
      smooth = smooth.map((value, i) => value - share * delta[i]);
    }
  }
  return smooth;
}
