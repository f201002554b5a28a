// Integrals of Gaussians in double precision.

/** erf(x) = 2/√π ∫_0^x exp(−t²) dt, by the series 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)), whose terms are all of one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * W(v, u) = 1/2π ∫_0^{atan(u/v)} exp(−v²/cos²θ) dθ for v ≥ 0, odd in u: Owen's T(√2·v, u/v). With x = tan θ the integrand is
 * exp(−v²(1 + x²)) / (1 + x²), smooth for x ≤ 1; beyond, W(v, u) + W(u, v) = ½(q(v) + q(u)) − q(v)·q(u), q(x) = ½ erfc(x).
 */
export function wedge(v: number, u: number): number {
  if (u < 0) return -wedge(v, -u);
  if (u > v) {
    const qv = (1 - erf(v)) / 2;
    const qu = (1 - erf(u)) / 2;
    return (qv + qu) / 2 - qv * qu - wedge(u, v);
  }
  if (u === 0) return 0;
  const slope = u / v;
  let sum = 0;
  for (const { at, weight } of gaussLegendre) {
    const x = slope * at;
    sum += (weight * Math.exp(-v * v * (1 + x * x))) / (1 + x * x);
  }
  return (slope * sum) / (2 * Math.PI);
}

/** Gauss's rule on [0, 1], 20 points: the roots of the Legendre polynomial, by Newton's method from Chebyshev's. */
const gaussLegendre = Array.from({ length: 20 }, (_, i) => {
  const degree = 20;
  let x = Math.cos((Math.PI * (i + 0.75)) / (degree + 0.5));
  let slope = 0;
  for (let step = 0; step < 8; step++) {
    let [before, value] = [1, x];
    for (let n = 2; n <= degree; n++) {
      [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
    }
    slope = (degree * (x * value - before)) / (x * x - 1);
    x -= value / slope;
  }
  return { at: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
});
