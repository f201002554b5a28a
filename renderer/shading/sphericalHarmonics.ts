// Diffuse light by spherical harmonics on rows of fragments, as a tensor; and the coefficients of any light.

import type * as tf from '@tensorflow/tfjs';
import { hostFunction } from '../backend/index.ts';
import { ArgumentError } from '../errors.ts';
import { coefficientCount, harmonics, shade, shadeBackward } from '../kernels/sphericalHarmonics.ts';
import { expectRows } from './expectRows.ts';

export interface HarmonicRowsOptions {
  /** [9, 3] coefficients of the incident radiance, red, green and blue: see renderer/kernels/sphericalHarmonics.ts. */
  coefficients: tf.Tensor2D;
  /** [N, 3] linear. */
  albedo: tf.Tensor2D;
  /** [N, 3] of any length, in world space. */
  normals: tf.Tensor2D;
  /** [N] of ±1, times the normals. */
  sides?: Float32Array;
}

/** Linear colours [N, 3]. Differentiable in all three tensors. @throws ArgumentError unless there are nine coefficients a channel. */
export function shRows({ coefficients, albedo, normals, sides }: HarmonicRowsOptions): tf.Tensor2D {
  expectRows('albedo', albedo, albedo.shape[0], 3);
  expectRows('normals', normals, albedo.shape[0], 3);
  if (coefficients.rank !== 2 || coefficients.shape[0] !== coefficientCount || coefficients.shape[1] !== 3) {
    throw new ArgumentError(`coefficients must have shape [9, 3], but have [${coefficients.shape}]`);
  }
  return hostFunction<void>({
    inputs: [albedo, normals, coefficients],
    shape: albedo.shape,
    forward: ([colors, directions, light], output) =>
      shade({ albedo: colors, normals: directions, coefficients: light, sides }, output),
    backward: (upstream, [colors, directions, light], gradients) =>
      shadeBackward({ albedo: colors, normals: directions, coefficients: light, sides }, upstream, {
        albedo: gradients[0],
        normals: gradients[1],
        coefficients: gradients[2],
      }),
  }) as tf.Tensor2D;
}

/**
 * [9·3] coefficients of light that comes from all around, c_i = ∫ L(ω) Y_i(ω) dω, by the midpoint rule.
 *
 * @param radiance red, green and blue from a direction of length 1, (x, y, z).
 * @param rings of the rule from pole to pole, twice as many points around.
 */
export function projectToSphericalHarmonics(
  radiance: (x: number, y: number, z: number) => readonly [number, number, number],
  rings = 128,
): Float64Array {
  const coefficients = new Float64Array(3 * coefficientCount);
  const basis = new Float64Array(coefficientCount);
  for (let ring = 0; ring < rings; ring++) {
    // Rings of equal height have equal area.
    const z = (2 * ring + 1) / rings - 1;
    const around = Math.sqrt(1 - z * z);
    for (let k = 0; k < 2 * rings; k++) {
      const longitude = (Math.PI * (k + 0.5)) / rings;
      const [x, y] = [around * Math.cos(longitude), around * Math.sin(longitude)];
      const color = radiance(x, y, z);
      harmonics(x, y, z, basis);
      const area = (2 * Math.PI) / rings ** 2;
      for (let i = 0; i < coefficientCount; i++) {
        for (let c = 0; c < 3; c++) coefficients[3 * i + c] += area * basis[i] * color[c];
      }
    }
  }
  return coefficients;
}
