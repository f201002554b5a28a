// Diffuse light from all around, as the first nine spherical harmonics of the incident radiance L(ω) = Σ c_i Y_i(ω): a matt surface sees
// little else (R. Ramamoorthi and P. Hanrahan, "An efficient representation for irradiance environment maps", SIGGRAPH 2001).
//
// The irradiance E(n) = ∫ L(ω) (n·ω)⁺ dω = Σ A_l c_lm Y_lm(n), A = π, 2π/3, π/4; colour = albedo · E(n)/π, so that constant radiance 1
// gives the albedo.
//
// Other sets of constants are in circulation. Early Kaolin's frag_shtex has .1365686 z² for .2365437 z² and −.1931371 xz for −.2731371 xz;
// Kaolin's deprecated spherical_harmonic_lighting has .7725484 xz and .3862742 (x² − y²), short by √2, and band 1 in the order x, z, y.

import type { RealArray } from './scene.ts';

export const coefficientCount = 9;

/** Cosine lobe A_l/π of each coefficient. */
const lobes = [1, 2 / 3, 2 / 3, 2 / 3, 1 / 4, 1 / 4, 1 / 4, 1 / 4, 1 / 4];

const c0 = Math.sqrt(1 / (4 * Math.PI));
const c1 = Math.sqrt(3 / (4 * Math.PI));
const c2 = Math.sqrt(15 / (4 * Math.PI));
const c20 = Math.sqrt(5 / (16 * Math.PI));
const c22 = Math.sqrt(15 / (16 * Math.PI));

/** Y₀₀; Y₁₋₁ (y), Y₁₀ (z), Y₁₁ (x); Y₂₋₂ (xy), Y₂₋₁ (yz), Y₂₀, Y₂₁ (xz), Y₂₂ at a direction of length 1: orthonormal over the sphere. */
export function harmonics(x: number, y: number, z: number, into: Float64Array): void {
  into[0] = c0;
  into[1] = c1 * y;
  into[2] = c1 * z;
  into[3] = c1 * x;
  into[4] = c2 * x * y;
  into[5] = c2 * y * z;
  into[6] = c20 * (3 * z * z - 1);
  into[7] = c2 * x * z;
  into[8] = c22 * (x * x - y * y);
}

/** Σ_i g_i ∂Y_i/∂(x, y, z), with x, y and z independent. */
function harmonicsBackward(x: number, y: number, z: number, g: Float64Array, into: Float64Array): void {
  into[0] = c1 * g[3] + c2 * (y * g[4] + z * g[7]) + 2 * c22 * x * g[8];
  into[1] = c1 * g[1] + c2 * (x * g[4] + z * g[5]) - 2 * c22 * y * g[8];
  into[2] = c1 * g[2] + c2 * (y * g[5] + x * g[7]) + 6 * c20 * z * g[6];
}

export interface HarmonicRows {
  /** [N·3] */
  albedo: RealArray;
  /** [N·3] of any length. */
  normals: RealArray;
  /** [9·3] */
  coefficients: RealArray;
  /** [N] 1 or −1, times the normal. */
  sides?: Float32Array;
}

/** Writes [N·3]. Rows without a direction are seen in the mean light. */
export function shade(rows: HarmonicRows, output: RealArray): void {
  const { albedo, coefficients } = rows;
  const basis = new Float64Array(coefficientCount);
  const direction = new Float64Array(4);
  for (let at = 0; at < albedo.length; at += 3) {
    basisAt(rows, at, basis, direction);
    for (let c = 0; c < 3; c++) {
      let light = 0;
      for (let i = 0; i < coefficientCount; i++) light += lobes[i] * basis[i] * coefficients[3 * i + c];
      output[at + c] = albedo[at + c] * light;
    }
  }
}

/** Given dL/d(output of shade), adds the gradients. */
export function shadeBackward(
  rows: HarmonicRows,
  upstream: RealArray,
  gradients: { albedo: RealArray; normals: RealArray; coefficients: RealArray },
): void {
  const { albedo, coefficients, sides } = rows;
  const basis = new Float64Array(coefficientCount);
  const basisGradient = new Float64Array(coefficientCount);
  const direction = new Float64Array(4);
  const slope = new Float64Array(3);
  // In double precision, as every row adds to them.
  const sums = Float64Array.from(gradients.coefficients);
  for (let at = 0; at < albedo.length; at += 3) {
    const isDirection = basisAt(rows, at, basis, direction);
    basisGradient.fill(0);
    for (let c = 0; c < 3; c++) {
      const g = upstream[at + c];
      let light = 0;
      for (let i = 0; i < coefficientCount; i++) {
        const lit = lobes[i] * coefficients[3 * i + c];
        light += lit * basis[i];
        basisGradient[i] += g * albedo[at + c] * lit;
        sums[3 * i + c] += g * albedo[at + c] * lobes[i] * basis[i];
      }
      gradients.albedo[at + c] += g * light;
    }
    if (!isDirection) continue;
    const [x, y, z, length] = direction;
    harmonicsBackward(x, y, z, basisGradient, slope);
    const along = slope[0] * x + slope[1] * y + slope[2] * z;
    const scale = (sides ? sides[at / 3] : 1) / length;
    gradients.normals[at] += scale * (slope[0] - along * x);
    gradients.normals[at + 1] += scale * (slope[1] - along * y);
    gradients.normals[at + 2] += scale * (slope[2] - along * z);
  }
  gradients.coefficients.set(sums);
}

/** The basis at a row's normal; false, and Y₀₀ alone, where it has no direction. */
function basisAt(
  { normals, sides }: HarmonicRows,
  at: number,
  basis: Float64Array,
  direction: Float64Array,
): boolean {
  const side = sides ? sides[at / 3] : 1;
  const length = Math.hypot(normals[at], normals[at + 1], normals[at + 2]);
  if (!(length > 1e-20 && length < Number.POSITIVE_INFINITY)) {
    basis.fill(0);
    basis[0] = c0;
    return false;
  }
  const scale = side / length;
  direction[0] = normals[at] * scale;
  direction[1] = normals[at + 1] * scale;
  direction[2] = normals[at + 2] * scale;
  direction[3] = length;
  harmonics(direction[0], direction[1], direction[2], basis);
  return true;
}
