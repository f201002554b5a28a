// Gauss–Legendre quadrature on [0, 1]: n points integrate polynomials up to degree 2n − 1 exactly.

export interface Quadrature {
  /** In (0, 1). */
  points: readonly number[];
  /** With sum 1. */
  weights: readonly number[];
}

const known = new Map<number, Quadrature>();

/** The rule with n points. */
export function gaussLegendre(n: number): Quadrature {
  let rule = known.get(n);
  if (!rule) {
    rule = roots(n);
    known.set(n, rule);
  }
  return rule;
}

/** The starting points are good to some percent, and every step doubles the digits. */
const newtonSteps = 8;

/**
 * Newton's method on the Legendre polynomial Pₙ from the usual starting points cos(π(i + ¾)/(n + ½)). On [−1, 1] the weight of a
 * root x is 2/((1 − x²) Pₙ′(x)²).
 */
function roots(n: number): Quadrature {
  const points: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < newtonSteps; step++) {
      let value = 1;
      let previous = 0;
      for (let k = 1; k <= n; k++) {
        [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      }
      slope = (n * (x * value - previous)) / (x * x - 1);
      x -= value / slope;
    }
    points.push((1 + x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { points, weights };
}
