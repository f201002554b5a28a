// DIB-R's silhouette of one mesh, and back. The twin of scalar/softMask.ts, which has formulas and rules, with pixels that nothing covers
// as bits, and four of a row at a time under each face that reaches them.
//
// Of an edge from v to v + e, with n its unit normal, the way along it is T = (p − v)·e/|e|² and the distance D = (p − v)·n. This one is
// found in double precision and rounded to float32 last, as it must be precise where it is small; T need not be, since the distance
// hardly depends on it. Neither depends on what other pixels are looked at with it. The point of the edge nearest to p lies at −D n from
// it where 0 < T < 1; else it is an end, and each end is the start of one edge. Of the three nearest points the nearest counts.

import { hitAt, oneMinus } from './hits';
import { pick, wholes } from './lanes';
import { demote } from './math';
import { multiplyAdd } from './multiplyAdd';
import { chooseNearest, dropOthers, listByPixel, pairBytes } from './softPairs';
import { addPlanarGradient, projectVertices, vertexBytes } from './vertices';

/** How far, in pixels, rounding may put a bound of a box on the wrong side of a pixel centre; the centres themselves settle it. */
const slack: f64 = 1e-6;
/** As many pixels of a row fit eight bytes of bits wherever they begin. */
const widest: i32 = 56;

// Of an edge, in memory: v and −n, pairs of equal doubles; −n and −e/|e|², four equal floats each.
const startX: usize = 0;
const startY: usize = 16;
const normalX: usize = 32;
const normalY: usize = 48;
const singleNormalX: usize = 64;
const singleNormalY: usize = 80;
const wayX: usize = 96;
const wayY: usize = 112;
const edgeBytes: usize = 128;

/** Squared distances in float32 are known to this share. */
const rounding: f32 = 5e-7;
/** Keeps p/(1 − p) finite for a centre exactly on a face that does not cover it; its gradient is 0, as c = p. */
const smallestMiss: f32 = 1e-12;

function bitsPitch(width: i32): usize {
  return ((width + 7) >> 3) + 8;
}

/** Numbers in a row of survivals and counts: groups of four pixels may stick out. */
function pitchOf(width: i32): i32 {
  return width + 4;
}

/** Bytes of working memory that `softMask` needs, beside its pairs. */
export function softMaskScratch(vertexCount: i32, width: i32, height: i32): usize {
  return (
    3 * edgeBytes +
    vertexBytes * vertexCount +
    8 * (width + 5 + height + 2) +
    8 * pitchOf(width) * height +
    bitsPitch(width) * height
  );
}

/**
 * @param visible [height, width] int32. @param negligible where s·d² is more, exp(−s·d²) is left out. @param hearsNearest whether of the
 * faces that reach a pixel the nearest `maxFaces` count, not the first. @param output [height, width]. @param pairs room for `capacity`
 * of them. @returns how many pairs there are; where that is more than `capacity` − 4, room was short, and all is to be done again
 */
export function softMask(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  faceCount: i32,
  near: f64,
  flags: i32,
  width: i32,
  height: i32,
  visible: usize,
  sharpness: f64,
  boxSize: f64,
  negligible: f64,
  maxFaces: i32,
  hearsNearest: bool,
  output: usize,
  pairs: usize,
  capacity: i32,
  scratch: usize,
): i32 {
  const edges = scratch;
  const vertices = edges + 3 * edgeBytes;
  // Centres of columns and rows −1 up to and including the one behind the last.
  const columns = vertices + vertexBytes * vertexCount + 8;
  const rows = columns + 8 * (width + 5);
  const pitch = 4 * pitchOf(width);
  const survivals = rows + 8 * (height + 1);
  const counts = survivals + pitch * height;
  const bits = counts + pitch * height;
  const bitsStep = bitsPitch(width);
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  for (let i = -1; i <= width; i++) store<f64>(columns + 8 * i, f64(2 * i + 1 - width) / f64(width));
  for (let i = -1; i <= height; i++) store<f64>(rows + 8 * i, f64(height - 2 * i - 1) / f64(height));
  for (let at = survivals; at < counts; at += 4) store<f32>(at, 1);
  memory.fill(counts, 0, pitch * height);
  findOpen(visible, width, height, bits);

  const reach = min(boxSize, sqrt(negligible / sharpness));
  const scale = f64x2.replace_lane(f64x2.splat(f64(width) / 2), 1, -f64(height) / 2);
  const shift = f64x2.replace_lane(f64x2.splat(f64(width - 1) / 2), 1, f64(height - 1) / 2);
  const limits = f64x2.replace_lane(f64x2.splat(width - 1), 1, height - 1);
  const margin = f64x2.splat(slack);
  const box = f64x2.splat(boxSize);
  const pairsEnd = pairs + pairBytes * capacity;
  const mostHeard = hearsNearest ? i32.MAX_VALUE : maxFaces;
  let to = pairs;
  for (let f = 0; f < faceCount; f++) {
    const corners = faces + 12 * f;
    const va = vertices + vertexBytes * load<u32>(corners);
    const vb = vertices + vertexBytes * load<u32>(corners, 4);
    const vc = vertices + vertexBytes * load<u32>(corners, 8);
    if (load<f64>(va, 24) * load<f64>(vb, 24) * load<f64>(vc, 24) === 0) continue;
    const a = v128.load(va);
    const b = v128.load(vb);
    const c = v128.load(vc);
    const lowest = f64x2.pmin(f64x2.pmin(a, b), c);
    const highest = f64x2.pmax(f64x2.pmax(a, b), c);
    const low = f64x2.sub(lowest, box);
    const high = f64x2.add(highest, box);
    const outside = v128.or(f64x2.ge(low, f64x2.splat(1)), f64x2.le(high, f64x2.splat(-1)));
    if (v128.any_true(outside)) continue;
    // Rows count downwards.
    const lowPixel = f64x2.add(f64x2.mul(low, scale), shift);
    const highPixel = f64x2.add(f64x2.mul(high, scale), shift);
    const firsts = f64x2.ceil(f64x2.sub(v128.shuffle<f64>(lowPixel, highPixel, 0, 3), margin));
    const lasts = f64x2.floor(f64x2.add(v128.shuffle<f64>(highPixel, lowPixel, 0, 3), margin));
    const from = wholes(f64x2.pmax(firsts, f64x2.splat(0)));
    const upTo = wholes(f64x2.pmin(lasts, limits));
    let firstColumn = i32x4.extract_lane(from, 0);
    let firstRow = i32x4.extract_lane(from, 2);
    let lastColumn = i32x4.extract_lane(upTo, 0);
    let lastRow = i32x4.extract_lane(upTo, 2);
    if (firstColumn > lastColumn || firstRow > lastRow) continue;
    // The lower bounds of a box belong to it, the upper ones do not.
    if (load<f64>(columns + 8 * firstColumn) < f64x2.extract_lane(low, 0)) firstColumn++;
    if (load<f64>(columns + 8 * lastColumn) >= f64x2.extract_lane(high, 0)) lastColumn--;
    if (load<f64>(rows + 8 * firstRow) >= f64x2.extract_lane(high, 1)) firstRow++;
    if (load<f64>(rows + 8 * lastRow) < f64x2.extract_lane(low, 1)) lastRow--;

    const lowestReached = f64x2.extract_lane(lowest, 1) - reach;
    const highestReached = f64x2.extract_lane(highest, 1) + reach;
    let isReady = false;
    for (let start = firstColumn; start <= lastColumn; start += widest) {
      const wanted = (u64(1) << u64(min(widest, lastColumn - start + 1))) - 1;
      for (let row = firstRow; row <= lastRow; row++) {
        const word = load<u64>(bits + bitsStep * row + (start >> 3));
        let open = (word >> u64(start & 7)) & wanted;
        if (open === 0) continue;
        if (!isReady) {
          setEdge(edges, a, b);
          setEdge(edges + edgeBytes, b, c);
          setEdge(edges + 2 * edgeBytes, c, a);
          isReady = true;
        }
        const py = load<f64>(rows + 8 * row);
        const isNear = py >= lowestReached && py <= highestReached;
        do {
          const skip = ctz(open);
          const column = start + i32(skip);
          const lanes = i32(open >> skip) & 15;
          open &= u64(-16) << skip;
          const offset = row * pitch + 4 * column;
          const before = v128.load(counts + offset);
          const isOpen = lanesOf(lanes);
          const isHeard = v128.and(isOpen, i32x4.lt_s(before, i32x4.splat(mostHeard)));
          v128.store(counts + offset, i32x4.sub(before, isHeard));
          if (!isNear) continue;
          to = soften(
            edges,
            columns + 8 * column,
            py,
            isHeard,
            f32(sharpness),
            f32(negligible),
            survivals + offset,
            row * width + column,
            12 * f,
            to,
            pairsEnd,
          );
        } while (open !== 0);
      }
    }
  }

  let count = i32(u32(to - pairs) / u32(pairBytes));
  if (count > capacity - 4) return count;
  if (hearsNearest) {
    const lists = bits + bitsStep * height;
    listByPixel(pairs, count, width * height, lists);
    chooseNearest(
      faces,
      vertices,
      columns,
      rows,
      width,
      height,
      sharpness,
      maxFaces,
      survivals,
      pairs,
      lists,
      count,
    );
    to = dropOthers(pairs, to);
    count = i32(u32(to - pairs) / u32(pairBytes));
  }
  // What pairs pass on depends on how much of a pixel survives all of them.
  for (let at = pairs; at < to; at += pairBytes) {
    const pixel = load<i32>(at);
    const survival = v128.load32_splat(survivals + 4 * pixel + 16 * (pixel / width));
    v128.store64_lane(at + 12, f32x4.mul(v128.load64_zero(at + 12), survival), 0);
  }
  finish(visible, survivals, width, height, output);
  return count;
}

/** Bit c of a row: whether nothing covers the pixel of column c. */
function findOpen(visible: usize, width: i32, height: i32, bits: usize): void {
  const step = bitsPitch(width);
  for (let row = 0; row < height; row++, bits += step) {
    let to = bits;
    let column = 0;
    for (; column + 8 <= width; column += 8, visible += 32, to++) {
      store<u8>(to, i32x4.bitmask(v128.load(visible)) | (i32x4.bitmask(v128.load(visible, 16)) << 4));
    }
    let last: u32 = 0;
    for (let i = 0; column < width; i++, column++, visible += 4) last |= (load<u32>(visible) >> 31) << i;
    store<u8>(to, last);
  }
}

/** Four bits as four lanes. */
function lanesOf(bits: i32): v128 {
  const each = i32x4(1, 2, 4, 8);
  return i32x4.eq(v128.and(i32x4.splat(bits), each), each);
}

function setEdge(to: usize, start: v128, end: v128): void {
  const e = f64x2.sub(end, start);
  const ex = f64x2.extract_lane(e, 0);
  const ey = f64x2.extract_lane(e, 1);
  const squared = ex * ex + ey * ey;
  // An edge without length is its start.
  const perSquare: f64 = squared > 0 ? 1 / squared : 0;
  const perLength: f64 = squared > 0 ? 1 / sqrt(squared) : 0;
  v128.store(to, v128.shuffle<f64>(start, start, 0, 0), startX);
  v128.store(to, v128.shuffle<f64>(start, start, 1, 1), startY);
  v128.store(to, f64x2.splat(-ey * perLength), normalX);
  v128.store(to, f64x2.splat(ex * perLength), normalY);
  v128.store(to, f32x4.splat(f32(-ey * perLength)), singleNormalX);
  v128.store(to, f32x4.splat(f32(ex * perLength)), singleNormalY);
  v128.store(to, f32x4.splat(f32(-ex * perSquare)), wayX);
  v128.store(to, f32x4.splat(f32(-ey * perSquare)), wayY);
}

/**
 * What one face does to four pixels of a row, the centres of whose columns are at `px`. @returns where the pairs end now; those beyond
 * `pairsEnd` are counted but not stored
 */
function soften(
  edges: usize,
  px: usize,
  py: f64,
  isHeard: v128,
  sharpness: f32,
  negligible: f32,
  survivals: usize,
  pixel: i32,
  code: i32,
  pairs: usize,
  pairsEnd: usize,
): usize {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  let nearest = f32x4.splat(Infinity);
  let cx = zero;
  let cy = zero;
  let t = zero;
  let codes = zero;
  for (let edge = edges; edge < edges + 3 * edgeBytes; edge += edgeBytes, code += 5) {
    const vx = v128.load(edge, startX);
    const x0 = f64x2.sub(vx, v128.load(px));
    const x1 = f64x2.sub(vx, v128.load(px, 16));
    const toY = f64x2.sub(v128.load(edge, startY), f64x2.splat(py));
    const nx = v128.load(edge, normalX);
    const ny = v128.load(edge, normalY);
    const distanceY = f64x2.mul(toY, ny);
    const distance = demote(f64x2.add(f64x2.mul(x0, nx), distanceY), f64x2.add(f64x2.mul(x1, nx), distanceY));
    const startsX = demote(x0, x1);
    const startsY = demote(toY, toY);
    const way = multiplyAdd(startsX, v128.load(edge, wayX), f32x4.mul(startsY, v128.load(edge, wayY)));
    const isBetween = v128.and(f32x4.gt(way, zero), f32x4.lt(way, one));
    const x = pick(f32x4.mul(distance, v128.load(edge, singleNormalX)), startsX, isBetween);
    const y = pick(f32x4.mul(distance, v128.load(edge, singleNormalY)), startsY, isBetween);
    const squared = multiplyAdd(x, x, f32x4.mul(y, y));
    // Where rounding makes two equally near, the first counts, but before an end the edge that it ends: that one passes something on to
    // its other end.
    const isBeforeEnd = v128.and(isBetween, f32x4.eq(t, zero));
    const share = pick(f32x4.splat(1 + rounding), f32x4.splat(1 - rounding), isBeforeEnd);
    const isNearer = f32x4.lt(squared, f32x4.mul(nearest, share));
    nearest = pick(squared, nearest, isNearer);
    cx = pick(x, cx, isNearer);
    cy = pick(y, cy, isNearer);
    t = pick(v128.and(way, isBetween), t, isNearer);
    codes = pick(i32x4.splat(code), codes, isNearer);
  }
  const exponent = f32x4.mul(nearest, f32x4.splat(sharpness));
  const counts = v128.and(isHeard, f32x4.le(exponent, f32x4.splat(negligible)));
  const lanes = i32x4.bitmask(counts);
  if (lanes === 0) return pairs;

  const p = hitAt(exponent);
  const miss = oneMinus(p, exponent);
  v128.store(survivals, f32x4.mul(v128.load(survivals), pick(miss, one, counts)));
  const slope = f32x4.div(
    f32x4.mul(p, f32x4.splat(-2 * sharpness)),
    f32x4.max(miss, f32x4.splat(smallestMiss)),
  );
  const slopeX = f32x4.mul(slope, cx);
  const slopeY = f32x4.mul(slope, cy);
  const pixels = i32x4.add(i32x4.splat(pixel), i32x4(0, 1, 2, 3));
  // Counting stops before addresses could wrap around.
  if (pairs > pairsEnd + (1 << 30)) return pairs;
  if (pairs + 4 * pairBytes > pairsEnd) return pairs + pairBytes * popcnt(lanes);
  // Of lanes that do not count, the next pair takes the place: cheaper than to branch.
  v128.store32_lane(pairs, pixels, 0);
  v128.store32_lane(pairs, codes, 0, 4);
  v128.store32_lane(pairs, t, 0, 8);
  v128.store32_lane(pairs, slopeX, 0, 12);
  v128.store32_lane(pairs, slopeY, 0, 16);
  pairs += pairBytes * (lanes & 1);
  v128.store32_lane(pairs, pixels, 1);
  v128.store32_lane(pairs, codes, 1, 4);
  v128.store32_lane(pairs, t, 1, 8);
  v128.store32_lane(pairs, slopeX, 1, 12);
  v128.store32_lane(pairs, slopeY, 1, 16);
  pairs += pairBytes * ((lanes >> 1) & 1);
  v128.store32_lane(pairs, pixels, 2);
  v128.store32_lane(pairs, codes, 2, 4);
  v128.store32_lane(pairs, t, 2, 8);
  v128.store32_lane(pairs, slopeX, 2, 12);
  v128.store32_lane(pairs, slopeY, 2, 16);
  pairs += pairBytes * ((lanes >> 2) & 1);
  v128.store32_lane(pairs, pixels, 3);
  v128.store32_lane(pairs, codes, 3, 4);
  v128.store32_lane(pairs, t, 3, 8);
  v128.store32_lane(pairs, slopeX, 3, 12);
  v128.store32_lane(pairs, slopeY, 3, 16);
  pairs += pairBytes * (lanes >> 3);
  return pairs;
}

/** 1 on covered pixels, else 1 − what survives. */
function finish(visible: usize, survivals: usize, width: i32, height: i32, output: usize): void {
  const one = f32x4.splat(1);
  for (; height > 0; height--, survivals += 16) {
    const rowEnd = visible + 4 * width;
    for (; visible + 16 <= rowEnd; visible += 16, survivals += 16, output += 16) {
      const isOpen = i32x4.shr_s(v128.load(visible), 31);
      v128.store(output, f32x4.sub(one, v128.and(v128.load(survivals), isOpen)));
    }
    for (; visible < rowEnd; visible += 4, survivals += 4, output += 4) {
      store<f32>(output, load<i32>(visible) < 0 ? 1 - load<f32>(survivals) : 1);
    }
  }
}

/** Bytes of working memory that `softMaskBackward` needs. */
export function softMaskBackwardScratch(vertexCount: i32): usize {
  return (vertexBytes + 16) * vertexCount;
}

/** @param pairs as `softMask` left them, `count` of them. @param upstream [height, width]. @param positionGradient added to */
export function softMaskBackward(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  _faceCount: i32,
  near: f64,
  flags: i32,
  pairs: usize,
  count: i32,
  upstream: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const vertices = scratch;
  const gradient = vertices + vertexBytes * vertexCount;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(gradient, 0, 16 * vertexCount);
  const end = pairs + pairBytes * count;
  for (; pairs < end; pairs += pairBytes) {
    const g = load<f32>(upstream + 4 * load<i32>(pairs));
    if (g === 0) continue;
    const code = load<i32>(pairs, 4);
    const corner = faces + 4 * (code >> 2);
    const from = gradient + 16 * load<i32>(corner);
    const to = gradient + 16 * load<i32>((code & 3) === 2 ? corner - 8 : corner + 4);
    const pull = f64x2.mul(f64x2.splat(g), f64x2.promote_low_f32x4(v128.load64_zero(pairs, 12)));
    const atEnd = f64x2.mul(pull, f64x2.splat(load<f32>(pairs, 8)));
    v128.store(from, f64x2.add(v128.load(from), f64x2.sub(pull, atEnd)));
    v128.store(to, f64x2.add(v128.load(to), atEnd));
  }
  addPlanarGradient(positions, stride, vertexCount, vertices, gradient, 16, positionGradient);
}
