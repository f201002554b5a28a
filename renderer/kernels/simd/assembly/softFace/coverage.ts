// Where a face covers the pixels of a row, and how much: distances to its edges, or what stands in their place, and D.

import { demote, exp2OfMinus } from '../math';
import { multiplyAdd } from '../multiplyAdd';
import {
  area,
  barycentric,
  box,
  clockwise,
  columnsE,
  columnsT,
  coverage,
  currentRow,
  distance,
  firstColumn,
  groupBytes,
  groupD,
  groupE,
  groupT,
  halfLength,
  hard,
  inside,
  lastColumn,
  lineE,
  lineT,
  longest,
  miss,
  perSigma2,
  places,
  reach,
  reached,
  rowStep,
  rowsE,
  rowsLeft,
  rowsRight,
  slack,
  startE,
  startLeft,
  startRight,
  stepE,
  stepT,
  width,
} from './record';
import { beta } from './weights';

/** Chooses a row, and finds the columns within reach. */
export function toRow(face: usize, row: i32): void {
  const r = f64x2.splat(<f64>row);
  store<i32>(face, row, currentRow);
  for (let field: usize = 0; field < 96; field += 16) {
    const at = face + field;
    v128.store(at, f64x2.add(v128.load(at, startE), f64x2.mul(v128.load(at, rowsE), r)), lineE);
  }
  const leftEnd = nearestEnd(face + startLeft, face + rowsLeft, r);
  const rightEnd = nearestEnd(face + startRight, face + rowsRight, r);
  const ends = f64x2.pmin(
    v128.load(face, box),
    f64x2.add(
      f64x2.pmin(v128.shuffle<f64>(leftEnd, rightEnd, 0, 2), v128.shuffle<f64>(leftEnd, rightEnd, 1, 3)),
      f64x2.splat(slack),
    ),
  );
  const columns = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(ends));
  store<i32>(face, -i32x4.extract_lane(columns, 0), firstColumn);
  store<i32>(face, i32x4.extract_lane(columns, 1), lastColumn);
}

/** The lower of two sides in each half. */
function nearestEnd(start: usize, step: usize, row: v128): v128 {
  return f64x2.pmin(
    f64x2.add(v128.load(start), f64x2.mul(v128.load(step), row)),
    f64x2.add(v128.load(start, 16), f64x2.mul(v128.load(step, 16), row)),
  );
}

/** Chooses eight columns of the row, or four, and finds D there. */
export function toGroups(face: usize, column: i32, both: bool): void {
  const c = f64x2.splat(<f64>column);
  const e = demote(
    lineAt(face + lineE, face + columnsE, c),
    lineAt(face + lineE + 16, face + columnsE + 16, c),
  );
  const t = demote(
    lineAt(face + lineT, face + columnsT, c),
    lineAt(face + lineT + 16, face + columnsT + 16, c),
  );
  const lanes = f32x4(0, 1, 2, 3);
  const columns = i32x4.add(i32x4.splat(column), i32x4(0, 1, 2, 3));
  const squared = squaredDistances(face, face, e, t, lanes);
  const isInside = coversCentres(face, face);
  // Two groups are worked on alternately, as one alone would mostly wait for its own results.
  if (both) {
    const next = face + groupBytes;
    const squaredNext = squaredDistances(face, next, e, t, f32x4(4, 5, 6, 7));
    const isInsideNext = coversCentres(face, next);
    const q = exp2OfMinus(exponents(face, squared));
    const qNext = exp2OfMinus(exponents(face, squaredNext));
    cover(face, face, columns, squared, isInside, q);
    cover(face, next, i32x4.add(columns, i32x4.splat(4)), squaredNext, isInsideNext, qNext);
  } else {
    cover(face, face, columns, squared, isInside, exp2OfMinus(exponents(face, squared)));
  }
}

/** d² of a group, given E and T of the three edges at the first pixel, and how many pixels on each of its own lies. */
function squaredDistances(face: usize, group: usize, e: v128, t: v128, lanes: v128): v128 {
  const d0 = squaredDistance(
    face,
    group,
    v128.shuffle<f32>(e, e, 0, 0, 0, 0),
    v128.shuffle<f32>(t, t, 0, 0, 0, 0),
    lanes,
  );
  const d1 = squaredDistance(
    face + 4,
    group + 16,
    v128.shuffle<f32>(e, e, 1, 1, 1, 1),
    v128.shuffle<f32>(t, t, 1, 1, 1, 1),
    lanes,
  );
  const d2 = squaredDistance(
    face + 8,
    group + 32,
    v128.shuffle<f32>(e, e, 2, 2, 2, 2),
    v128.shuffle<f32>(t, t, 2, 2, 2, 2),
    lanes,
  );
  return f32x4.pmin(d0, f32x4.pmin(d1, d2));
}

/** The same of edge k, 4k bytes further on in `face` and 16k in `group`. */
function squaredDistance(face: usize, group: usize, e: v128, t: v128, lanes: v128): v128 {
  const across = multiplyAdd(lanes, v128.load32_splat(face, stepE), e);
  const along = multiplyAdd(lanes, v128.load32_splat(face, stepT), t);
  const beyond = beyondEnd(face, along);
  const squared = multiplyAdd(across, across, f32x4.mul(beyond, beyond));
  v128.store(group, across, groupE);
  v128.store(group, along, groupT);
  v128.store(group, squared, groupD);
  return squared;
}

function beyondEnd(face: usize, along: v128): v128 {
  return f32x4.pmax(f32x4.splat(0), f32x4.sub(f32x4.abs(along), v128.load32_splat(face, halfLength)));
}

function coversCentres(face: usize, group: usize): v128 {
  const least = f32x4.pmin(
    v128.load(group, groupE),
    f32x4.pmin(v128.load(group, groupE + 16), v128.load(group, groupE + 32)),
  );
  return v128.and(v128.load32_splat(face, area), f32x4.gt(least, f32x4.splat(0)));
}

function exponents(face: usize, squared: v128): v128 {
  return f32x4.pmin(f32x4.splat(longest), f32x4.mul(squared, v128.load32_splat(face, perSigma2)));
}

/** Makes the group of `toGroups` end after so many pixels, which all are within reach, as they were found to be before. */
export function limitGroup(face: usize, column: i32, count: i32): void {
  store<i32>(face, column + count - 1, lastColumn);
  store<f32>(face, Infinity, reach);
}

/** D and 1 − D, given e^{−d²/σ}. */
function cover(face: usize, group: usize, columns: v128, squared: v128, isInside: v128, decay: v128): void {
  const rule = load<i32>(face, distance);
  if (rule === barycentric) {
    coverByWeights(face, group, columns, isInside);
    return;
  }
  if (rule === hard) {
    coverWholly(face, group, columns, isInside);
    return;
  }
  putCoverage(face, group, columns, squared, isInside, decay);
}

/** The same from the square of the least weight in place of d². */
function coverByWeights(face: usize, group: usize, columns: v128, isInside: v128): void {
  const least = f32x4.pmin(beta(face, group, 0), f32x4.pmin(beta(face, group, 1), beta(face, group, 2)));
  const squared = f32x4.mul(least, least);
  putCoverage(face, group, columns, squared, isInside, exp2OfMinus(exponents(face, squared)));
}

/** D = 1 in the face and on its outline, and none outside. */
function coverWholly(face: usize, group: usize, columns: v128, isInside: v128): void {
  const isListed = f32x4.gt(v128.load32_splat(face, reach), f32x4.splat(0));
  const isReached = v128.and(
    i32x4.le_s(columns, v128.load32_splat(face, lastColumn)),
    v128.or(isListed, holdsCentres(face, i32x4.extract_lane(columns, 0))),
  );
  const one = f32x4.splat(1);
  v128.store(group, isReached, reached);
  v128.store(group, isInside, inside);
  v128.store(group, v128.and(one, isReached), coverage);
  v128.store(group, v128.andnot(one, isReached), miss);
}

/**
 * Which centres of four columns of the row lie in the face or on its outline. In double precision and without a square root, as it
 * decides, on an edge through pixel centres, whether one of two faces is seen there: to the last bit as in plain TypeScript.
 */
export function holdsCentres(face: usize, column: i32): v128 {
  const low = holdsPair(face, column);
  const high = holdsPair(face, column + 2);
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

function holdsPair(face: usize, column: i32): v128 {
  const columns = load<i32>(face, width);
  const rows = f64.nearest(-2 / load<f64>(face, rowStep));
  const py = (rows - <f64>(2 * load<i32>(face, currentRow) + 1)) / rows;
  const first = <f64>(2 * column + 1 - columns);
  const px = f64x2.mul(f64x2(first, first + 2), f64x2.splat(1 / <f64>columns));
  const at = face + places;
  const e0 = edgeAt(at + 16, at + 32, px, py);
  const e1 = edgeAt(at + 32, at, px, py);
  const e2 = edgeAt(at, at + 16, px, py);
  const zero = f64x2.splat(0);
  if (load<i32>(face, clockwise) !== 0) return f64x2.le(f64x2.pmax(e0, f64x2.pmax(e1, e2)), zero);
  return f64x2.ge(f64x2.pmin(e0, f64x2.pmin(e1, e2)), zero);
}

/** (j − i) × (p − i). */
function edgeAt(i: usize, j: usize, px: v128, py: f64): v128 {
  const x = load<f64>(i);
  const y = load<f64>(i, 8);
  const across = (load<f64>(j) - x) * (py - y);
  const rise = f64x2.splat(load<f64>(j, 8) - y);
  return f64x2.sub(f64x2.splat(across), f64x2.mul(rise, f64x2.sub(px, f64x2.splat(x))));
}

function putCoverage(
  face: usize,
  group: usize,
  columns: v128,
  squared: v128,
  isInside: v128,
  decay: v128,
): void {
  const one = f32x4.splat(1);
  const nearer = f32x4.div(one, f32x4.add(one, decay));
  const farther = f32x4.mul(decay, nearer);
  const isReached = v128.and(
    i32x4.le_s(columns, v128.load32_splat(face, lastColumn)),
    v128.or(isInside, f32x4.lt(squared, v128.load32_splat(face, reach))),
  );
  v128.store(group, isReached, reached);
  v128.store(group, isInside, inside);
  v128.store(group, v128.and(v128.bitselect(nearer, farther, isInside), isReached), coverage);
  v128.store(group, v128.bitselect(v128.bitselect(farther, nearer, isInside), one, isReached), miss);
}

function lineAt(line: usize, step: usize, column: v128): v128 {
  return f64x2.add(v128.load(line), f64x2.mul(v128.load(step), column));
}
