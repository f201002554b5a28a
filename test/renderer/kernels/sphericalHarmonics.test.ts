// Spherical harmonics: constants against integrals over the sphere, gradients against finite differences in double precision.

import { describe, expect, it } from 'vitest';
import { harmonics, shade, shadeBackward } from '../../../renderer/kernels/sphericalHarmonics.ts';
import { projectToSphericalHarmonics } from '../../../renderer/shading/sphericalHarmonics.ts';
import { centralDifferences, relativeError, waves } from '../../differences.ts';

/** ∫ f dω by the midpoint rule on rings of equal area. */
function integral(f: (x: number, y: number, z: number) => number, rings = 300): number {
  let sum = 0;
  for (let ring = 0; ring < rings; ring++) {
    const z = (2 * ring + 1) / rings - 1;
    const around = Math.sqrt(1 - z * z);
    for (let k = 0; k < 2 * rings; k++) {
      const longitude = (Math.PI * (k + 0.5)) / rings;
      sum += f(around * Math.cos(longitude), around * Math.sin(longitude), z);
    }
  }
  return (sum * 2 * Math.PI) / rings ** 2;
}

const basis = (x: number, y: number, z: number) => {
  const values = new Float64Array(9);
  harmonics(x, y, z, values);
  return values;
};

/** A sky: brighter above and to the left, with a reddish ground; harmonics of all bands up to 2, and some beyond. */
const sky = (x: number, y: number, z: number): [number, number, number] => [
  1 + 0.5 * y + 0.2 * x * z,
  0.8 + 0.6 * y - 0.3 * x + 0.25 * (x * x - y * y),
  0.9 + 0.4 * z * z + 0.1 * x * y,
];

describe('the nine functions', () => {
  it('are orthonormal over the sphere', () => {
    for (let i = 0; i < 9; i++) {
      for (let k = 0; k <= i; k++) {
        const product = integral((x, y, z) => basis(x, y, z)[i] * basis(x, y, z)[k], 120);
        expect(product, `${i}, ${k}`).toBeCloseTo(i === k ? 1 : 0, 3);
      }
    }
  });

  it('light a surface as the sky does, integrated over what it sees', () => {
    const coefficients = projectToSphericalHarmonics(sky);
    for (const normal of [
      [0, 1, 0],
      [0.6, 0, 0.8],
      [-0.48, -0.6, 0.64],
    ]) {
      const output = new Float64Array(3);
      const albedo = Float64Array.of(0.5, 1, 0.8);
      shade({ albedo, normals: Float64Array.from(normal, (value) => 3 * value), coefficients }, output);
      for (let c = 0; c < 3; c++) {
        const irradiance = integral(
          (x, y, z) => sky(x, y, z)[c] * Math.max(0, x * normal[0] + y * normal[1] + z * normal[2]),
        );
        expect(output[c]).toBeCloseTo((albedo[c] * irradiance) / Math.PI, 4);
      }
    }
  });

  it('give the albedo under constant radiance 1', () => {
    const coefficients = projectToSphericalHarmonics(() => [1, 1, 1]);
    const output = new Float64Array(3);
    shade(
      { albedo: Float64Array.of(0.2, 0.5, 0.9), normals: Float64Array.of(1, 2, 3), coefficients },
      output,
    );
    for (const [c, value] of [0.2, 0.5, 0.9].entries()) expect(output[c]).toBeCloseTo(value, 4);
  });
});

describe('gradients of harmonic light', () => {
  it('are the derivative in albedo, normals and coefficients', () => {
    const count = 20;
    const inputs = { albedo: waves(3 * count, 1), normals: waves(3 * count, 2), coefficients: waves(27, 3) };
    const sides = Float32Array.from({ length: count }, (_, i) => (i % 2 ? 1 : -1));
    const upstream = waves(3 * count, 4);
    const evaluate = (at: typeof inputs) => {
      const output = new Float64Array(3 * count);
      shade({ ...at, sides }, output);
      return output.reduce((sum, value, i) => sum + value * upstream[i], 0);
    };
    const gradients = {
      albedo: new Float64Array(3 * count),
      normals: new Float64Array(3 * count),
      coefficients: new Float64Array(27),
    };
    shadeBackward({ ...inputs, sides }, upstream, gradients);
    for (const name of ['albedo', 'normals', 'coefficients'] as const) {
      const expected = centralDifferences(
        (moved) => evaluate({ ...inputs, [name]: moved }),
        inputs[name],
        1e-6,
      );
      expect(relativeError(gradients[name], expected), name).toBeLessThan(1e-7);
    }
  });

  it('have no NaN where a normal has no direction', () => {
    const rows = {
      albedo: Float64Array.of(1, 1, 1),
      normals: Float64Array.of(0, 0, 0),
      coefficients: waves(27, 3),
    };
    const gradients = {
      albedo: new Float64Array(3),
      normals: new Float64Array(3),
      coefficients: new Float64Array(27),
    };
    shadeBackward(rows, Float64Array.of(1, 1, 1), gradients);
    expect([...gradients.normals]).toEqual([0, 0, 0]);
    expect([...gradients.albedo, ...gradients.coefficients].every(Number.isFinite)).toBe(true);
  });
});
