// One face under the pixels that it reaches, four of a row at a time, for the loops of SoftRas: coverage D, clipped weights and depth,
// and the way back to the corners. Formulas: reference/softFragment.ts; the same loops in plain TypeScript: scalar/softFace.ts.
//
// Corners are taken counter-clockwise. Edge k lies opposite corner k, runs from corner i to corner j, and has length ℓ_k and direction
// u_k. At a pixel p, E_k = u_k × (p − i) is the distance to its line, positive inside, T_k the way along it from its middle, and
// O_k = max(|T_k| − ℓ_k/2, 0) how far the foot lies beyond an end. So E_k² + O_k² is the squared distance to the edge, and the least of
// the three is d², inside as well as outside, with no cases. E and T are affine in row and column. They are followed in double
// precision, and rounded to float32 where a group of pixels begins, so that E is precise where it is small: in float32, measured
// from a corner, it would not be.
//
// By other rules D comes from the least weight in place of the distance, or is 1 or 0: see reference/softFragment.ts.
//
// A face is a record in memory: most of its numbers are wanted for every group of pixels, and there are more than registers.

import { demote, exp2OfMinus, sumOfLanes } from './math';
import { multiplyAdd } from './multiplyAdd';

// The call.
export const width: usize = 0;
/** PyTorch3D's least doubled area, and least depth of a corner. */
const smallestFace: usize = 8;
/** Rows and columns at the lower left of the picture: p_x = `left` + column · `columnStep`, p_y = `top` + row · `rowStep`. */
const columnStep: usize = 16;
const rowStep: usize = 24;
const left: usize = 32;
const top: usize = 40;
const radius: usize = 48;
const flatness: usize = 56;
const smallestArea: usize = 64;
const near: usize = 72;
const far: usize = 80;
/** 1/(far − near). */
const perRange: usize = 88;
/** log₂e/γ. */
const perGamma: usize = 96;
/** How much higher than the face the level of a pixel may be where the face is seen. */
const blur: usize = 104;
const culls: usize = 112;
const isPerspective: usize = 116;
/** Floats. */
const reach: usize = 120;
/** log₂e/σ, and 1/σ. */
const perSigma2: usize = 124;
export const perSigma: usize = 128;
/** Least gap in level, in units of γ ln 2, that is seen. */
const hidden: usize = 132;
/** −1/(γ (far − near)). */
export const perDepth: usize = 136;
/** Whether the rules are SoftRas's own, not those of PyTorch3D's variant. */
export const isOriginal: usize = 140;

// The face.
export const firstRow: usize = 144;
export const lastRow: usize = 148;
export const firstColumn: usize = 152;
export const lastColumn: usize = 156;
/** First column within reach in any row, times −1, and last one: doubles. */
const box: usize = 160;
/** The largest z̄ of its corners, and `blur`: pixels with a higher one do not see it. */
const lowest: usize = 176;
/** 1 where it can take part in colours: it has an area and an inverse depth, and is not culled. */
export const colored: usize = 184;
/** Whether corners 1 and 2 have changed places; and the vertices. */
export const clockwise: usize = 188;
const vertex: usize = 192;
/** All bits of a float where it has an area. */
export const area: usize = 204;
// Four doubles each, of which three count, one an edge or corner. Of lines: at column and row 0, steps from row to row, from column to
// column, and what they are at column 0 of the row at hand.
const startE: usize = 208;
const startT: usize = 240;
/** The weight β. */
const startB: usize = 272;
const rowsE: usize = 304;
const rowsT: usize = 336;
const rowsB: usize = 368;
const columnsE: usize = 400;
const columnsT: usize = 432;
const columnsB: usize = 464;
const lineE: usize = 496;
const lineT: usize = 528;
const lineB: usize = 560;
/** 1/ζ; and 1/w, or 1. */
const inverseDepth: usize = 624;
const inverseW: usize = 944;
const cornerDepth: usize = 976;
/** Column where E = −r: of edges to the right of the face, and times −1 of those to the left; at row 0, and steps. */
const startRight: usize = 656;
const startLeft: usize = 688;
const rowsRight: usize = 720;
const rowsLeft: usize = 752;
// Four floats each, likewise.
const stepE: usize = 784;
const stepT: usize = 800;
const ux: usize = 816;
const uy: usize = 832;
const perLength: usize = 848;
const halfLength: usize = 592;
/** Row of the fragments at hand, of those that follow a list. */
export const listedRow: usize = 608;
/** Where D comes from: `euclidean`, `barycentric` or `hard`. And whether the nearest face alone gives a pixel its colour. */
const distance: usize = 612;
export const paintsNearest: usize = 616;
/** The row at hand. */
const currentRow: usize = 620;
/** ℓ over the doubled area, which makes a weight of E; and u times that. */
const perHeight: usize = 864;
const fx: usize = 880;
const fy: usize = 896;
/** 1/w, or 1, as a share of the largest of the three. */
const perW: usize = 912;
/** 1/ζ less that of corner 0; for PyTorch3D's variant, ζ less that of corner 0. */
const deltaDepth: usize = 928;

// Groups of four pixels at hand: two, at `group` and `groupBytes` behind; the first begins with the record itself.
export const groupBytes: usize = 384;
/** E and T of the three edges. */
const groupE: usize = 1008;
const groupT: usize = 1056;
/** Squared distance to each. */
const groupD: usize = 1104;
/** All bits of the pixels within reach, and of those inside. */
export const reached: usize = 1152;
const inside: usize = 1168;
/** D, 0 out of reach. */
export const coverage: usize = 1184;
/** 1 − D, precise near 0; 1 out of reach. */
export const miss: usize = 1200;
/** Clipped weights, and the weights of attributes. */
const clipped: usize = 1216;
export const weights: usize = 1264;
/** 1/Σ c/w. */
const perTotal: usize = 1312;
/** z̄ and ζ, in double precision. */
const levels: usize = 1328;
const depths: usize = 1360;
/** Sums over pixels, for three corners each: dL/dx, dL/dy, dL/dw but for a factor 1/w, dL/dζ but for 1/ζ². */
const gx: usize = 1776;
const gy: usize = 1824;
const gw: usize = 1872;
const gd: usize = 1920;
/** Corners in the order in which they are listed: x and y, doubles. */
const places: usize = 1968;
/** Numbers that belong to attributes start here. */
export const attributes: usize = 2016;

const barycentric: i32 = 1;
const hard: i32 = 2;

/** Bytes of a record without attributes. */
export function softFaceBytes(): usize {
  return attributes;
}

/** exp(−x) counts for nothing from here on; in powers of two. */
const longest: f32 = 92;
/** Where rounding may move the end of a row span, in pixels. */
const slack: f64 = 1e-3;

/**
 * Fills in what depends on the call alone. @param gap difference in level, in units of γ, from which on a face is not seen
 * @param rules 1: leave faces that wind clockwise out of colours; 2: weights are linear in space; 4: those of PyTorch3D's variant; 8: the
 * nearest face alone gives a pixel its colour @param distanceRule 0 euclidean, 1 barycentric, 2 hard: then the reach is 0
 */
export function startSoftFaces(
  face: usize,
  columns: i32,
  rows: i32,
  squaredReach: f64,
  sigma: f64,
  gamma: f64,
  nearest: f64,
  farthest: f64,
  gap: f64,
  rules: i32,
  distanceRule: i32,
  flatShare: f64,
  leastArea: f64,
  leastFace: f64,
): void {
  const per = 1 / (farthest - nearest);
  store<i32>(face, columns, width);
  store<f64>(face, 2 / <f64>columns, columnStep);
  store<f64>(face, -2 / <f64>rows, rowStep);
  store<f64>(face, 1 / <f64>columns - 1, left);
  store<f64>(face, 1 - 1 / <f64>rows, top);
  store<f64>(face, Math.sqrt(squaredReach), radius);
  store<f64>(face, flatShare, flatness);
  store<f64>(face, leastArea, smallestArea);
  store<f64>(face, nearest, near);
  store<f64>(face, farthest, far);
  store<f64>(face, per, perRange);
  store<f64>(face, Math.LOG2E / gamma, perGamma);
  store<f64>(face, gap * gamma, blur);
  store<i32>(face, rules & 1, culls);
  store<i32>(face, rules & 2, isPerspective);
  store<i32>(face, (rules & 4) === 0 ? 1 : 0, isOriginal);
  store<i32>(face, rules & 8, paintsNearest);
  store<i32>(face, distanceRule, distance);
  store<f64>(face, leastFace, smallestFace);
  store<f32>(face, <f32>squaredReach, reach);
  store<f32>(face, <f32>(Math.LOG2E / sigma), perSigma2);
  store<f32>(face, <f32>(1 / sigma), perSigma);
  store<f32>(face, <f32>(-gap * Math.LOG2E), hidden);
  store<f32>(face, <f32>(-per / gamma), perDepth);
  clearSums(face);
}

function clearSums(face: usize): void {
  for (let field = gx; field < places; field += 16) v128.store(face + field, f32x4.splat(0));
}

/** Bytes of a vertex: x, y, z, w in double precision; w is 0 where it cannot be drawn. */
const vertexBytes: usize = 32;

/** Chooses a face by the address of its corners; false where it reaches no pixel. */
export function toFace(face: usize, from: usize, vertices: usize): bool {
  const v0 = load<i32>(from);
  let v1 = load<i32>(from, 4);
  let v2 = load<i32>(from, 8);
  const at0 = vertices + vertexBytes * v0;
  let at1 = vertices + vertexBytes * v1;
  let at2 = vertices + vertexBytes * v2;
  if (load<f64>(at0, 24) === 0 || load<f64>(at1, 24) === 0 || load<f64>(at2, 24) === 0) return false;
  const p0 = v128.load(at0);
  let p1 = v128.load(at1);
  let p2 = v128.load(at2);
  const least = f64x2.pmin(p0, f64x2.pmin(p1, p2));
  const most = f64x2.pmax(p0, f64x2.pmax(p1, p2));
  const r = v128.load64_splat(face, radius);
  const one = f64x2.splat(1);
  const beyond = f64x2.sub(least, r);
  const before = f64x2.add(most, r);
  if (!i64x2.all_true(v128.and(f64x2.le(beyond, one), f64x2.ge(before, f64x2.splat(-1))))) return false;

  const way1 = f64x2.sub(p1, p0);
  const way2 = f64x2.sub(p2, p0);
  let doubled =
    f64x2.extract_lane(way1, 0) * f64x2.extract_lane(way2, 1) -
    f64x2.extract_lane(way2, 0) * f64x2.extract_lane(way1, 1);
  const size = f64x2.sub(most, least);
  const squares = f64x2.mul(size, size);
  const extent = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  const isDrawn =
    Math.abs(doubled) > load<f64>(face, smallestArea) &&
    Math.abs(doubled) > load<f64>(face, flatness) * extent;
  if (!isDrawn && load<i32>(face, distance) !== 0) return false;
  v128.store(face, p0, places);
  v128.store(face, p1, places + 16);
  v128.store(face, p2, places + 32);
  const turns = doubled < 0;
  if (turns) {
    const v = v1;
    v1 = v2;
    v2 = v;
    const at = at1;
    at1 = at2;
    at2 = at;
    const p = p1;
    p1 = p2;
    p2 = p;
    doubled = -doubled;
  }
  store<i32>(face, turns ? 1 : 0, clockwise);
  store<i32>(face, v0, vertex);
  store<i32>(face, v1, vertex + 4);
  store<i32>(face, v2, vertex + 8);
  store<i32>(face, isDrawn ? -1 : 0, area);

  // p = first + step · number, so the first number within a box is that of its upper or left side, rounded up.
  const place = f64x2(load<f64>(face, left), load<f64>(face, top));
  const perStep = f64x2.div(one, f64x2(load<f64>(face, columnStep), load<f64>(face, rowStep)));
  const low = f64x2.mul(f64x2.sub(beyond, place), perStep);
  const high = f64x2.mul(f64x2.sub(before, place), perStep);
  const rowEnds = f64x2.floor(f64x2.add(v128.shuffle<f64>(f64x2.neg(high), low, 1, 3), f64x2.splat(slack)));
  store<i32>(face, max<i32>(0, -(<i32>f64x2.extract_lane(rowEnds, 0))), firstRow);
  const rows = -2 / load<f64>(face, rowStep);
  store<i32>(face, <i32>min<f64>(rows - 1, f64x2.extract_lane(rowEnds, 1)), lastRow);
  const sides = v128.shuffle<f64>(f64x2.neg(low), high, 0, 2);
  const ends = f64x2(0, <f64>(load<i32>(face, width) - 1));
  v128.store(face, f64x2.pmin(ends, f64x2.add(sides, f64x2.splat(slack))), box);

  const z0 = -load<f64>(at0, 16);
  const z1 = -load<f64>(at1, 16);
  const z2 = -load<f64>(at2, 16);
  const nearest = min(z0, min(z1, z2));
  if (load<i32>(face, isOriginal) === 0) {
    const limit = load<f64>(face, smallestFace);
    if (Math.abs(doubled) <= limit || nearest < limit) return false;
  }
  const isColored = isDrawn && z0 !== 0 && z1 !== 0 && z2 !== 0 && !(turns && load<i32>(face, culls) !== 0);
  store<i32>(face, isColored ? 1 : 0, colored);
  const level = nearest > 0 ? (load<f64>(face, far) - nearest) * load<f64>(face, perRange) : Infinity;
  store<f64>(face, level + load<f64>(face, blur), lowest);
  const depth01 = f64x2.div(one, f64x2(z0, z1));
  const depth2 = f64x2.div(one, f64x2.splat(z2));
  const depth0 = v128.shuffle<f64>(depth01, depth01, 0, 0);
  v128.store(face, depth01, inverseDepth);
  v128.store(face, depth2, inverseDepth + 16);
  v128.store(face, f64x2(z0, z1), cornerDepth);
  store<f64>(face, z2, cornerDepth + 16);
  v128.store(
    face,
    load<i32>(face, isOriginal) !== 0
      ? demote(f64x2.sub(depth01, depth0), f64x2.sub(depth2, depth0))
      : f32x4(0, <f32>(z1 - z0), <f32>(z2 - z0), 0),
    deltaDepth,
  );
  let w01 = one;
  let w2 = one;
  if (load<i32>(face, isPerspective) !== 0) {
    w01 = f64x2.div(one, f64x2(load<f64>(at0, 24), load<f64>(at1, 24)));
    w2 = f64x2.div(one, v128.load64_splat(at2, 24));
  }
  v128.store(face, w01, inverseW);
  v128.store(face, w2, inverseW + 16);
  const mostOf01 = f64x2.pmax(w01, w2);
  const largest = f64x2.pmax(mostOf01, v128.shuffle<f64>(mostOf01, mostOf01, 1, 0));
  v128.store(face, demote(f64x2.div(w01, largest), f64x2.div(w2, largest)), perW);

  const perArea = f64x2.splat(isDrawn ? 1 / doubled : 0);
  toEdges(face, v128.shuffle<f64>(p1, p2, 0, 2), v128.shuffle<f64>(p1, p2, 1, 3), p2, p0, perArea, 0);
  toEdges(face, v128.shuffle<f64>(p0, p0, 0, 0), v128.shuffle<f64>(p0, p0, 1, 1), p1, p1, perArea, 16);
  toFloats(face, columnsE, stepE);
  toFloats(face, columnsT, stepT);
  return true;
}

/** Two edges: where they start, and the points where they end; of the fields from `second` bytes on. */
function toEdges(face: usize, x: v128, y: v128, end0: v128, end1: v128, perArea: v128, second: usize): void {
  const at = face + second;
  const dx = f64x2.sub(v128.shuffle<f64>(end0, end1, 0, 2), x);
  const dy = f64x2.sub(v128.shuffle<f64>(end0, end1, 1, 3), y);
  const l = f64x2.sqrt(f64x2.add(f64x2.mul(dx, dx), f64x2.mul(dy, dy)));
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const isLong = f64x2.gt(l, zero);
  const per = v128.and(f64x2.div(one, l), isLong);
  // An edge without length is a point, and any direction will do.
  const u = v128.bitselect(f64x2.mul(dx, per), one, isLong);
  const v = f64x2.mul(dy, per);
  const px = f64x2.sub(v128.load64_splat(face, left), x);
  const py = f64x2.sub(v128.load64_splat(face, top), y);
  const columns = v128.load64_splat(face, columnStep);
  const rows = v128.load64_splat(face, rowStep);
  const toBeta = f64x2.mul(l, perArea);
  const uRows = f64x2.mul(u, rows);
  const vColumns = f64x2.neg(f64x2.mul(v, columns));
  const e = f64x2.sub(f64x2.mul(u, py), f64x2.mul(v, px));
  v128.store(at, e, startE);
  v128.store(at, uRows, rowsE);
  v128.store(at, vColumns, columnsE);
  const half = f64x2.mul(l, f64x2.splat(0.5));
  v128.store(at, f64x2.sub(f64x2.add(f64x2.mul(u, px), f64x2.mul(v, py)), half), startT);
  v128.store(at, f64x2.mul(v, rows), rowsT);
  v128.store(at, f64x2.mul(u, columns), columnsT);
  v128.store(at, f64x2.mul(e, toBeta), startB);
  v128.store(at, f64x2.mul(uRows, toBeta), rowsB);
  v128.store(at, f64x2.mul(vColumns, toBeta), columnsB);
  // E + r falls along a row where the edge rises, and is 0 at column −(E + r)/(step of E): the last one within reach. Where weights
  // count instead of distances, r is one.
  const perColumn = f64x2.div(f64x2.splat(-1), vColumns);
  let margin = v128.load64_splat(face, radius);
  if (load<i32>(face, distance) === barycentric) margin = f64x2.div(margin, toBeta);
  const column = f64x2.mul(f64x2.add(e, margin), perColumn);
  const move = f64x2.mul(uRows, perColumn);
  const rises = f64x2.lt(vColumns, zero);
  const falls = f64x2.gt(vColumns, zero);
  const none = f64x2.splat(Infinity);
  v128.store(at, v128.bitselect(column, none, rises), startRight);
  v128.store(at, v128.and(move, rises), rowsRight);
  v128.store(at, v128.bitselect(f64x2.neg(column), none, falls), startLeft);
  v128.store(at, v128.and(f64x2.neg(move), falls), rowsLeft);
  const to = face + (second >> 1);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(half), 0, halfLength);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(u), 0, ux);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(v), 0, uy);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(per), 0, perLength);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(toBeta), 0, perHeight);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(f64x2.mul(u, toBeta)), 0, fx);
  v128.store64_lane(to, f32x4.demote_f64x2_zero(f64x2.mul(v, toBeta)), 0, fy);
}

function toFloats(face: usize, from: usize, to: usize): void {
  v128.store(face + to, demote(v128.load(face + from), v128.load(face + from, 16)));
}

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

/** z̄ of two pixels of the row, −∞ where it is outside of 0…1; leaves ζ, as two doubles, at `depths`. */
function levelAt(face: usize, column: v128, depths: usize): v128 {
  if (load<i32>(face, isOriginal) === 0) return levelOfVariant(face, column, depths);
  const c0 = clippedLine(face, column);
  const c1 = clippedLine(face + 8, column);
  const c2 = clippedLine(face + 16, column);
  const total = f64x2.add(c0, f64x2.add(c1, c2));
  const inverse = f64x2.add(
    f64x2.mul(c0, v128.load64_splat(face, inverseDepth)),
    f64x2.add(
      f64x2.mul(c1, v128.load64_splat(face, inverseDepth + 8)),
      f64x2.mul(c2, v128.load64_splat(face, inverseDepth + 16)),
    ),
  );
  const z = f64x2.div(total, inverse);
  v128.store(depths, z);
  const farthest = v128.load64_splat(face, far);
  const within = v128.and(f64x2.ge(z, v128.load64_splat(face, near)), f64x2.le(z, farthest));
  const level = f64x2.mul(f64x2.sub(farthest, z), v128.load64_splat(face, perRange));
  return v128.bitselect(level, f64x2.splat(-Infinity), within);
}

/** The same by PyTorch3D's rules: ζ = Σ b ζ_k, b from weights clipped from below, and no bounds. */
function levelOfVariant(face: usize, column: v128, depths: usize): v128 {
  const p0 = f64x2.mul(positiveLine(face, column), v128.load64_splat(face, inverseW));
  const p1 = f64x2.mul(positiveLine(face + 8, column), v128.load64_splat(face, inverseW + 8));
  const p2 = f64x2.mul(positiveLine(face + 16, column), v128.load64_splat(face, inverseW + 16));
  const total = f64x2.add(p0, f64x2.add(p1, p2));
  const sum = f64x2.add(
    f64x2.mul(p0, v128.load64_splat(face, cornerDepth)),
    f64x2.add(
      f64x2.mul(p1, v128.load64_splat(face, cornerDepth + 8)),
      f64x2.mul(p2, v128.load64_splat(face, cornerDepth + 16)),
    ),
  );
  const z = f64x2.div(sum, total);
  v128.store(depths, z);
  return f64x2.mul(f64x2.sub(v128.load64_splat(face, far), z), v128.load64_splat(face, perRange));
}

function positiveLine(face: usize, columns: v128): v128 {
  const beta = f64x2.add(
    v128.load64_splat(face, lineB),
    f64x2.mul(v128.load64_splat(face, columnsB), columns),
  );
  return f64x2.pmax(f64x2.splat(0), beta);
}

function clippedLine(face: usize, columns: v128): v128 {
  return f64x2.pmin(f64x2.splat(1), positiveLine(face, columns));
}

/** Which corner of the face as it is listed is corner k here. */
export function cornerOf(face: usize, k: usize): usize {
  return k > 0 && load<i32>(face, clockwise) !== 0 ? 3 - k : k;
}

/** Whether four pixels all have a level so high that the face is not seen there. */
export function isHiddenBy(face: usize, highest: usize): bool {
  const limit = v128.load64_splat(face, lowest);
  return !v128.any_true(
    v128.or(f64x2.le(v128.load(highest), limit), f64x2.le(v128.load(highest, 16), limit)),
  );
}

/** How much z̄ of the group lies above what the pixels have, in units of γ ln 2; leaves z̄ and ζ in the record. */
export function gapAbove(face: usize, group: usize, column: i32, highest: usize): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const low = levelAt(face, columns, group + depths);
  const high = levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  v128.store(group, low, levels);
  v128.store(group, high, levels + 16);
  const per = v128.load64_splat(face, perGamma);
  return demote(
    f64x2.mul(f64x2.sub(low, v128.load(highest)), per),
    f64x2.mul(f64x2.sub(high, v128.load(highest, 16)), per),
  );
}

/** Where the depth of the group takes part in colours; leaves ζ in the record. */
export function takesPart(face: usize, group: usize, column: i32): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const low = levelAt(face, columns, group + depths);
  const high = levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  const none = f64x2.splat(-Infinity);
  return v128.shuffle<i32>(f64x2.gt(low, none), f64x2.gt(high, none), 0, 2, 4, 6);
}

/** 2^gap where the gap is at most 0, and its opposite where it is above; 0 where it is too large to be seen. */
export function decayOf(face: usize, gap: v128): v128 {
  const decay = exp2OfMinus(f32x4.pmin(f32x4.splat(longest), f32x4.abs(gap)));
  return v128.and(decay, f32x4.ge(gap, v128.load32_splat(face, hidden)));
}

/** ζ of the group, in float32. */
export function depthOfGroup(face: usize, group: usize, column: i32): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  levelAt(face, columns, group + depths);
  levelAt(face, f64x2.add(columns, f64x2.splat(2)), group + depths + 16);
  return depthKept(group);
}

/** The same once more, after `gapAbove`. */
export function depthKept(group: usize): v128 {
  return demote(v128.load(group, depths), v128.load(group, depths + 16));
}

/** Keeps the z̄ of `gapAbove` where `isNew`. */
export function raise(group: usize, isNew: v128, highest: usize): void {
  v128.store(
    highest,
    v128.bitselect(v128.load(group, levels), v128.load(highest), v128.shuffle<i32>(isNew, isNew, 0, 0, 1, 1)),
  );
  v128.store(
    highest,
    v128.bitselect(
      v128.load(group, levels + 16),
      v128.load(highest, 16),
      v128.shuffle<i32>(isNew, isNew, 2, 2, 3, 3),
    ),
    16,
  );
}

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

function beta(face: usize, group: usize, k: usize): v128 {
  return f32x4.mul(v128.load(group + 16 * k, groupE), v128.load32_splat(face + 4 * k, perHeight));
}

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

function add(face: usize, field: usize, value: v128): void {
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
