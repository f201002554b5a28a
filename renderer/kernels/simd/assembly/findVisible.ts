// The visible face at every pixel of one picture: row spans of each face against a z-buffer, then weights once a visible pixel. The
// twin of scalar/findVisible.ts, which has the formulas; decisions are its decisions, in double precision.
//
// Faces are followed in pixels, (column, row). The span of a row ends at the greatest of the crossings of those edges that bound it
// on the left, and the same, negated, on the right: both maxima of three pairs at once. Where a crossing lies too near a pixel centre
// to trust its rounding, the centre is tried against the edges themselves, in image-plane coordinates. Depth is N/D with
// N = Σ E_k z_k s_k and D = Σ E_k s_k, both affine in column and row.

import { pick, wholes } from './lanes';
import { demote } from './math';
import { culling, perspective, projectVertices, vertexBytes } from './vertices';

/** How far, in pixels, rounding may put a computed crossing on the wrong side of a pixel centre. */
const slack: f64 = 1e-6;
/** Crossings of an edge with more columns a row, or of a face that spans more pixels, are not known to within `slack`. */
const steepest: f64 = 1e4;

const smallestArea: f64 = 1e-30;
const flatness: f64 = 1e-12;

/** Numbers in a row of the buffers: groups of four pixels may stick out. */
function pitchOf(width: i32): i32 {
  return width + 4;
}

/** Large pictures are drawn in bands of rows, whose buffers of faces and depths fit the second-level cache. */
const bandBytes: i32 = 1 << 21;

function bandRows(width: i32, height: i32): i32 {
  return min(height, max(1, bandBytes / (8 * pitchOf(width))));
}

/** Bytes of working memory that `findVisible` needs. */
export function findVisibleScratch(vertexCount: i32, width: i32, height: i32): usize {
  return vertexBytes * vertexCount + 8 * pitchOf(width) * bandRows(width, height);
}

/**
 * @param flags of vertices.ts. @param visible [height, width] int32 and @param weights [height, width, 3]: what is found, −1 and 0
 * where nothing is visible
 */
export function findVisible(
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
  weights: usize,
  scratch: usize,
): void {
  const vertices = scratch;
  const depths = vertices + vertexBytes * vertexCount;
  const rows = bandRows(width, height);
  const size = 4 * pitchOf(width) * rows;
  const buffer = depths + size;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  for (let start = 0; start < height; start += rows) {
    const end = min(height, start + rows);
    fill(depths, size, f32x4.splat(-Infinity));
    memory.fill(buffer, 0xff, size);
    drawFaces(faces, faceCount, vertices, width, height, start, end, flags, buffer, depths);
    const offset = 4 * start * width;
    weigh(faces, vertices, width, height, start, end, buffer, visible + offset, weights + 3 * offset);
  }
}

function fill(to: usize, bytes: usize, value: v128): void {
  const end = to + bytes;
  for (; to < (end & ~15); to += 16) v128.store(to, value);
  for (; to < end; to += 4) v128.store32_lane(to, value, 0);
}

/** Draws into the rows `start` up to `end`, the first of which is the first of the buffers. */
function drawFaces(
  faces: usize,
  faceCount: i32,
  vertices: usize,
  width: i32,
  height: i32,
  start: i32,
  end: i32,
  flags: i32,
  buffer: usize,
  depths: usize,
): void {
  const pitch = 4 * pitchOf(width);
  const isHalfOpen = (flags & perspective) === 0;
  const isCulling = (flags & culling) !== 0;
  const halfWidth = f64(width) / 2;
  const halfHeight = f64(height) / 2;
  const scale = f64x2.replace_lane(f64x2.splat(halfWidth), 1, -halfHeight);
  const shift = f64x2.replace_lane(f64x2.splat(halfWidth - 0.5), 1, halfHeight - 0.5);
  const margin = f64x2.splat(slack);
  const origin = f64x2.replace_lane(f64x2.splat(0), 1, start);
  const limits = f64x2.replace_lane(f64x2.splat(width - 1), 1, end - 1);
  for (let f = 0; f < faceCount; f++, faces += 12) {
    const va = vertices + vertexBytes * load<u32>(faces);
    let vb = vertices + vertexBytes * load<u32>(faces, 4);
    let vc = vertices + vertexBytes * load<u32>(faces, 8);
    if (load<f64>(va, 24) * load<f64>(vb, 24) * load<f64>(vc, 24) === 0) continue;
    const a = v128.load(va);
    let b = v128.load(vb);
    let c = v128.load(vc);
    const products = f64x2.mul(f64x2.sub(b, a), swapped(f64x2.sub(c, a)));
    const area = f64x2.extract_lane(products, 0) - f64x2.extract_lane(products, 1);
    const isClockwise = area < 0;
    if (isClockwise && isCulling) continue;
    const low = f64x2.pmin(f64x2.pmin(a, b), c);
    const high = f64x2.pmax(f64x2.pmax(a, b), c);
    const outside = v128.or(f64x2.lt(high, f64x2.splat(-1)), f64x2.gt(low, f64x2.splat(1)));
    if (v128.any_true(outside)) continue;
    const sides = f64x2.sub(high, low);
    const squares = f64x2.mul(sides, sides);
    const extent = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    if (!(abs<f64>(area) > flatness * extent && abs<f64>(area) > smallestArea)) continue;

    // Counter-clockwise in the picture from here on, in pixels.
    const swap = vb;
    vb = isClockwise ? vc : vb;
    vc = isClockwise ? swap : vc;
    const pa = f64x2.add(f64x2.mul(a, scale), shift);
    b = f64x2.add(f64x2.mul(v128.load(vb), scale), shift);
    c = f64x2.add(f64x2.mul(v128.load(vc), scale), shift);
    const first = f64x2.pmin(f64x2.pmin(pa, b), c);
    const last = f64x2.pmax(f64x2.pmax(pa, b), c);
    const from = f64x2.pmax(f64x2.ceil(f64x2.sub(first, margin)), origin);
    const to = f64x2.pmin(f64x2.floor(f64x2.add(last, margin)), limits);
    if (v128.any_true(f64x2.gt(from, to))) continue;
    const wholeFrom = wholes(from);
    const wholeTo = wholes(to);
    let firstRow = i32x4.extract_lane(wholeFrom, 2);
    const lastRow = i32x4.extract_lane(wholeTo, 2);
    // Whether it may be that the face only touches its first row, or its last.
    const mayTouch = v128.or(
      f64x2.ne(f64x2.ceil(f64x2.add(first, margin)), f64x2.ceil(f64x2.sub(first, margin))),
      f64x2.ne(f64x2.floor(f64x2.add(last, margin)), f64x2.floor(f64x2.sub(last, margin))),
    );
    const mayTouchRow = i32x4.extract_lane(mayTouch, 2) !== 0;
    if (isHalfOpen && f64(height - 2 * firstRow - 1) / f64(height) >= f64x2.extract_lane(high, 1)) firstRow++;

    // Of the edges ab and bc, and of ca: columns and rows from end to end, and columns a row.
    const ab = f64x2.sub(b, pa);
    const bc = f64x2.sub(c, b);
    const ca = f64x2.sub(pa, c);
    const rows2 = v128.shuffle<f64>(ab, bc, 1, 3);
    const slopes2 = f64x2.div(v128.shuffle<f64>(ab, bc, 0, 2), rows2);
    const rowsOfCa = v128.shuffle<f64>(ca, ca, 1, 1);
    const slopeOfCa = f64x2.div(v128.shuffle<f64>(ca, ca, 0, 0), rowsOfCa);
    const row0 = f64x2.splat(firstRow);
    const crossing2 = f64x2.add(
      v128.shuffle<f64>(pa, b, 0, 2),
      f64x2.mul(slopes2, f64x2.sub(row0, v128.shuffle<f64>(pa, b, 1, 3))),
    );
    const crossingOfCa = f64x2.add(
      v128.shuffle<f64>(c, c, 0, 0),
      f64x2.mul(slopeOfCa, f64x2.sub(row0, v128.shuffle<f64>(c, c, 1, 1))),
    );
    // Going down the face is on the right of an edge, going up on its left.
    const zero = f64x2.splat(0);
    const none = f64x2.splat(-Infinity);
    const down2 = f64x2.gt(rows2, zero);
    const up2 = f64x2.lt(rows2, zero);
    const fromOf2 = v128.bitselect(crossing2, none, down2);
    const toOf2 = v128.bitselect(f64x2.neg(crossing2), none, up2);
    const fromStep2 = v128.and(slopes2, down2);
    const toStep2 = v128.and(f64x2.neg(slopes2), up2);
    let spanOfAb = v128.shuffle<f64>(fromOf2, toOf2, 0, 2);
    let spanOfBc = v128.shuffle<f64>(fromOf2, toOf2, 1, 3);
    const stepOfAb = v128.shuffle<f64>(fromStep2, toStep2, 0, 2);
    const stepOfBc = v128.shuffle<f64>(fromStep2, toStep2, 1, 3);
    const down = f64x2.gt(rowsOfCa, zero);
    const up = f64x2.lt(rowsOfCa, zero);
    const sides2 = v128.shuffle<f64>(down, up, 0, 2);
    const bothSlopes = v128.shuffle<f64>(slopeOfCa, f64x2.neg(slopeOfCa), 0, 2);
    const bothCrossings = v128.shuffle<f64>(crossingOfCa, f64x2.neg(crossingOfCa), 0, 2);
    let spanOfCa = v128.bitselect(bothCrossings, none, sides2);
    const stepOfCa = v128.and(bothSlopes, sides2);
    const steep = f64x2.splat(steepest);
    const steps = f64x2.pmax(f64x2.abs(stepOfCa), f64x2.pmax(f64x2.abs(stepOfAb), f64x2.abs(stepOfBc)));
    const isDoubtful = v128.any_true(f64x2.gt(f64x2.pmax(steps, f64x2.sub(last, first)), steep));

    // (N, D) at the first column of the first row, and their steps.
    const ka = v128.load(va, 16);
    const kb = v128.load(vb, 16);
    const kc = v128.load(vc, 16);
    const perColumn = f64x2.add(
      f64x2.mul(ka, v128.shuffle<f64>(bc, bc, 1, 1)),
      f64x2.add(f64x2.mul(kb, rowsOfCa), f64x2.mul(kc, v128.shuffle<f64>(ab, ab, 1, 1))),
    );
    const perRow = f64x2.neg(
      f64x2.add(
        f64x2.mul(ka, v128.shuffle<f64>(bc, bc, 0, 0)),
        f64x2.add(
          f64x2.mul(kb, v128.shuffle<f64>(ca, ca, 0, 0)),
          f64x2.mul(kc, v128.shuffle<f64>(ab, ab, 0, 0)),
        ),
      ),
    );
    const areas = f64x2.mul(ab, swapped(ca));
    const doubled = f64x2.splat(f64x2.extract_lane(areas, 0) - f64x2.extract_lane(areas, 1));
    const toFirst = f64x2.sub(f64x2.replace_lane(from, 1, firstRow), pa);
    let sums = f64x2.add(
      f64x2.mul(ka, doubled),
      f64x2.add(
        f64x2.mul(perColumn, v128.shuffle<f64>(toFirst, toFirst, 0, 0)),
        f64x2.mul(perRow, v128.shuffle<f64>(toFirst, toFirst, 1, 1)),
      ),
    );
    const firstColumn = i32x4.extract_lane(wholeFrom, 0);
    const boxEnd = i32x4.extract_lane(wholeTo, 0);
    const box = f64x2.replace_lane(
      f64x2.splat(f64x2.extract_lane(from, 0) - 0.5),
      1,
      -f64x2.extract_lane(to, 0) - 0.5,
    );
    const numeratorStep = v128.shuffle<f64>(perColumn, perColumn, 0, 0);
    const denominatorStep = v128.shuffle<f64>(perColumn, perColumn, 1, 1);
    const face = i32x4.splat(f);
    const isUnsure = isDoubtful || mayTouchRow;

    for (let row = firstRow; row <= lastRow; row++) {
      const span = f64x2.pmax(f64x2.pmax(spanOfAb, spanOfBc), f64x2.pmax(spanOfCa, box));
      const ends = f64x2.ceil(f64x2.sub(span, margin));
      const isAtCentre = v128.any_true(f64x2.ne(ends, f64x2.ceil(f64x2.add(span, margin))));
      const wholeEnds = wholes(ends);
      let column = i32x4.extract_lane(wholeEnds, 0);
      let lastColumn = -i32x4.extract_lane(wholeEnds, 2);
      if (isAtCentre || isUnsure) {
        // Of a doubtful face nothing is known but its box.
        const settled = isDoubtful
          ? settle(va, vb, vc, firstColumn, boxEnd, row, width, height, isHalfOpen)
          : settle(va, vb, vc, column, lastColumn, row, width, height, isHalfOpen);
        column = i32(settled);
        lastColumn = i32(settled >> 32);
      }
      if (column <= lastColumn) {
        const numerator = v128.shuffle<f64>(sums, sums, 0, 0);
        const denominator = v128.shuffle<f64>(sums, sums, 1, 1);
        const at = pitch * (row - start) + 4 * column;
        drawSpan(
          f64(column - firstColumn),
          lastColumn - column,
          numerator,
          denominator,
          numeratorStep,
          denominatorStep,
          face,
          buffer + at,
          depths + at,
        );
      }
      spanOfAb = f64x2.add(spanOfAb, stepOfAb);
      spanOfBc = f64x2.add(spanOfBc, stepOfBc);
      spanOfCa = f64x2.add(spanOfCa, stepOfCa);
      sums = f64x2.add(sums, perRow);
    }
  }
}

function swapped(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 1, 0);
}

/** Shows a face at those of `more` + 1 pixels at which it is the nearest so far. */
function drawSpan(
  offset: f64,
  more: i32,
  numerator: v128,
  denominator: v128,
  numeratorStep: v128,
  denominatorStep: v128,
  face: v128,
  visible: usize,
  depths: usize,
): void {
  const two = f64x2.splat(2);
  let offsets = f64x2.replace_lane(f64x2.splat(offset), 1, offset + 1);
  const lanes = i32x4(0, 1, 2, 3);
  for (; more >= 0; more -= 4, visible += 16, depths += 16) {
    const n0 = f64x2.add(numerator, f64x2.mul(numeratorStep, offsets));
    const d0 = f64x2.add(denominator, f64x2.mul(denominatorStep, offsets));
    offsets = f64x2.add(offsets, two);
    const n1 = f64x2.add(numerator, f64x2.mul(numeratorStep, offsets));
    const d1 = f64x2.add(denominator, f64x2.mul(denominatorStep, offsets));
    offsets = f64x2.add(offsets, two);
    const here = demote(f64x2.div(n0, d0), f64x2.div(n1, d1));
    const before = v128.load(depths);
    const isNearer = v128.and(f32x4.gt(here, before), i32x4.le_s(lanes, i32x4.splat(more)));
    v128.store(depths, pick(here, before, isNearer));
    v128.store(visible, pick(face, v128.load(visible), isNearer));
  }
}

/** The columns `first` up to `last` of a row without those at either end that the face does not cover: first | last << 32. */
function settle(
  va: usize,
  vb: usize,
  vc: usize,
  first: i32,
  last: i32,
  row: i32,
  width: i32,
  height: i32,
  isHalfOpen: bool,
): i64 {
  const py = f64(height - 2 * row - 1) / f64(height);
  const ax = load<f64>(va);
  const bx = load<f64>(vb);
  const cx = load<f64>(vc);
  const ady = load<f64>(va, 8) - py;
  const bdy = load<f64>(vb, 8) - py;
  const cdy = load<f64>(vc, 8) - py;
  const right = max(max(ax, bx), cx);
  for (; first <= last; first++) {
    const px = f64(2 * first + 1 - width) / f64(width);
    if (covers(ax - px, bx - px, cx - px, ady, bdy, cdy)) break;
  }
  for (; last >= first; last--) {
    const px = f64(2 * last + 1 - width) / f64(width);
    if (covers(ax - px, bx - px, cx - px, ady, bdy, cdy) && !(isHalfOpen && px >= right)) break;
  }
  return (i64(last) << 32) | i64(u32(first));
}

/** Whether a pixel centre lies in a face, given its corners as seen from it. */
function covers(ax: f64, bx: f64, cx: f64, ay: f64, by: f64, cy: f64): bool {
  return bx * cy - cx * by >= 0 && cx * ay - ax * cy >= 0 && ax * by - bx * ay >= 0;
}

/** Weights of the visible faces in the rows `first` up to `last`, a run of pixels of one face at a time. */
function weigh(
  faces: usize,
  vertices: usize,
  width: i32,
  height: i32,
  first: i32,
  last: i32,
  buffer: usize,
  visible: usize,
  weights: usize,
): void {
  const end = visible + 4 * width * (last - first);
  const step = 2 / f64(width);
  const minusOnes = i32x4.splat(-1);
  const zeros = f32x4.splat(0);
  for (let row = first; row < last; row++, buffer += 16) {
    const py = f64(height - 2 * row - 1) / f64(height);
    const rowEnd = buffer + 4 * width;
    while (buffer < rowEnd) {
      const group = v128.load(buffer);
      if (i32x4.all_true(i32x4.lt_s(group, zeros)) && visible + 16 <= end && buffer + 16 <= rowEnd) {
        v128.store(visible, minusOnes);
        v128.store(weights, zeros);
        v128.store(weights, zeros, 16);
        v128.store(weights, zeros, 32);
        buffer += 16;
        visible += 16;
        weights += 48;
        continue;
      }
      const face = i32x4.extract_lane(group, 0);
      if (face < 0) {
        store<i32>(visible, -1);
        store<i64>(weights, 0);
        store<i32>(weights, 0, 8);
        buffer += 4;
        visible += 4;
        weights += 12;
        continue;
      }
      let runEnd = buffer + 4;
      while (runEnd < rowEnd && load<i32>(runEnd) === face) runEnd += 4;
      const corners = faces + 12 * face;
      const va = vertices + vertexBytes * load<u32>(corners);
      const vb = vertices + vertexBytes * load<u32>(corners, 4);
      const vc = vertices + vertexBytes * load<u32>(corners, 8);
      const column = width - (i32(rowEnd - buffer) >> 2);
      const px = f64(2 * column + 1 - width) / f64(width);
      const center = f64x2.replace_lane(f64x2.splat(px), 1, py);
      const a = f64x2.sub(v128.load(va), center);
      const b = f64x2.sub(v128.load(vb), center);
      const c = f64x2.sub(v128.load(vc), center);
      // Clockwise faces have areas below 0 everywhere, which cancels in weights.
      const aShare = load<f64>(va, 24);
      const bShare = load<f64>(vb, 24);
      const cShare = load<f64>(vc, 24);
      const ay = f64x2.extract_lane(a, 1);
      const by = f64x2.extract_lane(b, 1);
      const cy = f64x2.extract_lane(c, 1);
      const qa = crossProduct(b, c) * aShare;
      const qb = crossProduct(c, a) * bShare;
      const qc = crossProduct(a, b) * cShare;
      const stepA = step * (by - cy) * aShare;
      const stepB = step * (cy - ay) * bShare;
      const stepC = step * (ay - by) * cShare;
      weighRun(qa, qb, qc, stepA, stepB, stepC, face, runEnd - buffer, visible, weights, end);
      const bytes = runEnd - buffer;
      buffer = runEnd;
      visible += bytes;
      weights += 3 * bytes;
    }
  }
}

function crossProduct(a: v128, b: v128): f64 {
  const products = f64x2.mul(a, swapped(b));
  return f64x2.extract_lane(products, 0) - f64x2.extract_lane(products, 1);
}

/** @param bytes of a run in `visible`. What follows behind a run is overwritten later, or lies at `end`, and is left alone. */
function weighRun(
  qa: f64,
  qb: f64,
  qc: f64,
  stepA: f64,
  stepB: f64,
  stepC: f64,
  face: i32,
  bytes: usize,
  visible: usize,
  weights: usize,
  end: usize,
): void {
  const runEnd = visible + bytes;
  const one = f64x2.splat(1);
  const zero = f32x4.splat(0);
  const perPairA = f64x2.splat(2 * stepA);
  const perPairB = f64x2.splat(2 * stepB);
  const perPairC = f64x2.splat(2 * stepC);
  let pairA = f64x2.replace_lane(f64x2.splat(qa), 1, qa + stepA);
  let pairB = f64x2.replace_lane(f64x2.splat(qb), 1, qb + stepB);
  let pairC = f64x2.replace_lane(f64x2.splat(qc), 1, qc + stepC);
  for (; visible < runEnd; visible += 16, weights += 48) {
    const scale0 = f64x2.div(one, f64x2.add(f64x2.add(pairA, pairB), pairC));
    const a0 = f64x2.mul(pairA, scale0);
    const b0 = f64x2.mul(pairB, scale0);
    const c0 = f64x2.mul(pairC, scale0);
    pairA = f64x2.add(pairA, perPairA);
    pairB = f64x2.add(pairB, perPairB);
    pairC = f64x2.add(pairC, perPairC);
    const scale1 = f64x2.div(one, f64x2.add(f64x2.add(pairA, pairB), pairC));
    // Rounding may carry a centre on an edge to its other side.
    const a = f32x4.pmax(zero, demote(a0, f64x2.mul(pairA, scale1)));
    const b = f32x4.pmax(zero, demote(b0, f64x2.mul(pairB, scale1)));
    const c = f32x4.pmax(zero, demote(c0, f64x2.mul(pairC, scale1)));
    pairA = f64x2.add(pairA, perPairA);
    pairB = f64x2.add(pairB, perPairB);
    pairC = f64x2.add(pairC, perPairC);
    const lowAb = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const highAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const w0 = v128.shuffle<f32>(lowAb, c, 0, 1, 4, 2);
    const w1 = v128.shuffle<f32>(v128.shuffle<f32>(lowAb, c, 3, 5, 3, 5), highAb, 0, 1, 4, 5);
    const w2 = v128.shuffle<f32>(highAb, c, 6, 2, 3, 7);
    if (visible + 16 <= end) {
      v128.store(visible, i32x4.splat(face));
      v128.store(weights, w0);
      v128.store(weights, w1, 16);
      v128.store(weights, w2, 32);
    } else {
      storeTail(i32(end - visible) >> 2, face, w0, w1, w2, visible, weights);
    }
  }
}

/** The last one to three pixels of a picture. */
function storeTail(
  count: i32,
  face: i32,
  w0: v128,
  w1: v128,
  w2: v128,
  visible: usize,
  weights: usize,
): void {
  for (let i = 0; i < count; i++) store<i32>(visible + 4 * i, face);
  v128.store64_lane(weights, w0, 0);
  v128.store32_lane(weights, w0, 2, 8);
  if (count < 2) return;
  v128.store32_lane(weights, w0, 3, 12);
  v128.store64_lane(weights, w1, 0, 16);
  if (count < 3) return;
  v128.store64_lane(weights, w1, 1, 24);
  v128.store32_lane(weights, w2, 0, 32);
}
