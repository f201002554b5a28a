// p = exp(−x), as far as a face reaches a pixel with x = s·d², and 1 − p, four at a time.

import { pick } from './lanes';
import { exp2OfMinus } from './math';
import { multiplyAdd } from './multiplyAdd';

const log2OfE = f32(Math.LOG2E);

/** p = exp(−x). */
export function hitAt(x: v128): v128 {
  return exp2OfMinus(f32x4.pmin(f32x4.mul(x, f32x4.splat(log2OfE)), f32x4.splat(64)));
}

/** 1 − p. */
export function missAt(x: v128): v128 {
  return oneMinus(hitAt(x), x);
}

/** 1 − p with p = exp(−x), to a few units in the last place: near x = 0 by Taylor's series, as a difference would have lost its digits. */
export function oneMinus(p: v128, x: v128): v128 {
  let series = multiplyAdd(x, f32x4.splat(-1 / 720), f32x4.splat(1 / 120));
  series = multiplyAdd(x, f32x4.neg(series), f32x4.splat(1 / 24));
  series = multiplyAdd(x, f32x4.neg(series), f32x4.splat(1 / 6));
  series = multiplyAdd(x, f32x4.neg(series), f32x4.splat(1 / 2));
  series = multiplyAdd(x, f32x4.neg(series), f32x4.splat(1));
  return pick(f32x4.mul(x, series), f32x4.sub(f32x4.splat(1), p), f32x4.lt(x, f32x4.splat(0.25)));
}
