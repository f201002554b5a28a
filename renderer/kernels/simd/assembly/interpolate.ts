// Attributes at fragments, I = Σ_k b_k u_k, in double precision, and back. The twin of scalar/interpolate.ts, which has the formulas.
// Neighbouring fragments mostly belong to one face: everything works on runs of them, with up to four channels in a vector.
//
// Back, all that is needed of the upstream gradient g of a face's fragments are six sums a channel,
//     Σ g,   Σ g b,   Σ g c,   Σ g b²,   Σ g bc,   Σ g c²,
// b and c the weights of its second and third corner, since that of the first is 1 − b − c.

import { demote } from './math';
import { addWeightGradient, faceSumBytes, weightGradientScratch } from './weights';

/** Bytes of the six sums of a face: four doubles each. */
const momentBytes: usize = 192;
/** So many fragments are summed up in single precision before they are added in double. */
const longestRun: i32 = 64;

/**
 * @param values rows of the item, `channels` floats each. @param indices three rows a face. @param visible, weights of the item's
 * `count` fragments
 */
export function interpolate(
  values: usize,
  channels: i32,
  indices: usize,
  visible: usize,
  weights: usize,
  count: i32,
  output: usize,
): void {
  const end = visible + 4 * count;
  const rowBytes = 4 * channels;
  while (visible < end) {
    const face = load<i32>(visible);
    let run = 1;
    if (face >= 0) {
      const corners = indices + 12 * face;
      const u = values + rowBytes * load<i32>(corners);
      const v = values + rowBytes * load<i32>(corners, 4);
      const t = values + rowBytes * load<i32>(corners, 8);
      if (channels === 3) {
        run = interpolateTriples(u, v, t, weights, face, visible, end, output);
      } else {
        run = runOf(face, visible, end);
        for (let c = 0; c < rowBytes; c += 16) {
          interpolateRun(
            u + c,
            v + c,
            t + c,
            min(4, channels - (c >> 2)),
            rowBytes,
            weights,
            run,
            output + c,
          );
        }
      }
    }
    visible += 4 * run;
    weights += 12 * run;
    output += rowBytes * run;
  }
}

/** How many fragments of one face lie together from here on. */
function runOf(face: i32, visible: usize, end: usize): i32 {
  let next = visible + 4;
  while (next < end && load<i32>(next) === face) next += 4;
  return i32(next - visible) >> 2;
}

/** One run of three channels, whose end is found on the way. @returns its length */
function interpolateTriples(
  u: usize,
  v: usize,
  t: usize,
  weights: usize,
  face: i32,
  visible: usize,
  end: usize,
  output: usize,
): i32 {
  const start = visible;
  const rowU = loadChannels(u, 3);
  const rowV = loadChannels(v, 3);
  const rowT = loadChannels(t, 3);
  const lowU = f64x2.promote_low_f32x4(rowU);
  const lowV = f64x2.promote_low_f32x4(rowV);
  const lowT = f64x2.promote_low_f32x4(rowT);
  const highU = promoteHigh(rowU);
  const highV = promoteHigh(rowV);
  const highT = promoteHigh(rowT);
  do {
    const a = weightAt(weights);
    const b = weightAt(weights + 4);
    const c = weightAt(weights + 8);
    const value = demote(mixed(lowU, lowV, lowT, a, b, c), mixed(highU, highV, highT, a, b, c));
    v128.store64_lane(output, value, 0);
    v128.store32_lane(output, value, 2, 8);
    visible += 4;
    weights += 12;
    output += 12;
  } while (visible < end && load<i32>(visible) === face);
  return i32(visible - start) >> 2;
}

function interpolateRun(
  u: usize,
  v: usize,
  t: usize,
  channels: i32,
  step: i32,
  weights: usize,
  run: i32,
  output: usize,
): void {
  const rowU = loadChannels(u, channels);
  const rowV = loadChannels(v, channels);
  const rowT = loadChannels(t, channels);
  const lowU = f64x2.promote_low_f32x4(rowU);
  const lowV = f64x2.promote_low_f32x4(rowV);
  const lowT = f64x2.promote_low_f32x4(rowT);
  const highU = promoteHigh(rowU);
  const highV = promoteHigh(rowV);
  const highT = promoteHigh(rowT);
  for (; run > 0; run--, weights += 12, output += step) {
    const a = weightAt(weights);
    const b = weightAt(weights + 4);
    const c = weightAt(weights + 8);
    const value = demote(mixed(lowU, lowV, lowT, a, b, c), mixed(highU, highV, highT, a, b, c));
    storeChannels(output, value, channels);
  }
}

function mixed(u: v128, v: v128, t: v128, a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.add(f64x2.mul(u, a), f64x2.mul(v, b)), f64x2.mul(t, c));
}

/** A float in memory as two equal doubles. */
function weightAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_splat(at));
}

function promoteHigh(a: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(a, a, 1, 1));
}

/** One to four floats; the other lanes are 0. */
function loadChannels(from: usize, count: i32): v128 {
  if (count === 4) return v128.load(from);
  if (count === 3) return v128.load32_lane(from, v128.load64_zero(from), 2, 8);
  return count === 2 ? v128.load64_zero(from) : v128.load32_zero(from);
}

function storeChannels(to: usize, value: v128, count: i32): void {
  if (count === 4) {
    v128.store(to, value);
  } else if (count === 1) {
    v128.store32_lane(to, value, 0);
  } else {
    v128.store64_lane(to, value, 0);
    if (count === 3) v128.store32_lane(to, value, 2, 8);
  }
}

/** Bytes of working memory that `interpolateBackward` needs. */
export function interpolateBackwardScratch(vertexCount: i32, faceCount: i32): usize {
  return weightGradientScratch(vertexCount) + (faceSumBytes + momentBytes + 1) * faceCount;
}

/**
 * @param values, indices, visible, weights, count as for `interpolate`. @param upstream [count, channels]. @param rowGradient doubles,
 * laid out as the item's `values`, and @param positionGradient its positions: added to
 */
export function interpolateBackward(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  faceCount: i32,
  near: f64,
  flags: i32,
  values: usize,
  channels: i32,
  indices: usize,
  visible: usize,
  weights: usize,
  count: i32,
  upstream: usize,
  rowGradient: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const sums = scratch + weightGradientScratch(vertexCount);
  const moments = sums + faceSumBytes * faceCount;
  const touched = moments + momentBytes * faceCount;
  const rowBytes = 4 * channels;
  for (let c = 0; c < channels; c += 4) {
    const block = min(4, channels - c);
    memory.fill(touched, 0, faceCount);
    sumMoments(visible, weights, count, upstream + 4 * c, block, rowBytes, moments, touched);
    for (let f = 0; f < faceCount; f++) {
      if (load<u8>(touched + f) === 0) continue;
      const corners = indices + 12 * f;
      const u = rowBytes * load<i32>(corners) + 4 * c;
      const v = rowBytes * load<i32>(corners, 4) + 4 * c;
      const t = rowBytes * load<i32>(corners, 8) + 4 * c;
      const from = moments + momentBytes * f;
      addRowGradient(from, block, rowGradient + 2 * u, rowGradient + 2 * v, rowGradient + 2 * t);
      addFaceSums(from, block, values + u, values + v, values + t, sums + faceSumBytes * f, c > 0);
    }
  }
  addWeightGradient(
    positions,
    stride,
    vertexCount,
    faces,
    faceCount,
    near,
    flags,
    sums,
    touched,
    positionGradient,
    scratch,
  );
}

/** The six sums of every face that has fragments, for a block of channels. */
function sumMoments(
  visible: usize,
  weights: usize,
  count: i32,
  upstream: usize,
  channels: i32,
  step: i32,
  moments: usize,
  touched: usize,
): void {
  const end = visible + 4 * count;
  while (visible < end) {
    const face = load<i32>(visible);
    const runEnd = min(end, visible + 4 * longestRun);
    if (face < 0) {
      visible += 4;
      weights += 12;
      upstream += step;
      continue;
    }
    let g1 = f32x4.splat(0);
    let gb = g1;
    let gc = g1;
    let gbb = g1;
    let gbc = g1;
    let gcc = g1;
    do {
      const g = loadChannels(upstream, channels);
      const b = v128.load32_splat(weights, 4);
      const c = v128.load32_splat(weights, 8);
      const timesB = f32x4.mul(g, b);
      const timesC = f32x4.mul(g, c);
      g1 = f32x4.add(g1, g);
      gb = f32x4.add(gb, timesB);
      gc = f32x4.add(gc, timesC);
      gbb = f32x4.add(gbb, f32x4.mul(timesB, b));
      gbc = f32x4.add(gbc, f32x4.mul(timesB, c));
      gcc = f32x4.add(gcc, f32x4.mul(timesC, c));
      visible += 4;
      weights += 12;
      upstream += step;
    } while (visible < runEnd && load<i32>(visible) === face);
    const to = moments + momentBytes * face;
    const adds = load<u8>(touched + face) !== 0;
    store<u8>(touched + face, 1);
    keep(to, g1, adds);
    keep(to + 32, gb, adds);
    keep(to + 64, gc, adds);
    keep(to + 96, gbb, adds);
    keep(to + 128, gbc, adds);
    keep(to + 160, gcc, adds);
  }
}

/** Stores four floats as doubles, or adds them to what is there. */
function keep(to: usize, value: v128, adds: bool): void {
  let low = f64x2.promote_low_f32x4(value);
  let high = promoteHigh(value);
  if (adds) {
    low = f64x2.add(low, v128.load(to));
    high = f64x2.add(high, v128.load(to, 16));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}

/** Adds Σ g a, Σ g b and Σ g c to the gradients of a face's rows. */
function addRowGradient(moments: usize, channels: i32, u: usize, v: usize, t: usize): void {
  for (let c = 0; c < 8 * channels; c += 8) {
    const gb = load<f64>(moments + c, 32);
    const gc = load<f64>(moments + c, 64);
    store<f64>(u + c, load<f64>(u + c) + (load<f64>(moments + c) - gb - gc));
    store<f64>(v + c, load<f64>(v + c) + gb);
    store<f64>(t + c, load<f64>(t + c) + gc);
  }
}

/** Of one face, S from its moments and rows: S_jk = Σ_c u_jc G_kc − H_k, with u measured from the first corner's. */
function addFaceSums(
  moments: usize,
  channels: i32,
  u: usize,
  v: usize,
  t: usize,
  to: usize,
  adds: bool,
): void {
  const rowU = loadChannels(u, channels);
  const rowV = loadChannels(v, channels);
  const rowT = loadChannels(t, channels);
  const v0 = f64x2.sub(f64x2.promote_low_f32x4(rowV), f64x2.promote_low_f32x4(rowU));
  const t0 = f64x2.sub(f64x2.promote_low_f32x4(rowT), f64x2.promote_low_f32x4(rowU));
  const highU = promoteHigh(rowU);
  const v1 = f64x2.sub(promoteHigh(rowV), highU);
  const t1 = f64x2.sub(promoteHigh(rowT), highU);
  // (v·Σg, t·Σg), (v·Σgb, t·Σgb), (v·Σgc, t·Σgc)
  const both = sumOfPairs(product(moments, v0, v1), product(moments, t0, t1));
  const bothB = sumOfPairs(product(moments + 32, v0, v1), product(moments + 32, t0, t1));
  const bothC = sumOfPairs(product(moments + 64, v0, v1), product(moments + 64, t0, t1));
  const bothA = f64x2.sub(f64x2.sub(both, bothB), bothC);
  // (H_b, H_c); and H_a, as all three add up to Σ h = v·Σgb + t·Σgc.
  const hbc = sumOfPairs(
    f64x2.add(product(moments + 96, v0, v1), product(moments + 128, t0, t1)),
    f64x2.add(product(moments + 128, v0, v1), product(moments + 160, t0, t1)),
  );
  const hb = f64x2.extract_lane(hbc, 0);
  const hc = f64x2.extract_lane(hbc, 1);
  const ha = f64x2.extract_lane(bothB, 0) + f64x2.extract_lane(bothC, 1) - hb - hc;
  addTo(to, -ha, adds);
  addTo(to + 8, -hb, adds);
  addTo(to + 16, -hc, adds);
  addTo(to + 24, f64x2.extract_lane(bothA, 0) - ha, adds);
  addTo(to + 32, f64x2.extract_lane(bothB, 0) - hb, adds);
  addTo(to + 40, f64x2.extract_lane(bothC, 0) - hc, adds);
  addTo(to + 48, f64x2.extract_lane(bothA, 1) - ha, adds);
  addTo(to + 56, f64x2.extract_lane(bothB, 1) - hb, adds);
  addTo(to + 64, f64x2.extract_lane(bothC, 1) - hc, adds);
}

/** Four doubles in memory times four, in two vectors; added up to two. */
function product(from: usize, low: v128, high: v128): v128 {
  return f64x2.add(f64x2.mul(v128.load(from), low), f64x2.mul(v128.load(from, 16), high));
}

function sumOfPairs(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

function addTo(to: usize, value: f64, adds: bool): void {
  store<f64>(to, adds ? load<f64>(to) + value : value);
}

/** Adds doubles to floats. */
export function addDoubles(from: usize, count: i32, to: usize): void {
  for (; count > 0; count--, from += 8, to += 4) store<f32>(to, f32(f64(load<f32>(to)) + load<f64>(from)));
}
