// The weights of a face's corners at a group of pixels.

import { clipped, groupE, isOriginal, perHeight, perTotal, perW, weights } from './record';

/** Clipped weights, and those of attributes; 0 where rounding leaves none, which happens on faces as large as the world. */
export function weigh(face: usize, group: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const most = f32x4.splat(load<i32>(face, isOriginal) !== 0 ? 1 : f32.MAX_VALUE);
  const c0 = f32x4.pmin(most, f32x4.pmax(zero, beta(face, group, 0)));
  const c1 = f32x4.pmin(most, f32x4.pmax(zero, beta(face, group, 1)));
  const c2 = f32x4.pmin(most, f32x4.pmax(zero, beta(face, group, 2)));
  const p0 = f32x4.mul(c0, v128.load32_splat(face, perW));
  const p1 = f32x4.mul(c1, v128.load32_splat(face, perW + 4));
  const p2 = f32x4.mul(c2, v128.load32_splat(face, perW + 8));
  const total = f32x4.add(p0, f32x4.add(p1, p2));
  const per = v128.and(f32x4.div(one, total), f32x4.gt(total, zero));
  v128.store(group, c0, clipped);
  v128.store(group, c1, clipped + 16);
  v128.store(group, c2, clipped + 32);
  v128.store(group, f32x4.mul(p0, per), weights);
  v128.store(group, f32x4.mul(p1, per), weights + 16);
  v128.store(group, f32x4.mul(p2, per), weights + 32);
  v128.store(group, per, perTotal);
}

export function beta(face: usize, group: usize, k: usize): v128 {
  return f32x4.mul(v128.load(group + 16 * k, groupE), v128.load32_splat(face + 4 * k, perHeight));
}
