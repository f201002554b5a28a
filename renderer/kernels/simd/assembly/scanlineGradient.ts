// Kato's gradient, a row or column of the picture at a time. Formulas: reference/scanlineGradient.ts; the same loops in plain
// TypeScript, with what they leave out and why: scalar/scanlineGradient.ts. Colours and gains are in float32, distances in double
// precision up to their last rounding, as a gain is divided by the distance to a crossing that may be near.

import { demote, sumOfLanes } from './math';
import { multiplyAdd } from './multiplyAdd';

/** Bytes of a vertex: x, y, z, w in double precision. */
const vertexBytes: usize = 32;

// The record of a scanline: d counts pixels along one, s the scanlines. Addresses, and numbers of four bytes.
const corners: usize = 0;
const channelCount: usize = 8;
const lineLength: usize = 12;
const lineCount: usize = 16;
/** Bytes from plane to plane. */
const planeBytes: usize = 20;
/** Faces of the pixels; their colours and upstream gradients, a plane a channel. */
const lineFaces: usize = 24;
const lineColors: usize = 28;
const lineUpstream: usize = 32;
/** The pixels that could gain, in ascending order: d, and colours and upstream gradients as above. */
const gainerCount: usize = 36;
const places: usize = 40;
const gainerColors: usize = 44;
const gainerUpstream: usize = 48;
/** Smallest and largest colour of covered pixels, a pair a channel. */
const ranges: usize = 52;
/** Places of the vertices in pixels, two doubles each; and the sums of gradients, likewise. */
const pixelPlaces: usize = 56;
const vertexSums: usize = 60;
const eps: usize = 64;
const recordBytes: usize = 80;

function stepOf(width: i32, height: i32): i32 {
  return 4 * ((max(width, height) + 11) & ~3);
}

/** Bytes of working memory. */
export function scanlineScratch(width: i32, height: i32, channels: i32, vertexCount: i32): usize {
  return (
    recordBytes + stepOf(width, height) * (2 + 4 * channels) + 16 * ((channels + 1) >> 1) + 16 * vertexCount
  );
}

/**
 * One item: `visible`, `colors` and `upstream` of its pixels; `faces` of its own. Adds to `sums`, doubles, dL/dx and dL/dy of each
 * vertex.
 */
export function scanlineGradient(
  visible: usize,
  colors: usize,
  upstream: usize,
  channels: i32,
  width: i32,
  height: i32,
  faces: usize,
  vertices: usize,
  vertexCount: i32,
  padding: f64,
  scratch: usize,
  sums: usize,
): void {
  const line = scratch;
  const step = stepOf(width, height);
  let at = line + recordBytes;
  store<usize>(line, faces, corners);
  store<i32>(line, channels, channelCount);
  store<i32>(line, step, planeBytes);
  store<usize>(line, at, lineFaces);
  at += step;
  store<usize>(line, at, places);
  at += step;
  store<usize>(line, at, lineColors);
  at += channels * step;
  store<usize>(line, at, lineUpstream);
  at += channels * step;
  store<usize>(line, at, gainerColors);
  at += channels * step;
  store<usize>(line, at, gainerUpstream);
  at += channels * step;
  store<usize>(line, at, ranges);
  at += 16 * ((channels + 1) >> 1);
  store<usize>(line, at, pixelPlaces);
  store<usize>(line, sums, vertexSums);
  store<f64>(line, padding, eps);
  const size = f64x2(<f64>width, <f64>height);
  const one = f64x2.splat(1);
  for (let v = 0; v < vertexCount; v++) {
    const place = f64x2.sub(f64x2.mul(size, f64x2.add(v128.load(vertices + vertexBytes * v), one)), one);
    v128.store(at + 16 * v, f64x2.mul(place, f64x2.splat(0.5)));
  }

  // Scanlines are counted from the bottom and from the left. Rows move vertices in x.
  const origin = (height - 1) * width;
  store<i32>(line, width, lineLength);
  store<i32>(line, height, lineCount);
  for (let s = 0; s < height; s++) {
    readLine(line, visible, colors, upstream, origin - s * width, 1);
    sumLine(line, s, 0);
  }
  store<i32>(line, height, lineLength);
  store<i32>(line, width, lineCount);
  for (let s = 0; s < width; s++) {
    readLine(line, visible, colors, upstream, origin + s, -width);
    sumLine(line, s, 8);
  }
}

/** Reads the pixels `first`, `first` + `along`, … of the item. */
function readLine(line: usize, visible: usize, colors: usize, upstream: usize, first: i32, along: i32): void {
  const channels = load<i32>(line, channelCount);
  const length = load<i32>(line, lineLength);
  const toFaces = load<usize>(line, lineFaces);
  let isCovered: i32 = 0;
  for (let d = 0, at = first; d < length; d++, at += along) {
    const face = load<i32>(visible + 4 * at);
    store<i32>(toFaces + 4 * d, face);
    isCovered |= ~face;
  }
  store<i32>(line, 0, gainerCount);
  // Without a covered pixel nothing can be gained, and nothing is looked at.
  if (isCovered >= 0) return;
  const step = load<i32>(line, planeBytes);
  for (let c = 0; c < channels; c++) {
    const toColors = load<usize>(line, lineColors) + c * step;
    const toUpstream = load<usize>(line, lineUpstream) + c * step;
    let least: f32 = Infinity;
    let most: f32 = -Infinity;
    for (let d = 0, at = channels * first + c; d < length; d++, at += channels * along) {
      const color = load<f32>(colors + 4 * at);
      store<f32>(toColors + 4 * d, color);
      store<f32>(toUpstream + 4 * d, load<f32>(upstream + 4 * at));
      if (load<i32>(toFaces + 4 * d) < 0) continue;
      if (color < least) least = color;
      if (color > most) most = color;
    }
    store<f32>(load<usize>(line, ranges) + 8 * c, least);
    store<f32>(load<usize>(line, ranges) + 8 * c, most, 4);
  }
  findGainers(line);
}

/** Lists the pixels that the colour of some covered pixel of the line, channel by channel, would serve better than their own. */
function findGainers(line: usize): void {
  const channels = load<i32>(line, channelCount);
  const length = load<i32>(line, lineLength);
  const step = load<i32>(line, planeBytes);
  const colors = load<usize>(line, lineColors);
  const upstream = load<usize>(line, lineUpstream);
  const keptColors = load<usize>(line, gainerColors);
  const keptUpstream = load<usize>(line, gainerUpstream);
  let found = 0;
  for (let d = 0; d < length; d += 4) {
    let most = f32x4.splat(0);
    for (let c = 0; c < channels; c++) {
      const g = v128.load(upstream + c * step + 4 * d);
      const color = v128.load(colors + c * step + 4 * d);
      const range = load<usize>(line, ranges) + 8 * c;
      const best = v128.bitselect(
        v128.load32_splat(range),
        v128.load32_splat(range, 4),
        f32x4.gt(g, f32x4.splat(0)),
      );
      most = multiplyAdd(f32x4.sub(color, best), g, most);
    }
    let gains = i32x4.bitmask(f32x4.gt(most, f32x4.splat(0)));
    for (let at = d; gains !== 0; gains >>= 1, at++) {
      if ((gains & 1) === 0 || at >= length) continue;
      store<f32>(load<usize>(line, places) + 4 * found, <f32>at);
      for (let c = 0; c < channels; c++) {
        const to = c * step + 4 * found;
        const from = c * step + 4 * at;
        store<f32>(keptColors + to, load<f32>(colors + from));
        store<f32>(keptUpstream + to, load<f32>(upstream + from));
      }
      found++;
    }
  }
  store<i32>(line, found, gainerCount);
}

/** Adds the gradients of all runs of pixels with one face to x (`axis` 0) or y (8) of its corners. */
function sumLine(line: usize, s: i32, axis: usize): void {
  const length = load<i32>(line, lineLength);
  const faces = load<usize>(line, lineFaces);
  let end = 0;
  for (let start = 0; start < length; start = end) {
    const face = load<i32>(faces + 4 * start);
    end = start + 1;
    while (end < length && load<i32>(faces + 4 * end) === face) end++;
    if (face < 0) continue;
    const corner = load<usize>(line, corners) + 12 * face;
    const a = load<i32>(corner);
    let b = load<i32>(corner, 4);
    let c = load<i32>(corner, 8);
    const at = load<usize>(line, pixelPlaces);
    const ab = f64x2.sub(v128.load(at + 16 * b), v128.load(at + 16 * a));
    const ac = f64x2.sub(v128.load(at + 16 * c), v128.load(at + 16 * a));
    const products = f64x2.mul(ab, v128.shuffle<f64>(ac, ac, 1, 0));
    if (f64x2.extract_lane(products, 0) <= f64x2.extract_lane(products, 1)) {
      const v = b;
      b = c;
      c = v;
    }
    sumEdge(line, s, axis, start, end, a, b);
    sumEdge(line, s, axis, start, end, b, c);
    sumEdge(line, s, axis, start, end, c, a);
  }
}

/** The same of one edge of a face, with its inside to the left. */
function sumEdge(line: usize, s: i32, axis: usize, start: i32, end: i32, from: i32, to: i32): void {
  const fromPlace = load<usize>(line, pixelPlaces) + 16 * from;
  const toPlace = load<usize>(line, pixelPlaces) + 16 * to;
  const across: usize = 8 - axis;
  const s0 = load<f64>(fromPlace + across);
  const s1 = load<f64>(toPlace + across);
  const scanline = <f64>s;
  if (s0 === s1 || scanline < min(s0, s1) || scanline > max(s0, s1)) return;
  const d0 = load<f64>(fromPlace + axis);
  const d1 = load<f64>(toPlace + axis);
  const t = (scanline - s0) / (s1 - s0);
  const crossing = d0 + t * (d1 - d0);
  // Counter-clockwise, the inside lies above an edge that goes right, and left of one that goes up.
  const outward = (axis === 8) === s0 < s1 ? -1 : 1;
  const length = load<i32>(line, lineLength);
  if (!(crossing > -2 && crossing < <f64>(length + 1))) return;
  const inner = <i32>(outward > 0 ? Math.floor(crossing) : Math.ceil(crossing));
  const outer = inner + outward;
  if (min(inner, outer) < 0 || max(inner, outer) >= length) return;

  // Distances over 1 − t and over t, in image-plane units.
  const unit = 2 / <f64>length;
  const ways = f64x2.mul(
    f64x2.splat(unit),
    f64x2.pmin(f64x2.splat(1e30), f64x2.div(f64x2.splat(1), f64x2(1 - t, t))),
  );
  const sums = load<usize>(line, vertexSums);
  const fromSum = sums + 16 * from + axis;
  const toSum = sums + 16 * to + axis;
  sumRun(line, start, end, outer, crossing, ways, fromSum, toSum, t);
  if (inner >= start && inner < end && load<i32>(line, gainerCount) > 0) {
    sumBeyond(line, inner, outward, crossing, ways, fromSum, toSum, t);
  }
}

/** The in pass: pixels of the run, should they take the colour of the one outside. */
function sumRun(
  line: usize,
  start: i32,
  end: i32,
  outside: i32,
  crossing: f64,
  ways: v128,
  fromSum: usize,
  toSum: usize,
  t: f64,
): void {
  const zero = f32x4.splat(0);
  const channels = load<i32>(line, channelCount);
  const step = load<i32>(line, planeBytes);
  let fromGains = zero;
  let toGains = zero;
  for (let d = start; d < end; d += 4) {
    let colors = load<usize>(line, lineColors);
    let upstream = load<usize>(line, lineUpstream) + 4 * d;
    let m = zero;
    for (let c = 0; c < channels; c++) {
      const change = f32x4.sub(v128.load(colors + 4 * d), v128.load32_splat(colors + 4 * outside));
      m = multiplyAdd(change, v128.load(upstream), m);
      colors += step;
      upstream += step;
    }
    const lanes = i32x4.add(i32x4.splat(d), i32x4(0, 1, 2, 3));
    const gains = v128.and(f32x4.gt(m, zero), i32x4.lt_s(lanes, i32x4.splat(end)));
    if (!v128.any_true(gains)) continue;
    const first = f64x2.splat(<f64>d - crossing);
    const low = f64x2.add(first, f64x2(0, 1));
    const high = f64x2.add(first, f64x2(2, 3));
    fromGains = f32x4.add(
      fromGains,
      v128.and(gains, f32x4.div(m, away(line, low, high, v128.shuffle<f64>(ways, ways, 0, 0)))),
    );
    toGains = f32x4.add(
      toGains,
      v128.and(gains, f32x4.div(m, away(line, low, high, v128.shuffle<f64>(ways, ways, 1, 1)))),
    );
  }
  if (t < 1) subtract(fromSum, fromGains);
  if (t > 0) subtract(toSum, toGains);
}

/** Distances in pixels times a factor, and ε added away from 0. */
function away(line: usize, low: v128, high: v128, factor: v128): v128 {
  const distance = demote(f64x2.mul(low, factor), f64x2.mul(high, factor));
  const isBeyond = f32x4.gt(distance, f32x4.splat(0));
  const pad = f32x4.splat(<f32>load<f64>(line, eps));
  return f32x4.add(distance, v128.bitselect(pad, f32x4.neg(pad), isBeyond));
}

function subtract(at: usize, lanes: v128): void {
  store<f64>(at, load<f64>(at) - <f64>sumOfLanes(lanes));
}

/** The out pass: pixels from the crossing to the border, should they take the colour of the one inside. */
function sumBeyond(
  line: usize,
  inside: i32,
  outward: i32,
  crossing: f64,
  ways: v128,
  fromSum: usize,
  toSum: usize,
  t: f64,
): void {
  const zero = f32x4.splat(0);
  const channels = load<i32>(line, channelCount);
  const step = load<i32>(line, planeBytes);
  const at = load<usize>(line, places);
  const gainers = load<i32>(line, gainerCount);
  const limit = f32x4.splat(<f32>inside);
  const fromWay = v128.shuffle<f64>(ways, ways, 0, 0);
  const toWay = v128.shuffle<f64>(ways, ways, 1, 1);
  // Those on the way outwards are at the end of the list, or at its beginning.
  let first = 0;
  let end = gainers;
  if (outward > 0) first = placesUpTo(at, gainers, inside);
  else end = placesUpTo(at, gainers, inside - 1);
  let fromGains = zero;
  let toGains = zero;
  for (let i = first; i < end; i += 4) {
    let colors = load<usize>(line, gainerColors) + 4 * i;
    let upstream = load<usize>(line, gainerUpstream) + 4 * i;
    let own = load<usize>(line, lineColors) + 4 * inside;
    let m = zero;
    for (let c = 0; c < channels; c++) {
      const change = f32x4.sub(v128.load(colors), v128.load32_splat(own));
      m = multiplyAdd(change, v128.load(upstream), m);
      colors += step;
      upstream += step;
      own += step;
    }
    const lanes = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
    const gains = v128.and(f32x4.gt(m, zero), i32x4.lt_s(lanes, i32x4.splat(end)));
    if (!v128.any_true(gains)) continue;
    // Whole numbers of pixels from the one inside, and the way from the crossing to that.
    const whole = f32x4.sub(v128.load(at + 4 * i), limit);
    const rest = f64x2.splat(<f64>inside - crossing);
    const low = f64x2.add(f64x2.promote_low_f32x4(whole), rest);
    const high = f64x2.add(f64x2.promote_low_f32x4(v128.shuffle<f64>(whole, whole, 1, 1)), rest);
    fromGains = f32x4.add(fromGains, v128.and(gains, f32x4.div(m, away(line, low, high, fromWay))));
    toGains = f32x4.add(toGains, v128.and(gains, f32x4.div(m, away(line, low, high, toWay))));
  }
  if (t < 1) subtract(fromSum, fromGains);
  if (t > 0) subtract(toSum, toGains);
}

/** How many of so many ascending places are at most `place`. */
function placesUpTo(places: usize, count: i32, place: i32): i32 {
  const limit = <f32>place;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f32>(places + 4 * middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
