// Kato's gradient, a row or column of the picture at a time. Formulas: reference/scanlineGradient.ts; the same loops in plain
// TypeScript, with what they leave out and why: scalar/scanlineGradient.ts. In double precision, two pixels at a time: gains of channels
// and pulls of edges may nearly cancel, and are divided by the distance to a crossing that may be near.

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

/** Bytes of a plane of doubles, one a pixel of a line, with room for a last group that sticks out. */
function stepOf(width: i32, height: i32): i32 {
  return 8 * ((max(width, height) + 11) & ~3);
}

/** Bytes of working memory. */
export function scanlineScratch(width: i32, height: i32, channels: i32, vertexCount: i32): usize {
  return recordBytes + stepOf(width, height) * (2 + 4 * channels) + 16 * (channels + vertexCount);
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
  at += 16 * channels;
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
    let least: f64 = Infinity;
    let most: f64 = -Infinity;
    for (let d = 0, at = channels * first + c; d < length; d++, at += channels * along) {
      const color = <f64>load<f32>(colors + 4 * at);
      store<f64>(toColors + 8 * d, color);
      store<f64>(toUpstream + 8 * d, <f64>load<f32>(upstream + 4 * at));
      if (load<i32>(toFaces + 4 * d) < 0) continue;
      if (color < least) least = color;
      if (color > most) most = color;
    }
    store<f64>(load<usize>(line, ranges) + 16 * c, least);
    store<f64>(load<usize>(line, ranges) + 16 * c, most, 8);
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
  for (let d = 0; d < length; d += 2) {
    let most = f64x2.splat(0);
    for (let c = 0; c < channels; c++) {
      const g = v128.load(upstream + c * step + 8 * d);
      const range = load<usize>(line, ranges) + 16 * c;
      const best = v128.bitselect(
        v128.load64_splat(range),
        v128.load64_splat(range, 8),
        f64x2.gt(g, f64x2.splat(0)),
      );
      const change = f64x2.sub(v128.load(colors + c * step + 8 * d), best);
      most = f64x2.add(most, f64x2.mul(change, g));
    }
    let gains = i64x2.bitmask(f64x2.gt(most, f64x2.splat(0)));
    for (let at = d; gains !== 0; gains >>= 1, at++) {
      if ((gains & 1) === 0 || at >= length) continue;
      store<f32>(load<usize>(line, places) + 4 * found, <f32>at);
      for (let c = 0; c < channels; c++) {
        const to = c * step + 8 * found;
        const from = c * step + 8 * at;
        store<f64>(keptColors + to, load<f64>(colors + from));
        store<f64>(keptUpstream + to, load<f64>(upstream + from));
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

/** m of two pixels, should they take another colour. */
function gainsOf(colors: usize, upstream: usize, other: usize, channels: i32, step: i32): v128 {
  let m = f64x2.splat(0);
  for (let c = 0; c < channels; c++) {
    const change = f64x2.sub(v128.load(colors), v128.load64_splat(other));
    m = f64x2.add(m, f64x2.mul(change, v128.load(upstream)));
    colors += step;
    upstream += step;
    other += step;
  }
  return m;
}

/** Which of two pixels gain, of which the second is there only where `both`. */
function gaining(m: v128, both: bool): v128 {
  return v128.and(f64x2.gt(m, f64x2.splat(0)), i64x2(-1, both ? -1 : 0));
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
  const channels = load<i32>(line, channelCount);
  const step = load<i32>(line, planeBytes);
  const colors = load<usize>(line, lineColors);
  const upstream = load<usize>(line, lineUpstream);
  let fromGains = f64x2.splat(0);
  let toGains = fromGains;
  for (let d = start; d < end; d += 2) {
    const m = gainsOf(colors + 8 * d, upstream + 8 * d, colors + 8 * outside, channels, step);
    const gains = gaining(m, d + 1 < end);
    if (!v128.any_true(gains)) continue;
    const distances = f64x2.add(f64x2.splat(<f64>d - crossing), f64x2(0, 1));
    fromGains = f64x2.add(fromGains, v128.and(gains, quotient(line, m, distances, ways, 0)));
    toGains = f64x2.add(toGains, v128.and(gains, quotient(line, m, distances, ways, 1)));
  }
  if (t < 1) subtract(fromSum, fromGains);
  if (t > 0) subtract(toSum, toGains);
}

/** m over distances in pixels times one of two factors, ε added away from 0. */
function quotient(line: usize, m: v128, distances: v128, factors: v128, which: i32): v128 {
  const factor =
    which === 0 ? v128.shuffle<f64>(factors, factors, 0, 0) : v128.shuffle<f64>(factors, factors, 1, 1);
  const distance = f64x2.mul(distances, factor);
  const pad = v128.load64_splat(line, eps);
  const isBeyond = f64x2.gt(distance, f64x2.splat(0));
  return f64x2.div(m, f64x2.add(distance, v128.bitselect(pad, f64x2.neg(pad), isBeyond)));
}

function subtract(at: usize, pair: v128): void {
  store<f64>(at, load<f64>(at) - f64x2.extract_lane(pair, 0) - f64x2.extract_lane(pair, 1));
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
  const channels = load<i32>(line, channelCount);
  const step = load<i32>(line, planeBytes);
  const at = load<usize>(line, places);
  const gainers = load<i32>(line, gainerCount);
  const colors = load<usize>(line, gainerColors);
  const upstream = load<usize>(line, gainerUpstream);
  const own = load<usize>(line, lineColors) + 8 * inside;
  // Those on the way outwards are at the end of the list, or at its beginning.
  let first = 0;
  let end = gainers;
  if (outward > 0) first = placesUpTo(at, gainers, inside);
  else end = placesUpTo(at, gainers, inside - 1);
  let fromGains = f64x2.splat(0);
  let toGains = fromGains;
  for (let i = first; i < end; i += 2) {
    const m = gainsOf(colors + 8 * i, upstream + 8 * i, own, channels, step);
    const gains = gaining(m, i + 1 < end);
    if (!v128.any_true(gains)) continue;
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(at + 4 * i));
    const distances = f64x2.sub(pair, f64x2.splat(crossing));
    fromGains = f64x2.add(fromGains, v128.and(gains, quotient(line, m, distances, ways, 0)));
    toGains = f64x2.add(toGains, v128.and(gains, quotient(line, m, distances, ways, 1)));
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
