// The edge gradient of one picture. The twin of scalar/edgeGradient.ts, with the formulas of reference/edgeGradient.ts, in the same double
// precision: four neighbouring pixels at a time are passed over where they, those to their right and those below show one face.
//
// Two neighbours A and B that show different faces have an edge between them, which moves the picture by −G,
// G = ½ Σ (∂L/∂I_A + ∂L/∂I_B) (I_B − I_A). Whether A's centre lies in B's face, behind A's, and B's in A's, tells whose edge it is, and so
// who moves by how much of −G (Pidhorskyi et al., Rasterized Edge Gradients, ECCV 2024, equations 11 and 14).

import { perspective, projectVertices, vertexBytes } from './vertices';

/** Bytes of dL/dX, dL/dY, dL/dZ, dL/dw of a vertex. */
const gradientBytes: usize = 32;

// The record of a picture that all steps read: addresses and numbers of four bytes, then doubles.
const corners: usize = 0;
const drawn: usize = 4;
const sums: usize = 8;
const rows: usize = 12;
const rowBytes: usize = 16;
const isLinearInSpace: usize = 20;
const across: usize = 24;
const down: usize = 28;
const shown: usize = 32;
const shownWeights: usize = 36;
const maxDpDr: usize = 40;
const recordBytes: usize = 48;

/** Bytes of working memory that `edgeGradient` needs. */
export function edgeGradientScratch(vertexCount: i32): usize {
  return recordBytes + (vertexBytes + gradientBytes) * vertexCount;
}

/**
 * @param visible [height, width] int32, @param weights [height, width, 3]. @param colors, upstream [height, width, channels]. @param limit
 * of ‖∂p/∂r‖. @param positionGradient added to
 */
export function edgeGradient(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  _faceCount: i32,
  near: f64,
  flags: i32,
  width: i32,
  height: i32,
  visible: usize,
  weights: usize,
  colors: usize,
  channels: i32,
  upstream: usize,
  limit: f64,
  positionGradient: usize,
  scratch: usize,
): void {
  const picture = scratch;
  const vertices = picture + recordBytes;
  const gradient = vertices + vertexBytes * vertexCount;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(gradient, 0, gradientBytes * vertexCount);
  store<usize>(picture, faces, corners);
  store<usize>(picture, vertices, drawn);
  store<usize>(picture, gradient, sums);
  // w of a vertex is the last number of its row; divided positions have none.
  store<usize>(picture, stride === 4 ? positions + 12 : 0, rows);
  store<i32>(picture, 4 * stride, rowBytes);
  store<i32>(picture, flags & perspective, isLinearInSpace);
  store<i32>(picture, width, across);
  store<i32>(picture, height, down);
  store<usize>(picture, visible, shown);
  store<usize>(picture, weights, shownWeights);
  store<f64>(picture, limit, maxDpDr);

  const line = 4 * width;
  for (let row = 0; row < height; row++) {
    const first = visible + line * row;
    const below = row + 1 < height ? line : 0;
    for (let group = 0; group < width; group += 4) {
      let lanes = group + 4 < width ? borders(first + 4 * group, below) : (1 << (width - group)) - 1;
      for (; lanes !== 0; lanes &= lanes - 1) {
        const column = group + ctz(lanes);
        const here = first + 4 * column;
        const face = load<i32>(here);
        const a = row * width + column;
        if (column + 1 < width && load<i32>(here, 4) !== face) {
          const jump = jumpBetween(a, a + 1, channels, colors, upstream);
          if (jump !== 0) meet(picture, a, a + 1, column, row, 1, jump);
        }
        if (below !== 0 && load<i32>(here + below) !== face) {
          const jump = jumpBetween(a, a + width, channels, colors, upstream);
          if (jump !== 0) meet(picture, a, a + width, column, row, 0, jump);
        }
      }
    }
  }
  for (let v = 0, at = gradient; v < vertexCount; v++, at += gradientBytes) {
    for (let k = 0; k < stride; k++, positionGradient += 4) {
      store<f32>(positionGradient, f32(f64(load<f32>(positionGradient)) + load<f64>(at + 8 * k)));
    }
  }
}

/** Which of four pixels show another face than the one to their right, or the one below, `below` bytes on: a bit each. */
function borders(at: usize, below: usize): i32 {
  const here = v128.load(at);
  const differ = v128.or(i32x4.ne(here, v128.load(at, 4)), i32x4.ne(here, v128.load(at + below)));
  return i32x4.bitmask(differ);
}

/** G of two pixels. */
function jumpBetween(a: i32, b: i32, channels: i32, colors: usize, upstream: usize): f64 {
  const i = 4 * a * channels;
  const j = 4 * b * channels;
  let jump: f64 = 0;
  for (let c = 0; c < 4 * channels; c += 4) {
    const step = f64(load<f32>(colors + j + c)) - f64(load<f32>(colors + i + c));
    jump += (f64(load<f32>(upstream + i + c)) + f64(load<f32>(upstream + j + c))) * step;
  }
  return 0.5 * jump;
}

/** Passes on the gradient of the edge between pixel a, in a column and row, and its neighbour b: to its right, or below. */
function meet(picture: usize, a: i32, b: i32, column: i32, row: i32, toRight: i32, jump: f64): void {
  const visible = load<usize>(picture, shown);
  const faceA = load<i32>(visible + 4 * a);
  const faceB = load<i32>(visible + 4 * b);
  const columnB = column + toRight;
  const rowB = row + 1 - toRight;
  // Pixels a unit of the image plane, along the axis from a to b.
  const gx = toRight !== 0 ? -jump * (f64(load<i32>(picture, across)) / 2) : 0;
  const gy = toRight !== 0 ? 0 : jump * (f64(load<i32>(picture, down)) / 2);
  if (faceA < 0 || faceB < 0) {
    if (faceA < 0) move(picture, b, faceB, columnB, rowB, gx, gy, 0);
    else move(picture, a, faceA, column, row, gx, gy, 0);
    return;
  }
  const bAtA = depthBelow(picture, faceB, faceA, column, row);
  const aAtB = depthBelow(picture, faceA, faceB, columnB, rowB);
  if (bAtA > -Infinity && aAtB > -Infinity) {
    const aSlope = aAtB - depthAt(picture, faceA, column, row);
    const bSlope = depthAt(picture, faceB, columnB, rowB) - bAtA;
    const difference = bSlope - aSlope;
    if (!(difference > 0)) return;
    const limit = load<f64>(picture, maxDpDr);
    const aScale = min(1 / difference, limit / sqrt(aSlope * aSlope + 1));
    const bScale = min(1 / difference, limit / sqrt(bSlope * bSlope + 1));
    move(picture, a, faceA, column, row, -aScale * aSlope * gx, -aScale * aSlope * gy, -aScale * jump);
    move(picture, b, faceB, columnB, rowB, bScale * bSlope * gx, bScale * bSlope * gy, bScale * jump);
  } else if (bAtA > -Infinity) {
    move(picture, a, faceA, column, row, gx, gy, 0);
  } else if (aAtB > -Infinity) {
    move(picture, b, faceB, columnB, rowB, gx, gy, 0);
  }
}

/**
 * Depth of a face at the centre of a pixel that shows another one; −∞ where the centre lies outside, or on the face's outline and not
 * below what is seen there.
 */
function depthBelow(picture: usize, face: i32, seen: i32, column: i32, row: i32): f64 {
  const side = sideOf(picture, face, column, row);
  if (side < 0) return -Infinity;
  const depth = depthAt(picture, face, column, row);
  if (side > 0) return depth;
  const depthSeen = sideOf(picture, seen, column, row) < 0 ? -Infinity : depthAt(picture, seen, column, row);
  return f32(depth) < f32(depthSeen) ? depth : -Infinity;
}

/** 1 where the centre of a pixel lies inside a face, 0 on its outline, −1 outside. */
function sideOf(picture: usize, face: i32, column: i32, row: i32): i32 {
  const center = centerOf(picture, column, row);
  const at = load<usize>(picture, corners) + 12 * face;
  const vertices = load<usize>(picture, drawn);
  const a = f64x2.sub(v128.load(vertices + vertexBytes * load<u32>(at)), center);
  const b = f64x2.sub(v128.load(vertices + vertexBytes * load<u32>(at, 4)), center);
  const c = f64x2.sub(v128.load(vertices + vertexBytes * load<u32>(at, 8)), center);
  const ea = cross(b, c);
  const eb = cross(c, a);
  const ec = cross(a, b);
  if (!((ea >= 0 && eb >= 0 && ec >= 0) || (ea <= 0 && eb <= 0 && ec <= 0))) return -1;
  return ea !== 0 && eb !== 0 && ec !== 0 ? 1 : 0;
}

/** Depth of the plane of a face at the centre of a pixel. */
function depthAt(picture: usize, face: i32, column: i32, row: i32): f64 {
  const center = centerOf(picture, column, row);
  const at = load<usize>(picture, corners) + 12 * face;
  const vertices = load<usize>(picture, drawn);
  const va = vertices + vertexBytes * load<u32>(at);
  const vb = vertices + vertexBytes * load<u32>(at, 4);
  const vc = vertices + vertexBytes * load<u32>(at, 8);
  const a = f64x2.sub(v128.load(va), center);
  const b = f64x2.sub(v128.load(vb), center);
  const c = f64x2.sub(v128.load(vc), center);
  // z·s and s side by side: their quotient is the depth.
  const sum = f64x2.add(
    f64x2.add(
      f64x2.mul(f64x2.splat(cross(b, c)), v128.load(va, 16)),
      f64x2.mul(f64x2.splat(cross(c, a)), v128.load(vb, 16)),
    ),
    f64x2.mul(f64x2.splat(cross(a, b)), v128.load(vc, 16)),
  );
  return f64x2.extract_lane(sum, 0) / f64x2.extract_lane(sum, 1);
}

function cross(a: v128, b: v128): f64 {
  const products = f64x2.mul(a, v128.shuffle<f64>(b, b, 1, 0));
  return f64x2.extract_lane(products, 0) - f64x2.extract_lane(products, 1);
}

function centerOf(picture: usize, column: i32, row: i32): v128 {
  const width = load<i32>(picture, across);
  const height = load<i32>(picture, down);
  return f64x2(f64(2 * column + 1 - width) / f64(width), f64(height - 2 * row - 1) / f64(height));
}

/** dL/d(point of the face seen at a pixel), to the corners. */
function move(picture: usize, pixel: i32, face: i32, column: i32, row: i32, gx: f64, gy: f64, gz: f64): void {
  const at = load<usize>(picture, corners) + 12 * face;
  const a = load<i32>(at);
  const b = load<i32>(at, 4);
  const c = load<i32>(at, 8);
  const weights = load<usize>(picture, shownWeights) + 12 * pixel;
  const weightA = f64(load<f32>(weights));
  const weightB = f64(load<f32>(weights, 4));
  const weightC = f64(load<f32>(weights, 8));
  const wa = wOf(picture, a);
  const wb = wOf(picture, b);
  const wc = wOf(picture, c);
  if (load<i32>(picture, isLinearInSpace) === 0) {
    const vertices = load<usize>(picture, drawn);
    moveCorner(picture, a, v128.load(vertices + vertexBytes * a), weightA, wa, gx, gy, gz);
    moveCorner(picture, b, v128.load(vertices + vertexBytes * b), weightB, wb, gx, gy, gz);
    moveCorner(picture, c, v128.load(vertices + vertexBytes * c), weightC, wc, gx, gy, gz);
    return;
  }
  const center = centerOf(picture, column, row);
  const w = weightA * wa + weightB * wb + weightC * wc;
  moveCorner(picture, a, center, weightA, w, gx, gy, gz);
  moveCorner(picture, b, center, weightB, w, gx, gy, gz);
  moveCorner(picture, c, center, weightC, w, gx, gy, gz);
}

function wOf(picture: usize, vertex: i32): f64 {
  const first = load<usize>(picture, rows);
  return first === 0 ? 1 : f64(load<f32>(first + load<i32>(picture, rowBytes) * vertex));
}

/** Adds what a corner gets: x = X/w moves by 1/w for X and by −x/w for w, at the point that counts as the corner's, `place`. */
function moveCorner(
  picture: usize,
  vertex: i32,
  place: v128,
  weight: f64,
  w: f64,
  gx: f64,
  gy: f64,
  gz: f64,
): void {
  const share = weight / w;
  const along = gx * f64x2.extract_lane(place, 0) + gy * f64x2.extract_lane(place, 1);
  const to = load<usize>(picture, sums) + gradientBytes * vertex;
  v128.store(to, f64x2.add(v128.load(to), f64x2(share * gx, share * gy)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2(weight * gz, -share * along)), 16);
}
