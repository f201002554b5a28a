// The unbiased silhouette of one picture, and back: α = [p in U] − Σ over pieces of the outline of W(v, u₁) − W(v, u₀), in the symbols of
// kernels/outlineMask.ts, which has the derivation. The twin of scalar/outlineMask.ts, four pixels of a row at a time. On which side of a
// piece a pixel lies is found in double precision, as visibility is; integrals are in float32.

import { bell, bellIntegral, tail, wedge } from './gaussian';
import { demote } from './math';
import { multiplyAdd } from './multiplyAdd';
import { addPlanarGradient, projectVertices, vertexBytes } from './vertices';

// The record of a piece: vertices a and b of its edge, the number of its pairs, where it begins and ends along the edge, and its outward
// normal.
const fromVertex: usize = 0;
const toVertex: usize = 4;
const pairCount: usize = 8;
const pieceStart: usize = 16;
const pieceEnd: usize = 24;
const normal: usize = 32;
const pieceBytes: usize = 48;

/** Bytes of a pair: its pixel, ∂α/∂a and ∂α/∂b along the normal. */
const pairBytes: usize = 12;

/** From a piece of this length on, in units of 1/√s, differences of error functions keep their digits. */
const longestShort: f64 = 1;

/** Columns, and a group of four that may stick out. */
function pitchOf(width: i32): i32 {
  return width + 4;
}

/** Bytes of working memory that `outlineMask` needs, beside pieces and pairs. */
export function outlineMaskScratch(vertexCount: i32, width: i32, height: i32): usize {
  return vertexBytes * vertexCount + 8 * pitchOf(width) + 4 * pitchOf(width) * height;
}

/**
 * @param visible [height, width] int32. @param pieces of the outline, `pieceCount` of them. @param end of a Gaussian: exp(−end²) counts for
 * nothing. @param output [height, width]. @param pairs room for `capacity` of them. @returns how many pairs there are; where that is more
 * than `capacity` − 4, room was short, and all is to be done again
 */
export function outlineMask(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  _faces: usize,
  _faceCount: i32,
  near: f64,
  flags: i32,
  width: i32,
  height: i32,
  visible: usize,
  pieces: usize,
  pieceCount: i32,
  sharpness: f64,
  end: f64,
  output: usize,
  pairs: usize,
  capacity: i32,
  scratch: usize,
): i32 {
  const vertices = scratch;
  const columns = vertices + vertexBytes * vertexCount;
  const alphas = columns + 8 * pitchOf(width);
  const pitch = 4 * pitchOf(width);
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  for (let i = 0; i < pitchOf(width); i++) store<f64>(columns + 8 * i, f64(2 * i + 1 - width) / f64(width));
  for (let row = 0, from = visible; row < height; row++) {
    const line = alphas + pitch * row;
    for (let i = 0; i < 4 * width; i += 4, from += 4) store<f32>(line + i, load<i32>(from) < 0 ? 0 : 1);
  }

  const scale = sqrt(sharpness);
  const reach = end / scale;
  const pairsEnd = pairs + pairBytes * capacity;
  let to = pairs;
  for (; pieceCount > 0; pieceCount--, pieces += pieceBytes) {
    const before = to;
    const a = vertices + vertexBytes * load<u32>(pieces, fromVertex);
    const b = vertices + vertexBytes * load<u32>(pieces, toVertex);
    const ax = load<f64>(a);
    const ay = load<f64>(a, 8);
    const dx = load<f64>(b) - ax;
    const dy = load<f64>(b, 8) - ay;
    const length = sqrt(dx * dx + dy * dy);
    const ex = dx / length;
    const ey = dy / length;
    store<f64>(pieces, ey, normal);
    store<f64>(pieces, -ex, normal + 8);
    const start = load<f64>(pieces, pieceStart) * length;
    const stop = load<f64>(pieces, pieceEnd) * length;
    const x0 = ax + start * ex;
    const y0 = ay + start * ey;
    const x1 = ax + stop * ex;
    const y1 = ay + stop * ey;
    const xPerY = ex / ey;
    const firstRow = max(0, rowAt(max(y0, y1) + reach, height));
    const lastRow = min(height - 1, rowAt(min(y0, y1) - reach, height) + 1);
    for (let row = firstRow; row <= lastRow; row++) {
      const py = f64(height - 2 * row - 1) / f64(height);
      const bottom = py - reach;
      const top = py + reach;
      if ((y0 < bottom && y1 < bottom) || (y0 > top && y1 > top)) continue;
      const atBottom = x0 + xPerY * (bottom - y0);
      const atTop = x0 + xPerY * (top - y0);
      const xa = y0 < bottom ? atBottom : y0 > top ? atTop : x0;
      const xb = y1 < bottom ? atBottom : y1 > top ? atTop : x1;
      const firstColumn = max(0, columnAt(min(xa, xb) - reach, width));
      const lastColumn = min(width - 1, columnAt(max(xa, xb) + reach, width) + 1);
      for (let column = firstColumn; column <= lastColumn; column += 4) {
        to = pass(
          v128.load(columns + 8 * column),
          v128.load(columns + 8 * column, 16),
          py,
          a,
          b,
          scale,
          length,
          start,
          stop,
          f32(end * end),
          lastColumn - column + 1,
          alphas + pitch * row + 4 * column,
          row * width + column,
          to,
          pairsEnd,
        );
      }
    }
    store<i32>(pieces, i32(u32(to - before) / u32(pairBytes)), pairCount);
  }

  const count = i32(u32(to - pairs) / u32(pairBytes));
  if (count > capacity - 4) return count;
  for (let row = 0; row < height; row++) {
    const line = alphas + pitch * row;
    for (let i = 0; i < 4 * width; i += 4, output += 4) {
      store<f32>(output, min<f32>(1, max<f32>(0, load<f32>(line + i))));
    }
  }
  return count;
}

/** The row or column whose centre is last before a coordinate, counted from the top left; perhaps beyond the picture. */
function rowAt(y: f64, height: i32): i32 {
  return i32(Math.floor((f64(height) * (1 - y) - 1) / 2));
}

function columnAt(x: f64, width: i32): i32 {
  return i32(Math.floor((f64(width) * (x + 1) - 1) / 2));
}

/**
 * What one piece does to four pixels of a row, of which `count` belong to the picture, with centres at x = `left`, `right`. @returns where
 * the pairs end now; those that have no room are counted but not stored
 */
function pass(
  left: v128,
  right: v128,
  py: f64,
  a: usize,
  b: usize,
  scale: f64,
  length: f64,
  start: f64,
  stop: f64,
  endSquared: f32,
  count: i32,
  alphas: usize,
  pixel: i32,
  pairs: usize,
  pairsEnd: usize,
): usize {
  const zero = f32x4.splat(0);
  const ax = f64x2.splat(load<f64>(a));
  const bx = f64x2.splat(load<f64>(b));
  const toA = load<f64>(a, 8) - py;
  const toB = load<f64>(b, 8) - py;
  // The very numbers that decide whether a face covers the pixels: their signs may not differ. Of −0, it is +.
  const aLeft = f64x2.sub(ax, left);
  const aRight = f64x2.sub(ax, right);
  const area = f32x4.add(
    demote(
      f64x2.sub(f64x2.mul(aLeft, f64x2.splat(toB)), f64x2.mul(f64x2.sub(bx, left), f64x2.splat(toA))),
      f64x2.sub(f64x2.mul(aRight, f64x2.splat(toB)), f64x2.mul(f64x2.sub(bx, right), f64x2.splat(toA))),
    ),
    zero,
  );
  // From the foot of the perpendicular to the ends of the piece.
  const scaledX = f64x2.splat((scale * (load<f64>(b) - load<f64>(a))) / length);
  const scaledY = (scale * (load<f64>(b, 8) - load<f64>(a, 8))) / length;
  const offset = toA * scaledY + scale * start;
  const u0Left = f64x2.add(f64x2.mul(aLeft, scaledX), f64x2.splat(offset));
  const u0Right = f64x2.add(f64x2.mul(aRight, scaledX), f64x2.splat(offset));
  const way = scale * (stop - start);
  const u0 = demote(u0Left, u0Right);
  const u1 = demote(f64x2.add(u0Left, f64x2.splat(way)), f64x2.add(u0Right, f64x2.splat(way)));
  const v = f32x4.mul(f32x4.abs(area), f32x4.splat(f32(scale / length)));
  const beside = f32x4.max(zero, f32x4.max(u0, f32x4.neg(u1)));
  const squared = f32x4.mul(v, v);
  const isHeard = v128.and(
    f32x4.lt(multiplyAdd(beside, beside, squared), f32x4.splat(endSquared)),
    i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count)),
  );
  const lanes = i32x4.bitmask(isHeard);
  if (lanes === 0) return pairs;

  const bellOfV = bell(squared);
  const tailOfV = tail(v, bellOfV);
  const size0 = f32x4.abs(u0);
  const size1 = f32x4.abs(u1);
  const bell0 = bell(f32x4.mul(u0, u0));
  const bell1 = bell(f32x4.mul(u1, u1));
  const tail0 = tail(size0, bell0);
  const tail1 = tail(size1, bell1);
  const fromEnd = f32x4.sub(wedge(v, tailOfV, u1, tail1), wedge(v, tailOfV, u0, tail0));
  const signed = v128.xor(fromEnd, v128.and(area, f32x4.splat(-0.0)));
  v128.store(alphas, f32x4.sub(v128.load(alphas), v128.and(signed, isHeard)));

  // ∫ exp(−u²) du and ∫ (u − u₀) exp(−u²) du over the piece.
  let zeroth = zero;
  let first = zero;
  if (way <= longestShort) {
    const step = f32(way);
    zeroth = f32x4.mul(f32x4.splat(0.11846344252809454), bellAt(u0, step * 0.04691007703066802));
    first = f32x4.mul(f32x4.splat(0.04691007703066802), zeroth);
    let value = f32x4.mul(f32x4.splat(0.23931433524968324), bellAt(u0, step * 0.23076534494715845));
    zeroth = f32x4.add(zeroth, value);
    first = multiplyAdd(value, f32x4.splat(0.23076534494715845), first);
    value = f32x4.mul(f32x4.splat(0.28444444444444444), bellAt(u0, step * 0.5));
    zeroth = f32x4.add(zeroth, value);
    first = multiplyAdd(value, f32x4.splat(0.5), first);
    value = f32x4.mul(f32x4.splat(0.23931433524968324), bellAt(u0, step * 0.7692346550528415));
    zeroth = f32x4.add(zeroth, value);
    first = multiplyAdd(value, f32x4.splat(0.7692346550528415), first);
    value = f32x4.mul(f32x4.splat(0.11846344252809454), bellAt(u0, step * 0.953089922969332));
    zeroth = f32x4.mul(f32x4.add(zeroth, value), f32x4.splat(step));
    first = multiplyAdd(value, f32x4.splat(0.953089922969332), first);
    first = f32x4.mul(first, f32x4.splat(step * step));
  } else {
    zeroth = bellIntegral(u0, tail0, u1, tail1);
    first = f32x4.sub(f32x4.mul(f32x4.sub(bell0, bell1), f32x4.splat(0.5)), f32x4.mul(u0, zeroth));
  }
  const factor = f32x4.mul(bellOfV, f32x4.splat(f32(1 / (Math.PI * length))));
  zeroth = f32x4.mul(zeroth, factor);
  first = f32x4.mul(first, factor);
  const shareA = f32x4.sub(f32x4.mul(zeroth, f32x4.splat(f32(scale * (length - start)))), first);
  const shareB = multiplyAdd(zeroth, f32x4.splat(f32(scale * start)), first);
  // Counting stops before addresses could wrap around.
  if (pairs > pairsEnd + (1 << 30)) return pairs;
  if (pairs + 4 * pairBytes > pairsEnd) return pairs + pairBytes * popcnt(lanes);
  // Of lanes that do not count, the next pair takes the place: cheaper than to branch.
  store<i32>(pairs, pixel);
  v128.store32_lane(pairs, shareA, 0, 4);
  v128.store32_lane(pairs, shareB, 0, 8);
  pairs += pairBytes * (lanes & 1);
  store<i32>(pairs, pixel + 1);
  v128.store32_lane(pairs, shareA, 1, 4);
  v128.store32_lane(pairs, shareB, 1, 8);
  pairs += pairBytes * ((lanes >> 1) & 1);
  store<i32>(pairs, pixel + 2);
  v128.store32_lane(pairs, shareA, 2, 4);
  v128.store32_lane(pairs, shareB, 2, 8);
  pairs += pairBytes * ((lanes >> 2) & 1);
  store<i32>(pairs, pixel + 3);
  v128.store32_lane(pairs, shareA, 3, 4);
  v128.store32_lane(pairs, shareB, 3, 8);
  pairs += pairBytes * (lanes >> 3);
  return pairs;
}

/** exp(−(u + step)²). */
function bellAt(u: v128, step: f32): v128 {
  const place = f32x4.add(u, f32x4.splat(step));
  return bell(f32x4.mul(place, place));
}

/** Bytes of working memory that `outlineMaskBackward` needs. */
export function outlineMaskBackwardScratch(vertexCount: i32): usize {
  return (vertexBytes + 16) * vertexCount;
}

/** @param pieces, pairs as `outlineMask` left them. @param upstream [height, width]. @param positionGradient added to */
export function outlineMaskBackward(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  _faces: usize,
  _faceCount: i32,
  near: f64,
  flags: i32,
  pieces: usize,
  pieceCount: i32,
  pairs: usize,
  upstream: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const vertices = scratch;
  const gradient = vertices + vertexBytes * vertexCount;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(gradient, 0, 16 * vertexCount);
  for (; pieceCount > 0; pieceCount--, pieces += pieceBytes) {
    let pull = f64x2.splat(0);
    for (let k = load<i32>(pieces, pairCount); k > 0; k--, pairs += pairBytes) {
      const g = f64x2.splat(load<f32>(upstream + 4 * load<i32>(pairs)));
      pull = f64x2.add(pull, f64x2.mul(g, f64x2.promote_low_f32x4(v128.load64_zero(pairs, 4))));
    }
    const direction = v128.load(pieces, normal);
    const from = gradient + 16 * load<u32>(pieces, fromVertex);
    const to = gradient + 16 * load<u32>(pieces, toVertex);
    v128.store(from, f64x2.add(v128.load(from), f64x2.mul(v128.shuffle<f64>(pull, pull, 0, 0), direction)));
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(v128.shuffle<f64>(pull, pull, 1, 1), direction)));
  }
  addPlanarGradient(positions, stride, vertexCount, vertices, gradient, 16, positionGradient);
}
