// Integrals of Gaussians to float32 precision, several times as fast as by series.

import { shortDecay } from './decay.ts';

/** erfc(x) and exp(−x²) are below float32's resolution of 1 from here on. */
export const endOfGaussian = Math.sqrt(24 * Math.LN2);

const stepsOfOne = 64;
const steps = Math.ceil(endOfGaussian * stepsOfOne) + 2;

/** ½ erfc and exp(−x²) at steps, one after the other. */
const values = (() => {
  const table = new Float64Array(2 * steps);
  const { PI, exp } = Math;
  for (let i = 0; i < steps; i++) {
    const x = i / stepsOfOne;
    // erf by its series 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)).
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    table[2 * i + 1] = exp(-x * x);
    table[2 * i] = 0.5 - (table[2 * i + 1] * sum) / Math.sqrt(PI);
  }
  return table;
})();

const slopeOfTail = 1 / Math.sqrt(Math.PI);

/** ½ erfc(x) for x ≥ 0, to 1e-9: Taylor's series from the nearest step, q′ = −exp(−x²)/√π, q″ = −2x q′, q‴ = (4x² − 2) q′. */
export function tail(x: number): number {
  if (x >= endOfGaussian) return 0;
  const step = (x * stepsOfOne + 0.5) | 0;
  const at = step / stepsOfOne;
  const h = x - at;
  return (
    values[2 * step] - slopeOfTail * values[2 * step + 1] * h * (1 - h * (at - (h * (2 * at * at - 1)) / 3))
  );
}

/** exp(−x²) for x ≥ 0, to a relative error of 1e-8: exp(−x₀²) exp(−2x₀h − h²) from the nearest step. */
export function bell(x: number): number {
  if (x >= endOfGaussian) return 0;
  const step = (x * stepsOfOne + 0.5) | 0;
  const at = step / stepsOfOne;
  const h = x - at;
  return values[2 * step + 1] * shortDecay(h * (2 * at + h));
}

/** Gauss's rule with five points on [0, 1]: the integrand of `wedge` is smooth enough for 2e-8. */
const nodes = [0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415, 0.953089922969332];
const fiveWeights = [
  0.11846344252809454, 0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454,
];
const [n0, n1, n2, n3, n4] = nodes.map((x) => x * x);
const [w0, w1, w2, w3, w4] = fiveWeights.map((weight) => weight / (2 * Math.PI));

/** W(v, u) for 0 ≤ u ≤ v, as in reference/gaussian.ts. */
function narrowWedge(v: number, u: number): number {
  if (u === 0 || v >= endOfGaussian) return 0;
  const slope = u / v;
  const squared = slope * slope;
  const x0 = squared * n0;
  const x1 = squared * n1;
  const x2 = squared * n2;
  const x3 = squared * n3;
  const x4 = squared * n4;
  return (
    slope *
    bell(v) *
    ((w0 * bell(u * nodes[0])) / (1 + x0) +
      (w1 * bell(u * nodes[1])) / (1 + x1) +
      (w2 * bell(u * nodes[2])) / (1 + x2) +
      (w3 * bell(u * nodes[3])) / (1 + x3) +
      (w4 * bell(u * nodes[4])) / (1 + x4))
  );
}

/** W(v, u) of kernels/outlineMask.ts for v ≥ 0, odd in u, to 2e-8. */
export function wedge(v: number, u: number): number {
  const size = Math.abs(u);
  let value: number;
  if (size <= v) value = narrowWedge(v, size);
  else {
    const qv = tail(v);
    const qu = tail(size);
    value = (qv + qu) / 2 - qv * qu - narrowWedge(size, v);
  }
  return u < 0 ? -value : value;
}

const longestShort = 1;

/**
 * ∫ exp(−u²) du and ∫ (u − u₀) exp(−u²) du from u₀ to u₁, into `moments`. By quadrature where the way is short, as differences of
 * error functions would cancel.
 */
export function bellMoments(u0: number, u1: number, moments: Float64Array): void {
  const way = u1 - u0;
  let zeroth = 0;
  let first = 0;
  if (way <= longestShort) {
    for (let i = 0; i < 5; i++) {
      const value = fiveWeights[i] * bell(Math.abs(u0 + way * nodes[i]));
      zeroth += value;
      first += nodes[i] * value;
    }
    moments[0] = way * zeroth;
    moments[1] = way * way * first;
  } else {
    zeroth = Math.sqrt(Math.PI) * (signedTail(u0) - signedTail(u1));
    moments[0] = zeroth;
    moments[1] = (bell(Math.abs(u0)) - bell(Math.abs(u1))) / 2 - u0 * zeroth;
  }
}

/** ½ erfc(x) for any x. */
const signedTail = (x: number): number => (x >= 0 ? tail(x) : 1 - tail(-x));
