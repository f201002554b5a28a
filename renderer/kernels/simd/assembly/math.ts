// Elementary functions of four floats at a time, as polynomials: the library's have tables, and kernels may have no data of their own.

import { multiplyAdd } from './multiplyAdd';

/**
 * 2^(−y) for 0 ≤ y ≤ 125, to a relative error of 1.2e-7, two units in the last place: y is split into the nearest whole number, which
 * goes into the exponent, and a rest within ½, of which this is the polynomial through 2^rest at the seven Chebyshev nodes.
 */
export function exp2OfMinus(y: v128): v128 {
  // Added to a number of at most 2²², it leaves the nearest whole one in the lowest bits.
  const rounder = f32x4.splat(12582912);
  const shifted = f32x4.sub(rounder, y);
  const rest = f32x4.sub(f32x4.sub(rounder, shifted), y);
  const square = f32x4.mul(rest, rest);
  const low = multiplyAdd(rest, f32x4.splat(6.931472067e-1), f32x4.splat(1));
  const middle = multiplyAdd(rest, f32x4.splat(5.5503272267e-2), f32x4.splat(2.4022650922e-1));
  const high = multiplyAdd(rest, f32x4.splat(1.3400428177e-3), f32x4.splat(9.6180566785e-3));
  const top = multiplyAdd(square, f32x4.splat(1.5461444696e-4), high);
  const value = multiplyAdd(square, multiplyAdd(square, top, middle), low);
  return i32x4.add(value, i32x4.shl(shifted, 23));
}

/** Sum of the four lanes. */
export function sumOfLanes(a: v128): f32 {
  const pairs = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** Two pairs of doubles as four floats. */
export function demote(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
