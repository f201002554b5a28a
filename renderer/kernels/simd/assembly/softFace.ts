// One face under the pixels that it reaches, four of a row at a time, for the loops of SoftRas: coverage D, clipped weights and depth,
// and the way back to the corners. Formulas: reference/softFragment.ts; the same loops in plain TypeScript: scalar/softFace.ts.
//
// Corners are taken counter-clockwise. Edge k lies opposite corner k, runs from corner i to corner j, and has length ℓ_k and direction
// u_k. At a pixel p, E_k = u_k × (p − i) is the distance to its line, positive inside, T_k = u_k · (p − i) the way along it, and
// O_k = T_k − min(max(T_k, 0), ℓ_k) how far the foot lies beyond an end. So E_k² + O_k² is the squared distance to the edge, and the
// least of the three is d², inside as well as outside, with no cases. E and T are affine in the column. Lines are followed in double
// precision and rounded to float32 last, and T is measured from both ends, so that E and O are precise where they are small:
// a float32 of E in image-plane units would not be, next to a long edge.
//
// A face is a record in memory: most of its numbers are wanted for every group of pixels, and there are more than registers.

import { demote, exp2OfMinus, sumOfLanes } from './math';
import { multiplyAdd } from './multiplyAdd';

// The call.
export const width: usize = 0;
export const height: usize = 8;
const radius: usize = 16;
const near: usize = 24;
const far: usize = 32;
const perRange: usize = 40;
/** log₂e/γ. */
const perGamma: usize = 48;
/** How much lower than the highest of a pixel a face's level may be and still be seen there. */
const blur: usize = 56;
const cull: usize = 64;
const perspective: usize = 72;
const flatness: usize = 80;
const smallestArea: usize = 88;
/** exp(−x) counts for nothing from here on; in powers of two. */
const longest: f32 = 92;
/** Where rounding may move the end of a row span, in pixels. */
const slack: f64 = 1e-3;

// Vectors of four equal floats, from the same.
const reach4: usize = 128;
/** log₂e/σ. */
const perSigma2: usize = 144;
/** 1/σ. */
export const perSigma4: usize = 160;
/** In units of γ ln 2, as `gap`. */
const hidden4: usize = 176;
/** −1/(γ (far − near)). */
export const perDepth4: usize = 192;

// The face.
const corners: usize = 208;
export const firstRow: usize = 224;
export const lastRow: usize = 228;
export const firstColumn: usize = 232;
export const lastColumn: usize = 236;
const boxFirst: usize = 240;
const boxLast: usize = 244;
const spanFrom: usize = 112;
const spanTo: usize = 120;
/** 1 where it can take part in colours: it has an area and an inverse depth, and is not culled. */
export const colored: usize = 248;
/** The largest z̄ of its corners, and `blur`: pixels with a higher one do not see it. */
const lowest: usize = 256;
const notFlat: usize = 272;

/** Of edge k, at `edges` + k · `edgeBytes`. */
const edges: usize = 288;
const edgeBytes: usize = 320;
// E, T and T − ℓ at column 0 of the row at hand, and their steps from column to column.
const lineE: usize = 0;
const lineT: usize = 16;
const stepT: usize = 32;
const xAt: usize = 40;
const yAt: usize = 48;
const ux: usize = 56;
const uy: usize = 64;
const length: usize = 72;
/** ℓ over the doubled area, which makes a weight of E. */
const perHeight: usize = 80;
/** The bound of p_x where E = −r: at y of corner i, its slope, and whether it is the lower (−1) or the upper (1) one. */
const bound: usize = 88;
const slope: usize = 96;
const side: usize = 104;
/** The weight β, as a line. */
const lineB: usize = 112;
/** 1/ζ of corner k. */
const inverseDepth: usize = 128;
// Four floats: T's steps over four columns; the others four times the same.
const laneT: usize = 144;
const ux4: usize = 160;
const uy4: usize = 176;
const perLength4: usize = 192;
const perHeight4: usize = 208;
/** 1/w of corner k, or 1. */
const perW4: usize = 224;
/** u · ℓ over the doubled area. */
const fx4: usize = 240;
const fy4: usize = 256;
/** 1/ζ_k − 1/ζ_0. */
const deltaDepth4: usize = 272;
// The group of four pixels at hand.
const groupE: usize = 288;
const groupT: usize = 304;

/** Of the group: O of the three edges, squared distance to each. */
const groupO: usize = 1248;
const groupD: usize = 1296;
/** D, 0 out of reach. */
export const coverage: usize = 1344;
/** 1 − D, precise near 0; 1 out of reach. */
export const miss: usize = 1360;
const inside: usize = 1376;
/** Clipped weights, and the weights of attributes. */
const clipped: usize = 1392;
export const weights: usize = 1440;
/** 1/Σ c/w. */
const perTotal: usize = 1488;
/** z̄ and ζ, in double precision. */
const levels: usize = 1504;
const depths: usize = 1536;
/** Sums over pixels, for three corners each: dL/dx, dL/dy, dL/dw but for a factor 1/w, dL/dζ but for 1/ζ². */
const gx: usize = 1568;
const gy: usize = 1616;
const gw: usize = 1664;
const gd: usize = 1712;
/** Numbers that belong to attributes start here. */
export const attributes: usize = 1760;

/** Bytes of a record without attributes. */
export function softFaceBytes(): usize {
  return attributes;
}

const log2e: f64 = 1.4426950408889634;

/**
 * Fills in what depends on the call alone. @param hidden difference in level, in units of γ, from which on a face is not seen
 * @param rules 1: leave faces that wind clockwise out of colours; 2: weights are linear in space
 */
export function startSoftFaces(
  face: usize,
  pictureWidth: f64,
  pictureHeight: f64,
  reach: f64,
  sigma: f64,
  gamma: f64,
  nearest: f64,
  farthest: f64,
  hidden: f64,
  rules: i32,
  flatShare: f64,
  leastArea: f64,
): void {
  const per = 1 / (farthest - nearest);
  store<f64>(face, pictureWidth, width);
  store<f64>(face, pictureHeight, height);
  store<f64>(face, Math.sqrt(reach), radius);
  store<f64>(face, nearest, near);
  store<f64>(face, farthest, far);
  store<f64>(face, per, perRange);
  store<f64>(face, log2e / gamma, perGamma);
  store<f64>(face, hidden * gamma, blur);
  store<f64>(face, flatShare, flatness);
  store<f64>(face, leastArea, smallestArea);
  store<i32>(face, rules & 1, cull);
  store<i32>(face, rules & 2, perspective);
  v128.store(face, f32x4.splat(<f32>reach), reach4);
  v128.store(face, f32x4.splat(<f32>(log2e / sigma)), perSigma2);
  v128.store(face, f32x4.splat(<f32>(1 / sigma)), perSigma4);
  v128.store(face, f32x4.splat(<f32>(-hidden * log2e)), hidden4);
  v128.store(face, f32x4.splat(<f32>(-per / gamma)), perDepth4);
  clearSums(face);
}

function clearSums(face: usize): void {
  for (let field = gx; field < attributes; field += 16) v128.store(face + field, f32x4.splat(0));
}

/** Chooses a face by the address of its corners; false where it reaches no pixel. */
export function toFace(face: usize, from: usize, vertices: usize, vertexCount: i32): bool {
  const v0 = load<i32>(from);
  let v1 = load<i32>(from, 4);
  let v2 = load<i32>(from, 8);
  const ys = vertices + 8 * vertexCount;
  const zs = ys + 8 * vertexCount;
  const ws = zs + 8 * vertexCount;
  const w0 = load<f64>(ws + 8 * v0);
  let w1 = load<f64>(ws + 8 * v1);
  let w2 = load<f64>(ws + 8 * v2);
  if (w0 === 0 || w1 === 0 || w2 === 0) return false;
  const x0 = load<f64>(vertices + 8 * v0);
  const y0 = load<f64>(ys + 8 * v0);
  let x1 = load<f64>(vertices + 8 * v1);
  let y1 = load<f64>(ys + 8 * v1);
  let x2 = load<f64>(vertices + 8 * v2);
  let y2 = load<f64>(ys + 8 * v2);
  const r = load<f64>(face, radius);
  const left = min(x0, min(x1, x2));
  const right = max(x0, max(x1, x2));
  const bottom = min(y0, min(y1, y2));
  const top = max(y0, max(y1, y2));
  if (!(left - r <= 1 && right + r >= -1 && bottom - r <= 1 && top + r >= -1)) return false;

  let area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  const extent = (right - left) * (right - left) + (top - bottom) * (top - bottom);
  const flat = !(Math.abs(area) > max(load<f64>(face, smallestArea), load<f64>(face, flatness) * extent));
  const culled = area < 0 && load<i32>(face, cull) !== 0;
  const clockwise: i32 = area < 0 ? 1 : 0;
  if (clockwise) {
    const v = v1;
    v1 = v2;
    v2 = v;
    const xOf1 = x1;
    x1 = x2;
    x2 = xOf1;
    const yOf1 = y1;
    y1 = y2;
    y2 = yOf1;
    const wOf1 = w1;
    w1 = w2;
    w2 = wOf1;
    area = -area;
  }
  const z0 = -load<f64>(zs + 8 * v0);
  const z1 = -load<f64>(zs + 8 * v1);
  const z2 = -load<f64>(zs + 8 * v2);
  const nearest = min(z0, min(z1, z2));
  const isColored = !flat && z0 * z1 * z2 !== 0 && !culled;
  const farthest = load<f64>(face, far);
  const level = nearest > 0 ? (farthest - nearest) * load<f64>(face, perRange) : Infinity;

  const w = load<f64>(face, width);
  const h = load<f64>(face, height);
  store<i32>(face, <i32>max<f64>(0, Math.ceil((h * (1 - top - r) - 1) / 2 - slack)), firstRow);
  store<i32>(face, <i32>min<f64>(h - 1, Math.floor((h * (1 - bottom + r) - 1) / 2 + slack)), lastRow);
  store<i32>(face, <i32>max<f64>(0, Math.ceil((w * (left - r + 1) - 1) / 2 - slack)), boxFirst);
  store<i32>(face, <i32>min<f64>(w - 1, Math.floor((w * (right + r + 1) - 1) / 2 + slack)), boxLast);
  store<i32>(face, v0, corners);
  store<i32>(face, v1, corners + 4);
  store<i32>(face, v2, corners + 8);
  store<i32>(face, clockwise, corners + 12);
  store<i32>(face, isColored ? 1 : 0, colored);
  store<f64>(face, level + load<f64>(face, blur), lowest);
  v128.store(face, i32x4.splat(flat ? 0 : -1), notFlat);

  const perArea = flat ? 0 : 1 / area;
  const correct = load<i32>(face, perspective) !== 0;
  const first = 1 / z0;
  toEdge(face + edges, face, x1, y1, x2, y2, perArea, first, 0, correct ? 1 / w0 : 1);
  const second = 1 / z1;
  toEdge(
    face + edges + edgeBytes,
    face,
    x2,
    y2,
    x0,
    y0,
    perArea,
    second,
    second - first,
    correct ? 1 / w1 : 1,
  );
  const third = 1 / z2;
  toEdge(
    face + edges + 2 * edgeBytes,
    face,
    x0,
    y0,
    x1,
    y1,
    perArea,
    third,
    third - first,
    correct ? 1 / w2 : 1,
  );
  return true;
}

/** Edge k, from i to j, and what belongs to corner k. */
function toEdge(
  edge: usize,
  face: usize,
  xi: f64,
  yi: f64,
  xj: f64,
  yj: f64,
  perArea: f64,
  perDepth: f64,
  deltaDepth: f64,
  perW: f64,
): void {
  const dx = xj - xi;
  const dy = yj - yi;
  const l = Math.sqrt(dx * dx + dy * dy);
  // An edge without length is a point, and any direction will do.
  const perLength = l > 0 ? 1 / l : 0;
  const x = l > 0 ? dx * perLength : 1;
  const y = l > 0 ? dy * perLength : 0;
  const step = 2 / load<f64>(face, width);
  const toBeta = l * perArea;
  store<f64>(edge, -y * step, lineE + 8);
  store<f64>(edge, x * step, stepT);
  store<f64>(edge, xi, xAt);
  store<f64>(edge, yi, yAt);
  store<f64>(edge, x, ux);
  store<f64>(edge, y, uy);
  store<f64>(edge, l, length);
  store<f64>(edge, toBeta, perHeight);
  store<f64>(edge, -y * step * toBeta, lineB + 8);
  // E = x (p_y − y_i) − y (p_x − x_i) ≥ −r bounds p_x from above where the edge rises, from below where it falls.
  const perRise = y !== 0 ? 1 / y : 0;
  store<f64>(edge, xi + load<f64>(face, radius) * perRise, bound);
  store<f64>(edge, x * perRise, slope);
  store<f64>(edge, y, side);
  store<f64>(edge, perDepth, inverseDepth);
  const laneStep = <f32>(x * step);
  v128.store(edge, f32x4.mul(f32x4.splat(laneStep), f32x4(0, 1, 2, 3)), laneT);
  v128.store(edge, f32x4.splat(<f32>x), ux4);
  v128.store(edge, f32x4.splat(<f32>y), uy4);
  v128.store(edge, f32x4.splat(<f32>perLength), perLength4);
  v128.store(edge, f32x4.splat(<f32>toBeta), perHeight4);
  v128.store(edge, f32x4.splat(<f32>perW), perW4);
  v128.store(edge, f32x4.splat(<f32>(x * toBeta)), fx4);
  v128.store(edge, f32x4.splat(<f32>(y * toBeta)), fy4);
  v128.store(edge, f32x4.splat(<f32>deltaDepth), deltaDepth4);
}

/** Chooses a row, and finds the columns within reach. */
export function toRow(face: usize, row: i32): void {
  const h = load<f64>(face, height);
  const w = load<f64>(face, width);
  const py = (h - <f64>(2 * row) - 1) / h;
  store<f64>(face, -2, spanFrom);
  store<f64>(face, 2, spanTo);
  edgeToRow(face, face + edges, py);
  edgeToRow(face, face + edges + edgeBytes, py);
  edgeToRow(face, face + edges + 2 * edgeBytes, py);
  const from = max<f64>(-1, min<f64>(w, Math.ceil((w * (load<f64>(face, spanFrom) + 1) - 1) / 2 - slack)));
  const to = max<f64>(-1, min<f64>(w, Math.floor((w * (load<f64>(face, spanTo) + 1) - 1) / 2 + slack)));
  store<i32>(face, max(load<i32>(face, boxFirst), <i32>from), firstColumn);
  store<i32>(face, min(load<i32>(face, boxLast), <i32>to), lastColumn);
}

function edgeToRow(face: usize, edge: usize, py: f64): void {
  const dy = py - load<f64>(edge, yAt);
  const dx = 1 / load<f64>(face, width) - 1 - load<f64>(edge, xAt);
  const x = load<f64>(edge, ux);
  const y = load<f64>(edge, uy);
  const e = x * dy - y * dx;
  const t = x * dx + y * dy;
  store<f64>(edge, e, lineE);
  store<f64>(edge, t, lineT);
  store<f64>(edge, t - load<f64>(edge, length), lineT + 8);
  store<f64>(edge, e * load<f64>(edge, perHeight), lineB);
  const end = load<f64>(edge, bound) + load<f64>(edge, slope) * dy;
  const rise = load<f64>(edge, side);
  if (rise > 0) store<f64>(face, min(load<f64>(face, spanTo), end), spanTo);
  else if (rise < 0) store<f64>(face, max(load<f64>(face, spanFrom), end), spanFrom);
}

/** Chooses four columns of the row, and finds D there: a mask of the pixels within reach. */
export function toGroup(face: usize, column: i32): v128 {
  const low = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const high = f64x2.add(low, f64x2.splat(2));
  const e0 = edgeToGroup(face, low, high, 0);
  const e1 = edgeToGroup(face, low, high, 1);
  const e2 = edgeToGroup(face, low, high, 2);
  const isInside = v128.and(
    v128.load(face, notFlat),
    f32x4.gt(f32x4.pmin(e0, f32x4.pmin(e1, e2)), f32x4.splat(0)),
  );
  const squared = f32x4.pmin(
    v128.load(face, groupD),
    f32x4.pmin(v128.load(face, groupD + 16), v128.load(face, groupD + 32)),
  );
  const columns = i32x4.add(i32x4.splat(column), i32x4(0, 1, 2, 3));
  const reached = v128.and(
    i32x4.le_s(columns, v128.load32_splat(face, lastColumn)),
    v128.or(isInside, f32x4.lt(squared, v128.load(face, reach4))),
  );
  // 1/(1 + e^{d²/σ}), and 1 less that.
  const q = exp2OfMinus(f32x4.pmin(f32x4.splat(longest), f32x4.mul(squared, v128.load(face, perSigma2))));
  const one = f32x4.splat(1);
  const near = f32x4.div(one, f32x4.add(one, q));
  const far = f32x4.mul(q, near);
  v128.store(face, isInside, inside);
  v128.store(face, v128.and(v128.bitselect(near, far, isInside), reached), coverage);
  v128.store(face, v128.bitselect(v128.bitselect(far, near, isInside), one, reached), miss);
  return reached;
}

/** E of edge k; leaves T, O and the squared distance in the record. */
function edgeToGroup(face: usize, low: v128, high: v128, k: usize): v128 {
  const edge = face + edges + k * edgeBytes;
  const e = demote(lineAt(edge + lineE, low), lineAt(edge + lineE, high));
  const ends = f32x4.demote_f64x2_zero(
    f64x2.add(
      v128.load(edge, lineT),
      f64x2.mul(v128.load64_splat(edge, stepT), v128.shuffle<f64>(low, low, 0, 0)),
    ),
  );
  const lanes = v128.load(edge, laneT);
  const t = f32x4.add(v128.shuffle<f32>(ends, ends, 0, 0, 0, 0), lanes);
  const fromEnd = f32x4.add(v128.shuffle<f32>(ends, ends, 1, 1, 1, 1), lanes);
  const zero = f32x4.splat(0);
  const beyond = f32x4.add(f32x4.pmin(t, zero), f32x4.pmax(fromEnd, zero));
  v128.store(edge, e, groupE);
  v128.store(edge, t, groupT);
  v128.store(face + 16 * k, beyond, groupO);
  v128.store(face + 16 * k, multiplyAdd(e, e, f32x4.mul(beyond, beyond)), groupD);
  return e;
}

function lineAt(line: usize, columns: v128): v128 {
  return f64x2.add(v128.load64_splat(line), f64x2.mul(v128.load64_splat(line, 8), columns));
}

/** z̄ of two pixels of the row, −∞ where it is outside of 0…1; leaves ζ, as two doubles, at `depths`. */
function levelAt(face: usize, column: i32, depths: usize): v128 {
  const columns = f64x2.add(f64x2.splat(<f64>column), f64x2(0, 1));
  const c0 = clippedLine(face, columns, 0);
  const c1 = clippedLine(face, columns, 1);
  const c2 = clippedLine(face, columns, 2);
  const total = f64x2.add(c0, f64x2.add(c1, c2));
  const inverse = f64x2.add(
    f64x2.mul(c0, v128.load64_splat(face, edges + inverseDepth)),
    f64x2.add(
      f64x2.mul(c1, v128.load64_splat(face, edges + edgeBytes + inverseDepth)),
      f64x2.mul(c2, v128.load64_splat(face, edges + 2 * edgeBytes + inverseDepth)),
    ),
  );
  const z = f64x2.div(total, inverse);
  v128.store(depths, z);
  const farthest = v128.load64_splat(face, far);
  const within = v128.and(f64x2.ge(z, v128.load64_splat(face, near)), f64x2.le(z, farthest));
  const level = f64x2.mul(f64x2.sub(farthest, z), v128.load64_splat(face, perRange));
  return v128.bitselect(level, f64x2.splat(-Infinity), within);
}

function clippedLine(face: usize, columns: v128, k: usize): v128 {
  const beta = lineAt(face + edges + k * edgeBytes + lineB, columns);
  return f64x2.pmin(f64x2.splat(1), f64x2.pmax(f64x2.splat(0), beta));
}

/** Which corner of the face as it is listed is corner k here. */
export function cornerOf(face: usize, k: usize): usize {
  return k > 0 && load<i32>(face, corners + 12) !== 0 ? 3 - k : k;
}

/** Whether four pixels all have a level so high that the face is not seen there. */
export function isHiddenBy(face: usize, highest: usize): bool {
  const limit = v128.load64_splat(face, lowest);
  return !v128.any_true(
    v128.or(f64x2.le(v128.load(highest), limit), f64x2.le(v128.load(highest, 16), limit)),
  );
}

/** How much z̄ of the group lies above what the pixels have, in units of γ ln 2; leaves z̄ and ζ in the record. */
export function gapAbove(face: usize, column: i32, highest: usize): v128 {
  const low = levelAt(face, column, face + depths);
  const high = levelAt(face, column + 2, face + depths + 16);
  v128.store(face, low, levels);
  v128.store(face, high, levels + 16);
  const per = v128.load64_splat(face, perGamma);
  return demote(
    f64x2.mul(f64x2.sub(low, v128.load(highest)), per),
    f64x2.mul(f64x2.sub(high, v128.load(highest, 16)), per),
  );
}

/** 2^gap where the gap is at most 0, and its opposite where it is above; 0 where it is too large to be seen. */
export function decayOf(face: usize, gap: v128): v128 {
  const decay = exp2OfMinus(f32x4.pmin(f32x4.splat(longest), f32x4.abs(gap)));
  return v128.and(decay, f32x4.ge(gap, v128.load(face, hidden4)));
}

/** Keeps the z̄ of `gapAbove` where `isNew`. */
export function raise(face: usize, isNew: v128, highest: usize): void {
  v128.store(
    highest,
    v128.bitselect(v128.load(face, levels), v128.load(highest), v128.shuffle<i32>(isNew, isNew, 0, 0, 1, 1)),
  );
  v128.store(
    highest,
    v128.bitselect(
      v128.load(face, levels + 16),
      v128.load(highest, 16),
      v128.shuffle<i32>(isNew, isNew, 2, 2, 3, 3),
    ),
    16,
  );
}

/** Clipped weights, and those of attributes. */
export function weigh(face: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const c0 = f32x4.pmin(one, f32x4.pmax(zero, beta(face, 0)));
  const c1 = f32x4.pmin(one, f32x4.pmax(zero, beta(face, 1)));
  const c2 = f32x4.pmin(one, f32x4.pmax(zero, beta(face, 2)));
  const p0 = f32x4.mul(c0, v128.load(face, edges + perW4));
  const p1 = f32x4.mul(c1, v128.load(face, edges + edgeBytes + perW4));
  const p2 = f32x4.mul(c2, v128.load(face, edges + 2 * edgeBytes + perW4));
  const per = f32x4.div(one, f32x4.add(p0, f32x4.add(p1, p2)));
  v128.store(face, c0, clipped);
  v128.store(face, c1, clipped + 16);
  v128.store(face, c2, clipped + 32);
  v128.store(face, f32x4.mul(p0, per), weights);
  v128.store(face, f32x4.mul(p1, per), weights + 16);
  v128.store(face, f32x4.mul(p2, per), weights + 32);
  v128.store(face, per, perTotal);
}

function beta(face: usize, k: usize): v128 {
  const edge = face + edges + k * edgeBytes;
  return f32x4.mul(v128.load(edge, groupE), v128.load(edge, perHeight4));
}

/** Adds dL/d(corner) of the group, given dL/d(δd²), 0 out of reach. */
export function addDistances(face: usize, gradient: v128): void {
  const d0 = v128.load(face, groupD);
  const d1 = v128.load(face, groupD + 16);
  const d2 = v128.load(face, groupD + 32);
  const is0 = v128.and(f32x4.le(d0, d1), f32x4.le(d0, d2));
  const is1 = v128.andnot(f32x4.le(d1, d2), is0);
  const is2 = v128.not(v128.or(is0, is1));
  const e = ofNearest(face, is0, is1, edges + groupE, edgeBytes);
  const o = ofNearest(face, is0, is1, groupO, 16);
  const x = ofNearest(face, is0, is1, edges + ux4, edgeBytes);
  const y = ofNearest(face, is0, is1, edges + uy4, edgeBytes);
  const along = ofNearest(face, is0, is1, edges + groupT, edgeBytes);
  const perLength = ofNearest(face, is0, is1, edges + perLength4, edgeBytes);
  const t = f32x4.mul(f32x4.sub(along, o), perLength);
  const outside = v128.andnot(f32x4.splat(-0.0), v128.load(face, inside));
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

function ofNearest(face: usize, is0: v128, is1: v128, field: usize, step: usize): v128 {
  const at = face + field;
  return v128.bitselect(
    v128.load(at),
    v128.bitselect(v128.load(at + step), v128.load(at + 2 * step), is1),
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
export function addWeights(face: usize, g1: v128, g2: v128, depthGradient: v128): void {
  const b0 = v128.load(face, weights);
  const b1 = v128.load(face, weights + 16);
  const b2 = v128.load(face, weights + 32);
  const mean = multiplyAdd(b1, g1, f32x4.mul(b2, g2));
  let q0 = f32x4.neg(mean);
  let q1 = f32x4.sub(g1, mean);
  let q2 = f32x4.sub(g2, mean);
  if (load<i32>(face, perspective) !== 0) {
    add(face, gw, f32x4.mul(mean, b0));
    add(face, gw + 16, f32x4.neg(f32x4.mul(q1, b1)));
    add(face, gw + 32, f32x4.neg(f32x4.mul(q2, b2)));
  }
  const per = v128.load(face, perTotal);
  const c0 = v128.load(face, clipped);
  const c1 = v128.load(face, clipped + 16);
  const c2 = v128.load(face, clipped + 32);
  const perClipped = f32x4.div(f32x4.splat(1), f32x4.add(c0, f32x4.add(c1, c2)));
  const depth = demote(v128.load(face, depths), v128.load(face, depths + 16));
  // 1/ζ = Σ c_k/ζ_k / Σ c_k, measured from 1/ζ₀.
  const scale = v128.and(
    f32x4.mul(f32x4.mul(depthGradient, f32x4.mul(depth, depth)), perClipped),
    f32x4.ne(depthGradient, f32x4.splat(0)),
  );
  add(face, gd, f32x4.mul(scale, c0));
  add(face, gd + 16, f32x4.mul(scale, c1));
  add(face, gd + 32, f32x4.mul(scale, c2));
  const delta1 = v128.load(face, edges + edgeBytes + deltaDepth4);
  const delta2 = v128.load(face, edges + 2 * edgeBytes + deltaDepth4);
  const middle = f32x4.mul(multiplyAdd(c1, delta1, f32x4.mul(c2, delta2)), perClipped);
  q0 = f32x4.mul(q0, f32x4.mul(per, v128.load(face, edges + perW4)));
  q1 = f32x4.mul(q1, f32x4.mul(per, v128.load(face, edges + edgeBytes + perW4)));
  q2 = f32x4.mul(q2, f32x4.mul(per, v128.load(face, edges + 2 * edgeBytes + perW4)));
  q0 = multiplyAdd(scale, middle, q0);
  q1 = f32x4.sub(q1, f32x4.mul(scale, f32x4.sub(delta1, middle)));
  q2 = f32x4.sub(q2, f32x4.mul(scale, f32x4.sub(delta2, middle)));
  const isInside = v128.load(face, inside);
  const beta0 = beta(face, 0);
  const beta1 = beta(face, 1);
  const beta2 = beta(face, 2);
  q0 = v128.and(q0, v128.or(isInside, f32x4.eq(beta0, c0)));
  q1 = v128.and(q1, v128.or(isInside, f32x4.eq(beta1, c1)));
  q2 = v128.and(q2, v128.or(isInside, f32x4.eq(beta2, c2)));
  const x = ofCorners(face, q0, q1, q2, fy4);
  add(face, gx, f32x4.mul(x, beta0));
  add(face, gx + 16, f32x4.mul(x, beta1));
  add(face, gx + 32, f32x4.mul(x, beta2));
  const y = f32x4.neg(ofCorners(face, q0, q1, q2, fx4));
  add(face, gy, f32x4.mul(y, beta0));
  add(face, gy + 16, f32x4.mul(y, beta1));
  add(face, gy + 32, f32x4.mul(y, beta2));
}

function ofCorners(face: usize, q0: v128, q1: v128, q2: v128, field: usize): v128 {
  const at = face + edges + field;
  return multiplyAdd(
    q0,
    v128.load(at),
    multiplyAdd(q1, v128.load(at + edgeBytes), f32x4.mul(q2, v128.load(at + 2 * edgeBytes))),
  );
}

/** Hands the sums over pixels to the corners: two doubles a vertex of dL/dx and dL/dy, two of dL/dζ and dL/dw but for a factor −1. */
export function finishFace(face: usize, planar: usize, deep: usize): void {
  for (let k: usize = 0; k < 3; k++) {
    const v = load<i32>(face + 4 * k, corners);
    const from = face + 16 * k;
    const edge = face + edges + k * edgeBytes;
    const inverse = load<f64>(edge, inverseDepth);
    addTo(planar + 16 * v, v128.load(from, gx), 1);
    addTo(planar + 16 * v + 8, v128.load(from, gy), 1);
    if (load<i32>(face, colored) !== 0) {
      addTo(deep + 16 * v, v128.load(from, gd), inverse * inverse);
      addTo(deep + 16 * v + 8, v128.load(from, gw), <f64>load<f32>(edge, perW4));
    }
  }
  clearSums(face);
}

export function addTo(at: usize, lanes: v128, scale: f64): void {
  store<f64>(at, load<f64>(at) + <f64>sumOfLanes(lanes) * scale);
}
