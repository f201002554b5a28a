// A face chosen: its corners counter-clockwise, its edges as lines over rows and columns, and the pixels that it may reach.

import { demote } from '../math';
import {
  area,
  barycentric,
  blur,
  box,
  clearSums,
  clockwise,
  colored,
  columnStep,
  columnsB,
  columnsE,
  columnsT,
  cornerDepth,
  culls,
  deltaDepth,
  distance,
  far,
  firstRow,
  flatness,
  fx,
  fy,
  halfLength,
  hidden,
  inverseDepth,
  inverseW,
  isOriginal,
  isPerspective,
  lastRow,
  left,
  lowest,
  near,
  paintsNearest,
  perDepth,
  perGamma,
  perHeight,
  perLength,
  perRange,
  perSigma,
  perSigma2,
  perW,
  places,
  radius,
  reach,
  rowStep,
  rowsB,
  rowsE,
  rowsLeft,
  rowsRight,
  rowsT,
  slack,
  smallestArea,
  smallestFace,
  startB,
  startE,
  startLeft,
  startRight,
  startT,
  stepE,
  stepT,
  top,
  ux,
  uy,
  vertex,
  width,
} from './record';

/** Bytes of a vertex: x, y, z, w in double precision; w is 0 where it cannot be drawn. */
const vertexBytes: usize = 32;

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
