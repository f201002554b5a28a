// SoftRas in one go, for attributes that are colours already: faces stream by, and a pixel keeps a handful of numbers. Formulas, and
// the same loops in plain TypeScript: scalar/softPicture.ts.
//
// Colours are blended as differences from the colour R of the fragment with the highest level so far: S = Σ ω, A = Σ ω (C − R), and
// I = R + A/S. So where one face is all that counts, C − I is 0 and not the rounding of I, which a division by γ would blow up: float32
// is enough. Where a new fragment becomes the highest, both are scaled by s = e^{(m − z̄)/γ}, and A is moved on to its colour C by
// −s S (C − R).

import { multiplyAdd } from './multiplyAdd';
import {
  addDistances,
  addTo,
  addWeights,
  attributes,
  clockwise,
  colored,
  cornerOf,
  coverage,
  decayOf,
  depthKept,
  finishFace,
  firstColumn,
  firstRow,
  gapAbove,
  groupBytes,
  holdsCentres,
  isHiddenBy,
  isOriginal,
  lastColumn,
  lastRow,
  miss,
  paintsNearest,
  perDepth,
  perSigma,
  raise,
  reached,
  takesPart,
  toFace,
  toGroups,
  toRow,
  weigh,
  weights,
  width,
} from './softFace/index';

/** Groups of pixels whose gradients are summed in float32 before they go on in double precision. */
export const mostGroups: i32 = 256;
/** A survival below this is 0: products of tiny numbers would be slow. */
const leastSurvival: f32 = 1e-30;

// Planes of numbers, one a pixel, behind each other: survival; m in double precision; S; R, a plane a channel; A, likewise. `size`
// numbers a plane, at least three more than pixels, as the last group of a row may stick out.
export function highestOf(planes: usize, size: i32): usize {
  return planes + 4 * size;
}
/** Number of the face or fragment that is seen, where colours are hard. */
export function paintedOf(planes: usize, size: i32): usize {
  return planes + 8 * size;
}
export function sumsOf(planes: usize, size: i32): usize {
  return planes + 12 * size;
}
export function referencesOf(planes: usize, size: i32): usize {
  return planes + 16 * size;
}

/**
 * `alpha`: 0 product, 1 sum, 2 hard. Faces that wind counter-clockwise come first, as they mostly hide the others, which then take no
 * part in colours; where the nearest face alone gives the colour, they come in order, as the first of equally near ones does.
 */
export function softPicture(
  face: usize,
  faces: usize,
  faceCount: i32,
  vertices: usize,
  alpha: i32,
  values: usize,
  indices: usize,
  channels: i32,
  planes: usize,
  size: i32,
): void {
  const inOrder = load<i32>(face, paintsNearest) !== 0;
  const passes = inOrder ? 1 : 2;
  for (let turned = 0; turned < passes; turned++) {
    for (let f = 0; f < faceCount; f++) {
      if (!toFace(face, faces + 12 * f, vertices)) continue;
      if (!inOrder && load<i32>(face, clockwise) !== turned) continue;
      const blends = channels > 0 && load<i32>(face, colored) !== 0;
      if (blends) readCorners(face, values, indices + 12 * f, channels);
      addFace(face, f, alpha, blends, channels, planes, size);
    }
  }
}

function addFace(
  face: usize,
  f: i32,
  alpha: i32,
  blends: bool,
  channels: i32,
  planes: usize,
  size: i32,
): void {
  const paints = load<i32>(face, paintsNearest) !== 0;
  const highest = highestOf(planes, size);
  for (let row = load<i32>(face, firstRow); row <= load<i32>(face, lastRow); row++) {
    toRow(face, row);
    const start = row * load<i32>(face, width);
    const last = load<i32>(face, lastColumn);
    for (let column = load<i32>(face, firstColumn); column <= last; column += 8) {
      const both = column + 4 <= last;
      toGroups(face, column, both);
      const pixel = planes + 4 * (start + column);
      survive(face, alpha, pixel);
      if (both) survive(face + groupBytes, alpha, pixel + 16);
      if (!blends) continue;
      if (paints) {
        paint(face, face, column, channels, pixel, size, 0, 0, f, 0);
        if (both) paint(face, face + groupBytes, column + 4, channels, pixel + 16, size, 0, 0, f, 0);
        continue;
      }
      const level = highest + 8 * (start + column);
      if (!isHiddenBy(face, level)) blend(face, face, column, channels, level, pixel, size, 0, 0, 0, 0);
      if (both && !isHiddenBy(face, level + 32)) {
        blend(face, face + groupBytes, column + 4, channels, level + 32, pixel + 16, size, 0, 0, 0, 0);
      }
    }
  }
}

export function survive(group: usize, alpha: i32, at: usize): void {
  let survival = v128.load(at);
  const d = v128.load(group, coverage);
  if (alpha === 0) {
    survival = f32x4.mul(survival, v128.load(group, miss));
    survival = v128.and(survival, f32x4.ge(survival, f32x4.splat(leastSurvival)));
  } else if (alpha === 1) survival = f32x4.add(survival, d);
  else survival = v128.andnot(survival, f32x4.gt(d, f32x4.splat(0.5)));
  v128.store(at, survival);
}

/**
 * Adds four pixels to m, S, R and A. Their colours are those of the face, or `count` rows at `listed`, if that is not 0. What is at
 * `fronts`, if that is not 0: see softFragments.ts; R then is the colour of the front fragment.
 */
export function blend(
  face: usize,
  group: usize,
  column: i32,
  channels: i32,
  highest: usize,
  pixel: usize,
  size: i32,
  listed: usize,
  count: i32,
  fronts: usize,
  fragment: i32,
): void {
  const gap = gapAbove(face, group, column, highest);
  const isReached = v128.load(group, reached);
  const decay = v128.and(decayOf(face, gap), isReached);
  if (!v128.any_true(decay)) return;
  const isNew = v128.and(isReached, f32x4.gt(gap, f32x4.splat(0)));
  raise(group, isNew, highest);
  weigh(face, group);
  const one = f32x4.splat(1);
  const weight = f32x4.mul(v128.load(group, coverage), v128.bitselect(one, decay, isNew));
  const scale = v128.bitselect(decay, one, isNew);
  const sum = f32x4.mul(v128.load(sumsOf(pixel, size)), scale);
  v128.store(sumsOf(pixel, size), f32x4.add(sum, weight));
  let isReference = isNew;
  if (fronts !== 0) {
    isReference = moveFront(group, fronts, size, fragment);
    const others = fronts + 8 * size;
    const rest = multiplyAdd(v128.load(others), scale, weight);
    v128.store(others, v128.bitselect(sum, rest, isReference));
  }
  const step = v128.bitselect(f32x4.neg(sum), weight, isReference);
  const b1 = v128.load(group, weights + 16);
  const b2 = v128.load(group, weights + 32);
  let reference = referencesOf(pixel, size);
  let blended = reference + 4 * size * channels;
  let corners = face + attributes;
  for (let c = 0; c < channels; c++) {
    const color = listed !== 0 ? listedNumbers(listed + 4 * c, channels, count) : colorAt(corners, b1, b2);
    const old = v128.load(reference);
    v128.store(blended, multiplyAdd(step, f32x4.sub(color, old), f32x4.mul(scale, v128.load(blended))));
    v128.store(reference, v128.bitselect(color, old, isReference));
    reference += 4 * size;
    blended += 4 * size;
    corners += 48;
  }
}

/**
 * Hard colours of four pixels: those of the nearest face. In place of m are its depth and its number, a float and an integer. Colours as in
 * `blend`; numbers are `number`, and `step` more from pixel to pixel.
 */
export function paint(
  face: usize,
  group: usize,
  column: i32,
  channels: i32,
  pixel: usize,
  size: i32,
  listed: usize,
  count: i32,
  number: i32,
  step: i32,
): void {
  let isSeen = v128.and(v128.load(group, reached), takesPart(face, group, column));
  if (load<i32>(face, isOriginal) !== 0) isSeen = v128.and(isSeen, holdsCentres(face, column));
  const depth = depthKept(group);
  const nearest = highestOf(pixel, size);
  const old = v128.load(nearest);
  isSeen = v128.and(isSeen, f32x4.lt(depth, old));
  if (!v128.any_true(isSeen)) return;
  const painted = paintedOf(pixel, size);
  v128.store(nearest, v128.bitselect(depth, old, isSeen));
  const numbers = i32x4.add(i32x4.splat(number), i32x4.mul(i32x4.splat(step), i32x4(0, 1, 2, 3)));
  v128.store(painted, v128.bitselect(numbers, v128.load(painted), isSeen));
  weigh(face, group);
  const b1 = v128.load(group, weights + 16);
  const b2 = v128.load(group, weights + 32);
  let reference = referencesOf(pixel, size);
  let corners = face + attributes;
  for (let c = 0; c < channels; c++) {
    const color = listed !== 0 ? listedNumbers(listed + 4 * c, channels, count) : colorAt(corners, b1, b2);
    v128.store(reference, v128.bitselect(color, v128.load(reference), isSeen));
    reference += 4 * size;
    corners += 48;
  }
}

/** Colour of corner 0, and what those of 1 and 2 differ from it. */
export function readCorners(face: usize, values: usize, indices: usize, channels: i32): void {
  const row0 = values + 4 * channels * load<i32>(indices);
  const row1 = values + 4 * channels * load<i32>(indices + 4 * cornerOf(face, 1));
  const row2 = values + 4 * channels * load<i32>(indices + 4 * cornerOf(face, 2));
  for (let c = 0; c < channels; c++) {
    const at = face + attributes + 48 * c;
    const first = load<f32>(row0 + 4 * c);
    v128.store(at, f32x4.splat(first));
    v128.store(at, f32x4.splat(load<f32>(row1 + 4 * c) - first), 16);
    v128.store(at, f32x4.splat(load<f32>(row2 + 4 * c) - first), 32);
  }
}

export function colorAt(corners: usize, b1: v128, b2: v128): v128 {
  return multiplyAdd(b2, v128.load(corners, 32), multiplyAdd(b1, v128.load(corners, 16), v128.load(corners)));
}

/** Keeps fragments `fragment` to `fragment` + 3 where they are nearer than those before: a mask of these pixels. */
function moveFront(group: usize, fronts: usize, size: i32, fragment: i32): v128 {
  const depth = depthKept(group);
  const nearest = fronts + 4 * size;
  const old = v128.load(nearest);
  const isNearer = v128.and(f32x4.lt(depth, old), v128.load(group, reached));
  v128.store(nearest, v128.bitselect(depth, old, isNearer));
  const fragments = i32x4.add(i32x4.splat(fragment), i32x4(0, 1, 2, 3));
  v128.store(fronts, v128.bitselect(fragments, v128.load(fronts), isNearer));
  return isNearer;
}

/** One number from each of up to four rows that follow one another; the last of them once more for each that is not there. */
export function listedNumbers(at: usize, channels: i32, count: i32): v128 {
  const last = count - 1;
  const step = 4 * channels;
  let numbers = v128.load32_splat(at);
  numbers = v128.load32_lane(at + step * min(1, last), numbers, 1);
  numbers = v128.load32_lane(at + step * min(2, last), numbers, 2);
  return v128.load32_lane(at + step * last, numbers, 3);
}

/** Sets the planes to what they are before the first face; `sum`: S, 1 with the background in it. */
export function clearSoftPicture(
  planes: usize,
  size: i32,
  survival: f32,
  epsilon: f64,
  sum: f32,
  background: usize,
  channels: i32,
): void {
  fill(planes, size, f32x4.splat(survival));
  if (channels === 0) return;
  fill(highestOf(planes, size), 2 * size, f64x2.splat(epsilon));
  fill(sumsOf(planes, size), size, f32x4.splat(sum));
  const references = referencesOf(planes, size);
  for (let c = 0; c < channels; c++) {
    fill(references + 4 * size * c, size, v128.load32_splat(background + 4 * c));
  }
  memory.fill(references + 4 * size * channels, 0, 4 * size * channels);
}

function fill(at: usize, count: i32, value: v128): void {
  for (const end = at + 4 * count; at < end; at += 16) v128.store(at, value);
}

/** Writes I and α, channels + 1 numbers a pixel; `scale`: what a sum is multiplied by, or 0 where α is what does not survive. */
export function writeSoftPicture(
  planes: usize,
  size: i32,
  pixels: i32,
  channels: i32,
  scale: f32,
  output: usize,
): void {
  const sums = sumsOf(planes, size);
  const references = referencesOf(planes, size);
  const blended = references + 4 * size * channels;
  for (let p = 0; p < pixels; p++) {
    const per: f32 = channels > 0 ? 1 / load<f32>(sums + 4 * p) : 1;
    for (let c = 0; c < channels; c++, output += 4) {
      const at = 4 * (size * c + p);
      store<f32>(output, load<f32>(references + at) + load<f32>(blended + at) * per);
    }
    const survival = load<f32>(planes + 4 * p);
    store<f32>(output, scale > 0 ? survival * scale : 1 - survival);
    output += 4;
  }
}

/**
 * Turns the planes into what the backward pass reads: survival into what it multiplies by D, dL/dα · ∂α/∂D · (1 − D)/σ but for the rest
 * of `alpha`'s rule; S into 1/S; A into the upstream gradients g, and a plane `blended` of Σ g · A/S. `scale` as in `writeSoftPicture`.
 */
export function hearSoftPicture(
  planes: usize,
  size: i32,
  pixels: i32,
  channels: i32,
  alpha: i32,
  scale: f32,
  upstream: usize,
  blended: usize,
): void {
  const sums = sumsOf(planes, size);
  const gradients = referencesOf(planes, size) + 4 * size * channels;
  for (let p = 0; p < pixels; p++) {
    const per: f32 = channels > 0 ? 1 / load<f32>(sums + 4 * p) : 1;
    let heard: f32 = 0;
    for (let c = 0; c < channels; c++, upstream += 4) {
      const at = gradients + 4 * (size * c + p);
      const g = load<f32>(upstream);
      heard += g * load<f32>(at);
      store<f32>(at, g);
    }
    if (channels > 0) {
      store<f32>(sums + 4 * p, per);
      store<f32>(blended + 4 * p, heard * per);
    }
    const at = planes + 4 * p;
    const factor: f32 = alpha === 0 ? load<f32>(at) : alpha === 1 ? 1 : 0;
    store<f32>(at, load<f32>(upstream) * scale * factor);
    upstream += 4;
  }
  // The last group may stick out, and what it reads there is multiplied by 0.
  memory.fill(blended + 4 * pixels, 0, 4 * (size - pixels));
}

/** Adds to doubles: `planar` and `deep` as `finishFace`, `rows` one for each of `values`. */
export function softPictureBackward(
  face: usize,
  faces: usize,
  faceCount: i32,
  vertices: usize,
  alpha: i32,
  values: usize,
  indices: usize,
  channels: i32,
  planes: usize,
  size: i32,
  blended: usize,
  planar: usize,
  deep: usize,
  rows: usize,
): void {
  const highest = highestOf(planes, size);
  clearCorners(face, channels);
  for (let f = 0; f < faceCount; f++) {
    if (!toFace(face, faces + 12 * f, vertices)) continue;
    const blends = channels > 0 && load<i32>(face, colored) !== 0;
    const corners = indices + 12 * f;
    if (blends) readCorners(face, values, corners, channels);
    let groups = 0;
    for (let row = load<i32>(face, firstRow); row <= load<i32>(face, lastRow); row++) {
      toRow(face, row);
      const start = row * load<i32>(face, width);
      const last = load<i32>(face, lastColumn);
      for (let column = load<i32>(face, firstColumn); column <= last; column += 8) {
        const both = column + 4 <= last;
        toGroups(face, column, both);
        groups += 2;
        const pixel = planes + 4 * (start + column);
        const level = highest + 8 * (start + column);
        const own = blended + 4 * (start + column);
        hear(face, face, f, alpha, blends, column, channels, level, pixel, size, own);
        if (both) {
          const next = face + groupBytes;
          hear(face, next, f, alpha, blends, column + 4, channels, level + 32, pixel + 16, size, own + 16);
        }
      }
      if (groups >= mostGroups) {
        finishFace(face, planar, deep);
        if (blends) finishCorners(face, corners, channels, rows);
        groups = 0;
      }
    }
    finishFace(face, planar, deep);
    if (blends) finishCorners(face, corners, channels, rows);
  }
}

/** Adds the gradients of four pixels. */
function hear(
  face: usize,
  group: usize,
  f: i32,
  alpha: i32,
  blends: bool,
  column: i32,
  channels: i32,
  highest: usize,
  pixel: usize,
  size: i32,
  blended: usize,
): void {
  let gradient = f32x4.mul(v128.load(pixel), v128.load(group, coverage));
  if (alpha === 1) gradient = f32x4.mul(gradient, v128.load(group, miss));
  if (load<i32>(face, paintsNearest) !== 0) {
    if (blends) hearPainted(face, group, f, channels, pixel, size);
  } else if (blends && !isHiddenBy(face, highest)) {
    const excess = hearColors(face, group, column, channels, highest, pixel, size, blended);
    const change = f32x4.mul(excess, v128.load(group, miss));
    gradient = multiplyAdd(change, v128.load32_splat(face, perSigma), gradient);
  }
  addDistances(face, group, v128.and(gradient, v128.load(group, reached)));
}

/** Adds the gradients of four pixels' colours, and returns ω g·(C − I). */
function hearColors(
  face: usize,
  group: usize,
  column: i32,
  channels: i32,
  highest: usize,
  pixel: usize,
  size: i32,
  blended: usize,
): v128 {
  const zero = f32x4.splat(0);
  const gap = f32x4.pmin(zero, gapAbove(face, group, column, highest));
  const decay = v128.and(decayOf(face, gap), v128.load(group, reached));
  if (!v128.any_true(decay)) return zero;
  weigh(face, group);
  const weight = f32x4.mul(f32x4.mul(decay, v128.load(group, coverage)), v128.load(sumsOf(pixel, size)));
  const b0 = v128.load(group, weights);
  const b1 = v128.load(group, weights + 16);
  const b2 = v128.load(group, weights + 32);
  let excess = f32x4.neg(v128.load(blended));
  let h1 = zero;
  let h2 = zero;
  let reference = referencesOf(pixel, size);
  let corners = face + attributes;
  let sums = corners + 48 * channels;
  for (let c = 0; c < channels; c++) {
    const g = v128.load(reference + 4 * size * channels);
    const color = colorAt(corners, b1, b2);
    excess = multiplyAdd(g, f32x4.sub(color, v128.load(reference)), excess);
    h1 = multiplyAdd(g, v128.load(corners, 16), h1);
    h2 = multiplyAdd(g, v128.load(corners, 32), h2);
    const weighed = f32x4.mul(g, weight);
    v128.store(sums, multiplyAdd(weighed, b0, v128.load(sums)));
    v128.store(sums, multiplyAdd(weighed, b1, v128.load(sums, 16)), 16);
    v128.store(sums, multiplyAdd(weighed, b2, v128.load(sums, 32)), 32);
    reference += 4 * size;
    corners += 48;
    sums += 48;
  }
  excess = f32x4.mul(excess, weight);
  addWeights(
    face,
    group,
    f32x4.mul(h1, weight),
    f32x4.mul(h2, weight),
    f32x4.mul(excess, v128.load32_splat(face, perDepth)),
  );
  return excess;
}

/** Adds the gradients of the colours of those of four pixels that show face f. */
function hearPainted(face: usize, group: usize, f: i32, channels: i32, pixel: usize, size: i32): void {
  const isSeen = v128.and(
    v128.load(group, reached),
    i32x4.eq(v128.load(paintedOf(pixel, size)), i32x4.splat(f)),
  );
  if (!v128.any_true(isSeen)) return;
  weigh(face, group);
  hearInterpolated(
    face,
    group,
    channels,
    isSeen,
    referencesOf(pixel, size) + 4 * size * channels,
    4 * size,
    0,
  );
}

/**
 * The way back from gradients of interpolated colours, where `isHeard`, to those of the corners' colours and of weights. They are in
 * planes, `step` bytes from channel to channel, or in `count` rows.
 */
export function hearInterpolated(
  face: usize,
  group: usize,
  channels: i32,
  isHeard: v128,
  upstream: usize,
  step: usize,
  count: i32,
): void {
  const b0 = v128.load(group, weights);
  const b1 = v128.load(group, weights + 16);
  const b2 = v128.load(group, weights + 32);
  const zero = f32x4.splat(0);
  let h1 = zero;
  let h2 = zero;
  let at = face + attributes;
  let sums = at + 48 * channels;
  for (let c = 0; c < channels; c++) {
    const from = upstream + step * c;
    const g = v128.and(isHeard, count > 0 ? listedNumbers(from, channels, count) : v128.load(from));
    h1 = multiplyAdd(g, v128.load(at, 16), h1);
    h2 = multiplyAdd(g, v128.load(at, 32), h2);
    v128.store(sums, multiplyAdd(g, b0, v128.load(sums)));
    v128.store(sums, multiplyAdd(g, b1, v128.load(sums, 16)), 16);
    v128.store(sums, multiplyAdd(g, b2, v128.load(sums, 32)), 32);
    at += 48;
    sums += 48;
  }
  addWeights(face, group, h1, h2, zero);
}

export function clearCorners(face: usize, channels: i32): void {
  memory.fill(face + attributes + 48 * channels, 0, 48 * channels);
}

export function finishCorners(face: usize, indices: usize, channels: i32, rows: usize): void {
  const sums = face + attributes + 48 * channels;
  for (let k: usize = 0; k < 3; k++) {
    const row = rows + 8 * channels * load<i32>(indices + 4 * cornerOf(face, k));
    for (let c = 0; c < channels; c++) addTo(row + 8 * c, v128.load(sums + 48 * c + 16 * k), 1);
  }
  clearCorners(face, channels);
}
