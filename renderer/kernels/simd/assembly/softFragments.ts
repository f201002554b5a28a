// SoftRas with a list of fragments, for shaders and for PyTorch3D's variant. Formulas, and the same loops in plain TypeScript:
// scalar/softFragments.ts. Fragments come face by face and row by row, so that up to four neighbours share a group of pixels; distance
// and depth are found again from the positions. Colours are blended as in softPicture.ts, as differences from one fragment's.
//
// PyTorch3D's background weighs at least ε times the largest exponential. Where it does, it rises and falls with the nearest fragment,
// the front, and a shift of all levels changes nothing: so the front's ∂L/∂z̄ is minus the sum of all others', which is what is left
// where its own and that of the background cancel. The front is R in softPicture.ts's terms; with Ω the weights of the others over S
// (three planes behind each other: front, its depth, and S Ω), and A without the background, ∂L/∂z̄ is (Ω Σ g·(I − R) − Σ g·A/S)/γ.

import { demote, exp2OfMinus } from './math';
import { multiplyAdd } from './multiplyAdd';
import {
  addDistances,
  addWeights,
  area,
  colored,
  cornerOf,
  coverage,
  decayOf,
  depthOfGroup,
  finishFace,
  firstColumn,
  firstRow,
  gapAbove,
  groupBytes,
  lastColumn,
  lastRow,
  limitGroup,
  listedRow,
  miss,
  paintsNearest,
  perDepth,
  perSigma,
  reached,
  toFace,
  toGroups,
  toRow,
  weigh,
  weights,
  width,
} from './softFace/index';
import {
  blend,
  clearCorners,
  finishCorners,
  hearInterpolated,
  highestOf,
  listedNumbers,
  mostGroups,
  paint,
  paintedOf,
  readCorners,
  referencesOf,
  sumsOf,
  survive,
} from './softPicture';

/**
 * Lists the fragments of one item: face, pixel and three weights of each, and unless `toDepths` is 0 its depth. @param base number of
 * the item's first pixel @param room how many fit @returns how many there are; what does not fit is left out
 */
export function softFragments(
  face: usize,
  faces: usize,
  faceCount: i32,
  vertices: usize,
  base: i32,
  toFaces: usize,
  toPixels: usize,
  toWeights: usize,
  toDepths: usize,
  room: i32,
): i32 {
  let found = 0;
  for (let f = 0; f < faceCount; f++) {
    if (!toFace(face, faces + 12 * f, vertices)) continue;
    for (let row = load<i32>(face, firstRow); row <= load<i32>(face, lastRow); row++) {
      toRow(face, row);
      const start = base + row * load<i32>(face, width);
      const last = load<i32>(face, lastColumn);
      for (let column = load<i32>(face, firstColumn); column <= last; column += 8) {
        toGroups(face, column, column + 4 <= last);
        for (let k: usize = 0; k < 2; k++) {
          const first = column + 4 * <i32>k;
          if (first > last) break;
          const group = face + groupBytes * k;
          const bits = i32x4.bitmask(v128.load(group, reached));
          const count = i32.popcnt(bits);
          if (count > 0 && found + count <= room) {
            weigh(face, group);
            const depth = toDepths !== 0 ? depthOfGroup(face, group, first) : f32x4.splat(0);
            let i = found;
            for (let lane = 0; lane < 4; lane++) {
              if ((bits & (1 << lane)) === 0) continue;
              store<i32>(toFaces + 4 * i, f);
              store<i32>(toPixels + 4 * i, start + first + lane);
              putWeights(face, group + 4 * lane, toWeights + 12 * i);
              if (toDepths !== 0) store<f32>(toDepths + 4 * i, laneOf(depth, lane));
              i++;
            }
          }
          found += count;
        }
      }
    }
  }
  return found;
}

function putWeights(face: usize, from: usize, to: usize): void {
  const isFlat = load<i32>(face, area) === 0;
  for (let k: usize = 0; k < 3; k++) {
    store<f32>(to + 4 * k, isFlat ? <f32>(1.0 / 3.0) : load<f32>(from + 16 * cornerOf(face, k), weights));
  }
}

function laneOf(numbers: v128, lane: i32): f32 {
  if (lane === 0) return f32x4.extract_lane(numbers, 0);
  if (lane === 1) return f32x4.extract_lane(numbers, 1);
  return lane === 2 ? f32x4.extract_lane(numbers, 2) : f32x4.extract_lane(numbers, 3);
}

/** Chooses the face of a fragment. */
function toListedFace(face: usize, corners: usize, vertices: usize): void {
  toFace(face, corners, vertices);
  store<i32>(face, -1, listedRow);
}

/**
 * Chooses the pixels of fragment i, of those before `end`, and of up to three behind it that are its neighbours, in the first group:
 * how many.
 */
function toRun(face: usize, faces: usize, pixels: usize, i: i32, end: i32, base: i32): i32 {
  const f = load<i32>(faces + 4 * i);
  const pixel = load<i32>(pixels + 4 * i);
  const columns = load<i32>(face, width);
  const row = (pixel - base) / columns;
  const column = pixel - base - row * columns;
  if (row !== load<i32>(face, listedRow)) {
    toRow(face, row);
    store<i32>(face, row, listedRow);
  }
  const most = min(4, min(end - i, columns - column));
  let count = 1;
  while (
    count < most &&
    load<i32>(faces + 4 * (i + count)) === f &&
    load<i32>(pixels + 4 * (i + count)) === pixel + count
  ) {
    count++;
  }
  store<i32>(face, column, firstColumn);
  limitGroup(face, column, count);
  toGroups(face, column, false);
  return count;
}

/**
 * Adds fragments `first` up to `end`, those of one item, to the planes of softPicture.ts. `fronts`: three planes, or 0 where the
 * background's weight has no lower bound.
 */
export function softAggregate(
  face: usize,
  corners: usize,
  vertices: usize,
  faces: usize,
  pixels: usize,
  first: i32,
  end: i32,
  base: i32,
  alpha: i32,
  values: usize,
  channels: i32,
  planes: usize,
  size: i32,
  fronts: usize,
): void {
  const highest = highestOf(planes, size);
  let i = first;
  while (i < end) {
    const f = load<i32>(faces + 4 * i);
    if (f < 0) {
      i++;
      continue;
    }
    toListedFace(face, corners + 12 * f, vertices);
    const blends = channels > 0 && load<i32>(face, colored) !== 0;
    while (i < end && load<i32>(faces + 4 * i) === f) {
      const count = toRun(face, faces, pixels, i, end, base);
      const pixel = load<i32>(pixels + 4 * i) - base;
      survive(face, alpha, planes + 4 * pixel);
      if (blends) {
        const column = load<i32>(face, firstColumn);
        const colors = values + 4 * channels * i;
        const front = fronts !== 0 ? fronts + 4 * pixel : 0;
        const at = planes + 4 * pixel;
        if (load<i32>(face, paintsNearest) !== 0) {
          paint(face, face, column, channels, at, size, colors, count, i, 1);
        } else {
          blend(face, face, column, channels, highest + 8 * pixel, at, size, colors, count, front, i);
        }
      }
      i += count;
    }
  }
}

/** Adds the background to S and A: it weighs e^{(ε − m)/γ}, and at least `floor`. */
export function addBackground(
  planes: usize,
  size: i32,
  channels: i32,
  background: usize,
  epsilon: f64,
  gamma: f64,
  floor: f32,
): void {
  const sums = sumsOf(planes, size);
  const highest = highestOf(planes, size);
  const per = f64x2.splat(Math.LOG2E / gamma);
  const least = f64x2.splat(epsilon);
  for (let p = 0; p < size; p += 4) {
    const low = f64x2.mul(f64x2.sub(v128.load(highest + 8 * p), least), per);
    const high = f64x2.mul(f64x2.sub(v128.load(highest + 8 * p, 16), least), per);
    const decay = exp2OfMinus(f32x4.pmin(f32x4.splat(92), demote(low, high)));
    const weight = f32x4.pmax(f32x4.splat(floor), decay);
    v128.store(sums + 4 * p, f32x4.add(v128.load(sums + 4 * p), weight));
    let reference = referencesOf(planes, size) + 4 * p;
    for (let c = 0; c < channels; c++) {
      const blended = reference + 4 * size * channels;
      const change = f32x4.sub(v128.load32_splat(background + 4 * c), v128.load(reference));
      v128.store(blended, multiplyAdd(weight, change, v128.load(blended)));
      reference += 4 * size;
    }
  }
}

/**
 * Of planes without the background: what stands above in place of ω g·(C − I) for fronts, into the plane of their depths; −1 in place
 * of the fronts of other pixels.
 */
export function hearFronts(
  planes: usize,
  size: i32,
  pixels: i32,
  channels: i32,
  background: usize,
  upstream: usize,
  epsilon: f64,
  gamma: f64,
  floor: f64,
  logFloor: f64,
  fronts: usize,
): void {
  const highest = highestOf(planes, size);
  for (let p = 0; p < pixels; p++) {
    if (!((epsilon - load<f64>(highest + 8 * p)) / gamma < logFloor)) {
      store<i32>(fronts + 4 * p, -1);
      continue;
    }
    let behind: f64 = 0;
    let others: f64 = 0;
    let reference = referencesOf(planes, size) + 4 * p;
    for (let c = 0; c < channels; c++) {
      const g = <f64>load<f32>(upstream + 4 * (p * (channels + 1) + c));
      behind += g * (<f64>load<f32>(background + 4 * c) - <f64>load<f32>(reference));
      others += g * <f64>load<f32>(reference + 4 * size * channels);
      reference += 4 * size;
    }
    const per = 1 / (<f64>load<f32>(sumsOf(planes, size) + 4 * p) + floor);
    const at = fronts + 4 * p;
    const share = <f64>load<f32>(at + 8 * size) * per;
    const heard = share * (floor * behind + others) * per - others * per;
    store<f32>(at + 4 * size, <f32>heard);
  }
}

/** Adds to `colorGradient`, and to doubles as `softPictureBackward`. `fronts`: as `hearFronts` leaves them, or 0. */
export function softAggregateBackward(
  face: usize,
  corners: usize,
  vertices: usize,
  faces: usize,
  pixels: usize,
  first: i32,
  end: i32,
  base: i32,
  alpha: i32,
  values: usize,
  channels: i32,
  planes: usize,
  size: i32,
  blended: usize,
  fronts: usize,
  colorGradient: usize,
  planar: usize,
  deep: usize,
): void {
  const highest = highestOf(planes, size);
  let i = first;
  while (i < end) {
    const f = load<i32>(faces + 4 * i);
    if (f < 0) {
      i++;
      continue;
    }
    toListedFace(face, corners + 12 * f, vertices);
    const blends = channels > 0 && load<i32>(face, colored) !== 0;
    let groups = 0;
    while (i < end && load<i32>(faces + 4 * i) === f) {
      const count = toRun(face, faces, pixels, i, end, base);
      const pixel = load<i32>(pixels + 4 * i) - base;
      const at = planes + 4 * pixel;
      let gradient = f32x4.mul(v128.load(at), v128.load(face, coverage));
      if (alpha === 1) gradient = f32x4.mul(gradient, v128.load(face, miss));
      if (load<i32>(face, paintsNearest) !== 0) {
        if (blends) hearPaintedRun(face, i, count, channels, at, size, colorGradient);
      } else if (blends) {
        const gap = f32x4.pmin(
          f32x4.splat(0),
          gapAbove(face, face, load<i32>(face, firstColumn), highest + 8 * pixel),
        );
        const decay = v128.and(decayOf(face, gap), v128.load(face, reached));
        if (v128.any_true(decay)) {
          const weight = f32x4.mul(f32x4.mul(decay, v128.load(face, coverage)), v128.load(sumsOf(at, size)));
          const row = 4 * channels * i;
          const excess = f32x4.mul(
            weight,
            hearListed(
              referencesOf(at, size),
              size,
              channels,
              v128.load(blended + 4 * pixel),
              weight,
              values + row,
              colorGradient + row,
              count,
            ),
          );
          const change = f32x4.mul(excess, v128.load(face, miss));
          gradient = multiplyAdd(change, v128.load32_splat(face, perSigma), gradient);
          let level = excess;
          if (fronts !== 0) {
            const front = fronts + 4 * pixel;
            const fragments = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
            const isFront = v128.and(i32x4.eq(fragments, v128.load(front)), v128.load(face, reached));
            level = v128.bitselect(v128.load(front + 4 * size), level, isFront);
          }
          weigh(face, face);
          const zero = f32x4.splat(0);
          addWeights(face, face, zero, zero, f32x4.mul(level, v128.load32_splat(face, perDepth)));
        }
      }
      addDistances(face, face, v128.and(gradient, v128.load(face, reached)));
      i += count;
      groups++;
      if (groups === mostGroups) {
        finishFace(face, planar, deep);
        groups = 0;
      }
    }
    finishFace(face, planar, deep);
  }
}

/** Adds the gradients of colours of those of up to four fragments in a row that are seen. */
function hearPaintedRun(
  face: usize,
  fragment: i32,
  count: i32,
  channels: i32,
  pixel: usize,
  size: i32,
  colorGradient: usize,
): void {
  const fragments = i32x4.add(i32x4.splat(fragment), i32x4(0, 1, 2, 3));
  const isSeen = v128.and(v128.load(face, reached), i32x4.eq(v128.load(paintedOf(pixel, size)), fragments));
  if (!v128.any_true(isSeen)) return;
  const gradients = referencesOf(pixel, size) + 4 * size * channels;
  for (let c = 0; c < channels; c++) {
    const g = v128.and(v128.load(gradients + 4 * size * c), isSeen);
    addListed(colorGradient + 4 * (channels * fragment + c), channels, count, g);
  }
}

/** g·(C − I) of up to four fragments in a row; adds their ω g to `gradients`. */
function hearListed(
  reference: usize,
  size: i32,
  channels: i32,
  blended: v128,
  weight: v128,
  colors: usize,
  gradients: usize,
  count: i32,
): v128 {
  let excess = f32x4.neg(blended);
  for (let c = 0; c < channels; c++) {
    const g = v128.load(reference + 4 * size * channels);
    const color = listedNumbers(colors + 4 * c, channels, count);
    excess = multiplyAdd(g, f32x4.sub(color, v128.load(reference)), excess);
    addListed(gradients + 4 * c, channels, count, f32x4.mul(g, weight));
    reference += 4 * size;
  }
  return excess;
}

/** Adds a number to each of up to four rows. */
function addListed(at: usize, channels: i32, count: i32, numbers: v128): void {
  const step = 4 * channels;
  store<f32>(at, load<f32>(at) + f32x4.extract_lane(numbers, 0));
  if (count > 1) store<f32>(at + step, load<f32>(at + step) + f32x4.extract_lane(numbers, 1));
  if (count > 2) store<f32>(at + 2 * step, load<f32>(at + 2 * step) + f32x4.extract_lane(numbers, 2));
  if (count > 3) store<f32>(at + 3 * step, load<f32>(at + 3 * step) + f32x4.extract_lane(numbers, 3));
}

/** The way back from `upstream`, rows of fragments, to attributes at corners and, through the clipped weights, to positions. */
export function softInterpolateBackward(
  face: usize,
  corners: usize,
  vertices: usize,
  faces: usize,
  pixels: usize,
  first: i32,
  end: i32,
  base: i32,
  values: usize,
  indices: usize,
  channels: i32,
  upstream: usize,
  planar: usize,
  deep: usize,
  rows: usize,
): void {
  clearCorners(face, channels);
  let i = first;
  while (i < end) {
    const f = load<i32>(faces + 4 * i);
    if (f < 0) {
      i++;
      continue;
    }
    toListedFace(face, corners + 12 * f, vertices);
    const isColored = load<i32>(face, colored) !== 0;
    if (isColored) readCorners(face, values, indices + 12 * f, channels);
    let groups = 0;
    while (i < end && load<i32>(faces + 4 * i) === f) {
      if (!isColored) {
        i++;
        continue;
      }
      const count = toRun(face, faces, pixels, i, end, base);
      weigh(face, face);
      const isReached = v128.load(face, reached);
      hearInterpolated(face, face, channels, isReached, upstream + 4 * channels * i, 4, count);
      i += count;
      groups++;
      if (groups === mostGroups) {
        finishFace(face, planar, deep);
        finishCorners(face, indices + 12 * f, channels, rows);
        groups = 0;
      }
    }
    if (!isColored) continue;
    finishFace(face, planar, deep);
    finishCorners(face, indices + 12 * f, channels, rows);
  }
}
