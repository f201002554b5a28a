// Integrals of Gaussians, four at a time, in float32: what scalar/gaussian.ts reads from tables, as kernels may have no data of their own.

import { pick } from './lanes';
import { exp2OfMinus } from './math';
import { multiplyAdd } from './multiplyAdd';

const log2OfE = f32(Math.LOG2E);
const rootOfPi: f32 = 1.7724538509055159;

/** exp(−x²); with x² cut off at 87, where it is 1e-38. */
export function bell(squared: v128): v128 {
  return exp2OfMinus(f32x4.pmin(f32x4.mul(squared, f32x4.splat(log2OfE)), f32x4.splat(125)));
}

/**
 * ½ erfc(x) for x ≥ 0, given exp(−x²), to an error of 4e-8: exp(−x²) times a polynomial in 1/(1 + 0.45 x), of weighted least squares, with
 * weights that grow where the error was largest, over 0 ≤ x ≤ 4.1.
 */
export function tail(x: v128, bellOfX: v128): v128 {
  const t = f32x4.div(f32x4.splat(1), multiplyAdd(x, f32x4.splat(0.45), f32x4.splat(1)));
  let sum = multiplyAdd(t, f32x4.splat(0.5 * 0.0914358589), f32x4.splat(0.5 * -0.4877058905));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * 0.8417798942));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * -0.3553638052));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * 0.4439806016));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * 0.20865568));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * 0.2569964755));
  sum = multiplyAdd(t, sum, f32x4.splat(0.5 * 0.0002211865));
  return f32x4.mul(bellOfX, sum);
}

/** W(v, u) of kernels/outlineMask.ts for v ≥ 0, odd in u, given ½ erfc of v and of |u|. */
export function wedge(v: v128, tailOfV: v128, u: v128, tailOfU: v128): v128 {
  const size = f32x4.abs(u);
  const isWide = f32x4.gt(size, v);
  const large = pick(size, v, isWide);
  const small = pick(v, size, isWide);
  // Where both are 0, so is the quotient.
  const slope = f32x4.div(small, f32x4.max(large, f32x4.splat(1e-30)));
  const largeSquared = f32x4.mul(large, large);
  const smallSquared = f32x4.mul(small, small);
  const slopeSquared = f32x4.mul(slope, slope);
  // Gauss's rule with five points on [0, 1]: squares of its nodes, and its weights over 2π.
  let sum = wedgeAt(0.002200555327023207, 0.018854042454028903, largeSquared, smallSquared, slopeSquared);
  sum = f32x4.add(
    sum,
    wedgeAt(0.05325264442858103, 0.0380880594077381, largeSquared, smallSquared, slopeSquared),
  );
  sum = f32x4.add(sum, wedgeAt(0.25, 0.04527073936836134, largeSquared, smallSquared, slopeSquared));
  sum = f32x4.add(
    sum,
    wedgeAt(0.591721954534264, 0.0380880594077381, largeSquared, smallSquared, slopeSquared),
  );
  sum = f32x4.add(
    sum,
    wedgeAt(0.9083804012656873, 0.018854042454028903, largeSquared, smallSquared, slopeSquared),
  );
  const narrow = f32x4.mul(slope, sum);
  const half = f32x4.mul(f32x4.add(tailOfV, tailOfU), f32x4.splat(0.5));
  const wide = f32x4.sub(f32x4.sub(half, f32x4.mul(tailOfV, tailOfU)), narrow);
  return v128.bitselect(u, pick(wide, narrow, isWide), f32x4.splat(-0.0));
}

function wedgeAt(node: f32, weight: f32, large: v128, small: v128, slope: v128): v128 {
  const value = bell(multiplyAdd(small, f32x4.splat(node), large));
  const below = multiplyAdd(slope, f32x4.splat(node), f32x4.splat(1));
  return f32x4.div(f32x4.mul(value, f32x4.splat(weight)), below);
}

/** ∫ exp(−u²) du from u₀ to u₁, given ½ erfc of their sizes. */
export function bellIntegral(u0: v128, tailOfU0: v128, u1: v128, tailOfU1: v128): v128 {
  return f32x4.mul(f32x4.splat(rootOfPi), f32x4.sub(signedTail(u0, tailOfU0), signedTail(u1, tailOfU1)));
}

/** ½ erfc(u) for any u, given that of its size. */
function signedTail(u: v128, tailOfU: v128): v128 {
  return pick(f32x4.sub(f32x4.splat(1), tailOfU), tailOfU, f32x4.lt(u, f32x4.splat(0)));
}
