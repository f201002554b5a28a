// From gradients of barycentric weights to gradients of positions, through nine sums a face: S_jk = Σ_p (g_j − ḡ) b_k. The twin of
// scalar/weights.ts, which has the derivation: ∂L/∂M = −Aᵀ S, where M holds the corners of the face, (x, y, 1)·w, and A is its inverse.

import { addPlanarGradient, perspective, projectVertices, vertexBytes } from './vertices';

/** Bytes of S, in the order aa ab ac ba bb bc ca cb cc. */
export const faceSumBytes: usize = 72;
/** Bytes of the gradient of a vertex: x, y, w and one that is not used. */
const gradientBytes: usize = 32;

/** Bytes of working memory that `addWeightGradient` needs. */
export function weightGradientScratch(vertexCount: i32): usize {
  return (vertexBytes + gradientBytes) * vertexCount;
}

/** Bytes of working memory that `weightsBackward` needs. */
export function weightsBackwardScratch(vertexCount: i32, faceCount: i32): usize {
  return weightGradientScratch(vertexCount) + (faceSumBytes + 1) * faceCount;
}

/** @param visible, weights of the item's `count` fragments. @param upstream [count, 3]. @param positionGradient added to */
export function weightsBackward(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  faceCount: i32,
  near: f64,
  flags: i32,
  visible: usize,
  weights: usize,
  count: i32,
  upstream: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const sums = scratch + weightGradientScratch(vertexCount);
  const touched = sums + faceSumBytes * faceCount;
  memory.fill(sums, 0, (faceSumBytes + 1) * faceCount);
  for (let i = 0; i < count; i++, visible += 4, weights += 12, upstream += 12) {
    const face = load<i32>(visible);
    if (face < 0) continue;
    const a = f64(load<f32>(weights));
    const b = f64(load<f32>(weights, 4));
    const c = f64(load<f32>(weights, 8));
    const ga = f64(load<f32>(upstream));
    const gb = f64(load<f32>(upstream, 4));
    const gc = f64(load<f32>(upstream, 8));
    const mean = a * ga + b * gb + c * gc;
    const to = sums + faceSumBytes * face;
    addRow(to, ga - mean, a, b, c);
    addRow(to + 24, gb - mean, a, b, c);
    addRow(to + 48, gc - mean, a, b, c);
    store<u8>(touched + face, 1);
  }
  addWeightGradient(
    positions,
    stride,
    vertexCount,
    faces,
    faceCount,
    near,
    flags,
    sums,
    touched,
    positionGradient,
    scratch,
  );
}

function addRow(to: usize, g: f64, a: f64, b: f64, c: f64): void {
  const ab = f64x2.replace_lane(f64x2.splat(a), 1, b);
  v128.store(to, f64x2.add(v128.load(to), f64x2.mul(f64x2.splat(g), ab)));
  store<f64>(to, load<f64>(to, 16) + g * c, 16);
}

/** Adds −Aᵀ S of every touched face to the gradients of positions. */
export function addWeightGradient(
  positions: usize,
  stride: i32,
  vertexCount: i32,
  faces: usize,
  faceCount: i32,
  near: f64,
  flags: i32,
  sums: usize,
  touched: usize,
  positionGradient: usize,
  scratch: usize,
): void {
  const vertices = scratch;
  const gradient = vertices + vertexBytes * vertexCount;
  projectVertices(positions, stride, vertexCount, near, flags, vertices);
  memory.fill(gradient, 0, gradientBytes * vertexCount);
  for (let f = 0; f < faceCount; f++, faces += 12, sums += faceSumBytes) {
    if (load<u8>(touched + f) === 0) continue;
    const ia = load<i32>(faces);
    const ib = load<i32>(faces, 4);
    const ic = load<i32>(faces, 8);
    const va = vertices + vertexBytes * ia;
    const vb = vertices + vertexBytes * ib;
    const vc = vertices + vertexBytes * ic;
    const ax = load<f64>(va);
    const ay = load<f64>(va, 8);
    const bx = load<f64>(vb);
    const by = load<f64>(vb, 8);
    const cx = load<f64>(vc);
    const cy = load<f64>(vc, 8);
    // Rows of A: normal and offset of the edge opposite a corner, over the area and, by 1/w, in homogeneous coordinates.
    const scale = 1 / ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay));
    const ja = scale * load<f64>(va, 24);
    const jb = scale * load<f64>(vb, 24);
    const jc = scale * load<f64>(vc, 24);
    const rowA = f64x2.replace_lane(f64x2.splat((by - cy) * ja), 1, (cx - bx) * ja);
    const rowB = f64x2.replace_lane(f64x2.splat((cy - ay) * jb), 1, (ax - cx) * jb);
    const rowC = f64x2.replace_lane(f64x2.splat((ay - by) * jc), 1, (bx - ax) * jc);
    const offsetA = (bx * cy - cx * by) * ja;
    const offsetB = (cx * ay - ax * cy) * jb;
    const offsetC = (ax * by - bx * ay) * jc;
    subtractColumn(sums, rowA, rowB, rowC, offsetA, offsetB, offsetC, gradient + gradientBytes * ia);
    subtractColumn(sums + 8, rowA, rowB, rowC, offsetA, offsetB, offsetC, gradient + gradientBytes * ib);
    subtractColumn(sums + 16, rowA, rowB, rowC, offsetA, offsetB, offsetC, gradient + gradientBytes * ic);
  }
  if (stride === 4 && (flags & perspective) !== 0) {
    const end = gradient + gradientBytes * vertexCount;
    for (let at = gradient; at < end; at += gradientBytes, positionGradient += 16) {
      const xy = f32x4.demote_f64x2_zero(v128.load(at));
      const all = f32x4.replace_lane(xy, 3, f32(load<f64>(at, 16)));
      v128.store(positionGradient, f32x4.add(v128.load(positionGradient), all));
    }
  } else {
    addPlanarGradient(positions, stride, vertexCount, vertices, gradient, gradientBytes, positionGradient);
  }
}

/** Takes Aᵀ times a column of S from the gradient of a vertex. */
function subtractColumn(
  column: usize,
  rowA: v128,
  rowB: v128,
  rowC: v128,
  offsetA: f64,
  offsetB: f64,
  offsetC: f64,
  to: usize,
): void {
  const sa = load<f64>(column);
  const sb = load<f64>(column, 24);
  const sc = load<f64>(column, 48);
  const sum = f64x2.add(
    f64x2.add(f64x2.mul(rowA, f64x2.splat(sa)), f64x2.mul(rowB, f64x2.splat(sb))),
    f64x2.mul(rowC, f64x2.splat(sc)),
  );
  v128.store(to, f64x2.sub(v128.load(to), sum));
  store<f64>(to, load<f64>(to, 16) - (offsetA * sa + offsetB * sb + offsetC * sc), 16);
}
