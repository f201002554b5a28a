// The way back from a group of pixels to the corners: from D, from weights and from depths.

import { sumOfLanes } from '../math';
import { multiplyAdd } from '../multiplyAdd';
import { depthKept } from './depth';
import {
  barycentric,
  clearSums,
  clipped,
  colored,
  deltaDepth,
  distance,
  fx,
  fy,
  gd,
  groupD,
  groupE,
  groupT,
  gw,
  gx,
  gy,
  halfLength,
  hard,
  inside,
  inverseDepth,
  inverseW,
  isOriginal,
  isPerspective,
  perLength,
  perTotal,
  perW,
  ux,
  uy,
  vertex,
  weights,
} from './record';
import { beta } from './weights';

/** Adds dL/d(corner) of the group, given dL/d(δd²), or that of what stands in its place; 0 out of reach. */
export function addDistances(face: usize, group: usize, gradient: v128): void {
  const rule = load<i32>(face, distance);
  if (rule === barycentric) addLeastWeights(face, group, gradient);
  else if (rule !== hard) addFeet(face, group, gradient);
}

/** From δβ², β the least weight: moving corner k moves the picture at p by −β_k. */
function addLeastWeights(face: usize, group: usize, gradient: v128): void {
  const beta0 = beta(face, group, 0);
  const beta1 = beta(face, group, 1);
  const beta2 = beta(face, group, 2);
  const least = f32x4.pmin(beta0, f32x4.pmin(beta1, beta2));
  const is0 = f32x4.eq(least, beta0);
  const is1 = v128.andnot(f32x4.eq(least, beta1), is0);
  const pull = f32x4.mul(f32x4.add(gradient, gradient), f32x4.abs(least));
  const x = f32x4.mul(pull, ofNearest(face + fy, is0, is1));
  const y = f32x4.neg(f32x4.mul(pull, ofNearest(face + fx, is0, is1)));
  add(face, gx, f32x4.mul(x, beta0));
  add(face, gx + 16, f32x4.mul(x, beta1));
  add(face, gx + 32, f32x4.mul(x, beta2));
  add(face, gy, f32x4.mul(y, beta0));
  add(face, gy + 16, f32x4.mul(y, beta1));
  add(face, gy + 32, f32x4.mul(y, beta2));
}

/** From the foot of the nearest edge. */
function addFeet(face: usize, group: usize, gradient: v128): void {
  const d0 = v128.load(group, groupD);
  const d1 = v128.load(group, groupD + 16);
  const d2 = v128.load(group, groupD + 32);
  const is0 = v128.and(f32x4.le(d0, d1), f32x4.le(d0, d2));
  const is1 = v128.andnot(f32x4.le(d1, d2), is0);
  const is2 = v128.not(v128.or(is0, is1));
  const e = groupOfNearest(group + groupE, is0, is1);
  const along = groupOfNearest(group + groupT, is0, is1);
  const x = ofNearest(face + ux, is0, is1);
  const y = ofNearest(face + uy, is0, is1);
  const half = ofNearest(face + halfLength, is0, is1);
  const foot = f32x4.pmax(f32x4.neg(half), f32x4.pmin(half, along));
  const o = f32x4.sub(along, foot);
  const t = multiplyAdd(foot, ofNearest(face + perLength, is0, is1), f32x4.splat(0.5));
  const outside = v128.andnot(f32x4.splat(-0.0), v128.load(group, inside));
  const twice = v128.xor(f32x4.add(gradient, gradient), outside);
  // The foot lies at p − E n − O u, n = (−u_y, u_x), and moves with the ends as 1 − t and t.
  const footX = f32x4.mul(twice, f32x4.sub(f32x4.mul(e, y), f32x4.mul(o, x)));
  const footY = f32x4.neg(f32x4.mul(twice, multiplyAdd(e, x, f32x4.mul(o, y))));
  const jX = f32x4.mul(footX, t);
  const jY = f32x4.mul(footY, t);
  const iX = f32x4.sub(footX, jX);
  const iY = f32x4.sub(footY, jY);
  add(face, gx, v128.or(v128.and(jX, is1), v128.and(iX, is2)));
  add(face, gx + 16, v128.or(v128.and(iX, is0), v128.and(jX, is2)));
  add(face, gx + 32, v128.or(v128.and(jX, is0), v128.and(iX, is1)));
  add(face, gy, v128.or(v128.and(jY, is1), v128.and(iY, is2)));
  add(face, gy + 16, v128.or(v128.and(iY, is0), v128.and(jY, is2)));
  add(face, gy + 32, v128.or(v128.and(jY, is0), v128.and(iY, is1)));
}

function groupOfNearest(at: usize, is0: v128, is1: v128): v128 {
  return v128.bitselect(v128.load(at), v128.bitselect(v128.load(at, 16), v128.load(at, 32), is1), is0);
}

function ofNearest(at: usize, is0: v128, is1: v128): v128 {
  return v128.bitselect(
    v128.load32_splat(at),
    v128.bitselect(v128.load32_splat(at, 4), v128.load32_splat(at, 8), is1),
    is0,
  );
}

export function add(face: usize, field: usize, value: v128): void {
  v128.store(face + field, f32x4.add(v128.load(face + field), value));
}

/**
 * The same from the weights and the depth, given dL/db of corners 1 and 2 (where that of corner 0 is 0) and dL/dζ. β is affine in p,
 * and moving corner k moves the picture at p by −β_k. A clipped weight stands still.
 */
export function addWeights(face: usize, group: usize, g1: v128, g2: v128, depthGradient: v128): void {
  const b0 = v128.load(group, weights);
  const b1 = v128.load(group, weights + 16);
  const b2 = v128.load(group, weights + 32);
  const original = load<i32>(face, isOriginal) !== 0;
  const delta1 = v128.load32_splat(face, deltaDepth + 4);
  const delta2 = v128.load32_splat(face, deltaDepth + 8);
  if (!original) {
    add(face, gd, f32x4.mul(depthGradient, b0));
    add(face, gd + 16, f32x4.mul(depthGradient, b1));
    add(face, gd + 32, f32x4.mul(depthGradient, b2));
    g1 = multiplyAdd(depthGradient, delta1, g1);
    g2 = multiplyAdd(depthGradient, delta2, g2);
  }
  const mean = multiplyAdd(b1, g1, f32x4.mul(b2, g2));
  let q0 = f32x4.neg(mean);
  let q1 = f32x4.sub(g1, mean);
  let q2 = f32x4.sub(g2, mean);
  if (load<i32>(face, isPerspective) !== 0) {
    add(face, gw, f32x4.mul(mean, b0));
    add(face, gw + 16, f32x4.neg(f32x4.mul(q1, b1)));
    add(face, gw + 32, f32x4.neg(f32x4.mul(q2, b2)));
  }
  const per = v128.load(group, perTotal);
  const c0 = v128.load(group, clipped);
  const c1 = v128.load(group, clipped + 16);
  const c2 = v128.load(group, clipped + 32);
  q0 = f32x4.mul(q0, f32x4.mul(per, v128.load32_splat(face, perW)));
  q1 = f32x4.mul(q1, f32x4.mul(per, v128.load32_splat(face, perW + 4)));
  q2 = f32x4.mul(q2, f32x4.mul(per, v128.load32_splat(face, perW + 8)));
  if (original) {
    const total = f32x4.add(c0, f32x4.add(c1, c2));
    const perClipped = v128.and(f32x4.div(f32x4.splat(1), total), f32x4.gt(total, f32x4.splat(0)));
    const depth = depthKept(group);
    // 1/ζ = Σ c_k/ζ_k / Σ c_k, measured from 1/ζ₀.
    const scale = v128.and(
      f32x4.mul(f32x4.mul(depthGradient, f32x4.mul(depth, depth)), perClipped),
      f32x4.ne(depthGradient, f32x4.splat(0)),
    );
    add(face, gd, f32x4.mul(scale, c0));
    add(face, gd + 16, f32x4.mul(scale, c1));
    add(face, gd + 32, f32x4.mul(scale, c2));
    const middle = f32x4.mul(multiplyAdd(c1, delta1, f32x4.mul(c2, delta2)), perClipped);
    q0 = multiplyAdd(scale, middle, q0);
    q1 = f32x4.sub(q1, f32x4.mul(scale, f32x4.sub(delta1, middle)));
    q2 = f32x4.sub(q2, f32x4.mul(scale, f32x4.sub(delta2, middle)));
  }
  const isInside = v128.load(group, inside);
  const beta0 = beta(face, group, 0);
  const beta1 = beta(face, group, 1);
  const beta2 = beta(face, group, 2);
  q0 = v128.and(q0, v128.or(isInside, f32x4.eq(beta0, c0)));
  q1 = v128.and(q1, v128.or(isInside, f32x4.eq(beta1, c1)));
  q2 = v128.and(q2, v128.or(isInside, f32x4.eq(beta2, c2)));
  const x = ofCorners(face + fy, q0, q1, q2);
  add(face, gx, f32x4.mul(x, beta0));
  add(face, gx + 16, f32x4.mul(x, beta1));
  add(face, gx + 32, f32x4.mul(x, beta2));
  const y = f32x4.neg(ofCorners(face + fx, q0, q1, q2));
  add(face, gy, f32x4.mul(y, beta0));
  add(face, gy + 16, f32x4.mul(y, beta1));
  add(face, gy + 32, f32x4.mul(y, beta2));
}

function ofCorners(at: usize, q0: v128, q1: v128, q2: v128): v128 {
  return multiplyAdd(
    q0,
    v128.load32_splat(at),
    multiplyAdd(q1, v128.load32_splat(at, 4), f32x4.mul(q2, v128.load32_splat(at, 8))),
  );
}

/** Hands the sums over pixels to the corners: two doubles a vertex of dL/dx and dL/dy, two of dL/dζ and dL/dw. */
export function finishFace(face: usize, planar: usize, deep: usize): void {
  for (let k: usize = 0; k < 3; k++) {
    const v = load<i32>(face + 4 * k, vertex);
    const from = face + 16 * k;
    const inverse = load<i32>(face, isOriginal) !== 0 ? load<f64>(face + 8 * k, inverseDepth) : 1;
    addTo(planar + 16 * v, v128.load(from, gx), 1);
    addTo(planar + 16 * v + 8, v128.load(from, gy), 1);
    if (load<i32>(face, colored) !== 0) {
      addTo(deep + 16 * v, v128.load(from, gd), inverse * inverse);
      addTo(deep + 16 * v + 8, v128.load(from, gw), load<f64>(face + 8 * k, inverseW));
    }
  }
  clearSums(face);
}

export function addTo(at: usize, lanes: v128, scale: f64): void {
  store<f64>(at, load<f64>(at) + <f64>sumOfLanes(lanes) * scale);
}
