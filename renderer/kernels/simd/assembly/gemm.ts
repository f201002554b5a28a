// Dense matrix product, C = act(op(A)·op(B) + bias) or C += op(A)·op(B), op the identity or transposition; row-major float32.
//
// The loops of Goto and van de Geijn (Anatomy of high-performance matrix multiplication, ACM TOMS 2008): the inner dimension in blocks
// of `depth`, columns of B in blocks of `breadth`, packed as panels of 8 columns that stay in the second-level cache; rows of A in
// panels of `rows`, whose product with a panel of B lives in registers. Every element of C sums its products in the order of the inner
// dimension, wherever it lies: a product of more rows gives the same rows to the bit.

import { multiplyAdd } from './multiplyAdd';

/** Rows of C in registers. Six would need all fifteen, and V8 then keeps some in memory: half as fast. */
const rows: i32 = 4;
/** Inner dimension of a block: a panel of A and one of B fit the first-level cache. */
const depth: i32 = 256;
/** Columns of a block of B. */
const breadth: i32 = 256;
/** Panels of a transposed A that are packed at a time. */
const height: i32 = 16;

/** Bytes of working memory that `gemm` needs: a block of B, packed panels of A, and a panel of C for what sticks out. */
export function gemmScratch(): usize {
  return 4 * (depth * breadth + height * rows * depth + rows * 8);
}

/**
 * @param bias [n], or 0 for none. @param flags 1: A is given transposed, [k, m]; 2: B is, [n, k]; 4: rectify; 8: add to what C holds,
 * without bias or activation
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  bias: usize,
  flags: i32,
  scratch: usize,
): void {
  const packedB = scratch;
  const packedA = packedB + 4 * depth * breadth;
  const spill = packedA + 4 * height * rows * depth;
  const transposedA = (flags & 1) !== 0;
  const transposedB = (flags & 2) !== 0;
  // Few rows would not repay the packing of B, where its rows can be read as they lie.
  const pack = transposedB || m > 2 * rows;
  for (let k0 = 0; k0 < k; k0 += depth) {
    const kc = min(depth, k - k0);
    const adds = k0 > 0 || (flags & 8) !== 0;
    const last = k0 + kc === k && (flags & 8) === 0;
    for (let n0 = 0; n0 < n; n0 += breadth) {
      const nc = min(breadth, n - n0);
      const block = b + 4 * (transposedB ? n0 * ldb + k0 : k0 * ldb + n0);
      const whole = nc & ~7;
      if (transposedB) packTransposed(block, ldb, kc, nc, packedB);
      else if (pack) packPlain(block, ldb, kc, 0, nc, packedB);
      else if (whole < nc) packPlain(block, ldb, kc, whole, nc, packedB + 32 * kc * (whole >> 3));
      for (let m0 = 0; m0 < m; m0 += height * rows) {
        const mc = min(height * rows, m - m0);
        if (transposedA) packTransposedRows(a + 4 * (k0 * lda + m0), lda, kc, mc, packedA);
        else packRows(a + 4 * (m0 * lda + k0), lda, kc, mc, packedA);
        for (let i = 0; i < mc; i += rows) {
          const mr = min(rows, mc - i);
          const panelA = packedA + 4 * i * kc;
          for (let j = 0; j < nc; j += 8) {
            const nr = min(8, nc - j);
            const isPacked = pack || j >= whole;
            const panelB = isPacked ? packedB + 4 * j * kc : block + 4 * j;
            const stepB = isPacked ? 32 : 4 * ldb;
            const to = c + 4 * ((m0 + i) * ldc + n0 + j);
            if (mr === rows && nr === 8) {
              tile(kc, panelA, panelB, stepB, to, 4 * ldc, adds);
            } else {
              tile(kc, panelA, panelB, stepB, spill, 32, false);
              copyTile(spill, to, ldc, mr, nr, adds);
            }
          }
          if (last && (bias !== 0 || (flags & 4) !== 0)) {
            finishRows(
              c + 4 * ((m0 + i) * ldc + n0),
              ldc,
              mr,
              nc,
              bias === 0 ? 0 : bias + 4 * n0,
              (flags & 4) !== 0,
            );
          }
        }
      }
    }
  }
}

/** One tile of C, `rows` × 8: the product of a panel of A, [k][rows], and eight columns of B. Steps in bytes. */
function tile(kc: i32, a: usize, b: usize, stepB: i32, c: usize, stepC: i32, adds: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (; kc > 0; kc--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = multiplyAdd(s, b0, c00);
    c01 = multiplyAdd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = multiplyAdd(s, b0, c10);
    c11 = multiplyAdd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = multiplyAdd(s, b0, c20);
    c21 = multiplyAdd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = multiplyAdd(s, b0, c30);
    c31 = multiplyAdd(s, b1, c31);
    a += 4 * rows;
    b += stepB;
  }
  storeRow(c, c00, c01, adds);
  storeRow(c + stepC, c10, c11, adds);
  storeRow(c + 2 * stepC, c20, c21, adds);
  storeRow(c + 3 * stepC, c30, c31, adds);
}

function storeRow(c: usize, left: v128, right: v128, adds: bool): void {
  if (adds) {
    left = f32x4.add(left, v128.load(c));
    right = f32x4.add(right, v128.load(c, 16));
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}

function copyTile(from: usize, to: usize, ldc: i32, mr: i32, nr: i32, adds: bool): void {
  for (let i = 0; i < mr; i++) {
    for (let j = 0; j < nr; j++) {
      const at = to + 4 * (i * ldc + j);
      const value = load<f32>(from + 4 * (8 * i + j));
      store<f32>(at, adds ? load<f32>(at) + value : value);
    }
  }
}

/** Adds the bias, unless it is 0, to `nc` columns of rows of C, and rectifies them. */
export function finishRows(c: usize, ldc: i32, mr: i32, nc: i32, bias: usize, rectify: bool): void {
  const zero = f32x4.splat(0);
  const whole = nc & ~3;
  for (let i = 0; i < mr; i++, c += 4 * ldc) {
    for (let j = 0; j < whole; j += 4) {
      const at = c + 4 * j;
      let value = v128.load(at);
      if (bias !== 0) value = f32x4.add(value, v128.load(bias + 4 * j));
      v128.store(at, rectify ? f32x4.max(value, zero) : value);
    }
    for (let j = whole; j < nc; j++) {
      const at = c + 4 * j;
      let value = load<f32>(at);
      if (bias !== 0) value += load<f32>(bias + 4 * j);
      store<f32>(at, rectify ? max<f32>(value, 0) : value);
    }
  }
}

/** Columns `first` up to `nc` of a block of B as panels [k][8], the last one filled up with zeros. */
function packPlain(b: usize, ldb: i32, kc: i32, first: i32, nc: i32, to: usize): void {
  for (let j = first; j < nc; j += 8) {
    let from = b + 4 * j;
    if (nc - j >= 8) {
      for (let p = 0; p < kc; p++, from += 4 * ldb, to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    } else {
      for (let p = 0; p < kc; p++, from += 4 * ldb, to += 32) {
        for (let i = 0; i < 8; i++) store<f32>(to + 4 * i, j + i < nc ? load<f32>(from + 4 * i) : 0);
      }
    }
  }
}

/** The same for a B that is given transposed: rows of what is given become columns of the panels. */
function packTransposed(b: usize, ldb: i32, kc: i32, nc: i32, to: usize): void {
  for (let j = 0; j < nc; j += 8, to += 32 * kc) {
    for (let half = 0; half < 8; half += 4) {
      const from = b + 4 * (j + half) * ldb;
      if (nc - j - half >= 4) transpose4(from, 4 * ldb, kc, to + 4 * half, 32);
      else {
        for (let p = 0; p < kc; p++) {
          for (let i = 0; i < 4; i++) {
            store<f32>(
              to + 32 * p + 4 * (half + i),
              j + half + i < nc ? load<f32>(from + 4 * (i * ldb + p)) : 0,
            );
          }
        }
      }
    }
  }
}

/** Four rows of `count` numbers to `count` rows of four. Steps in bytes. */
function transpose4(from: usize, fromStep: i32, count: i32, to: usize, toStep: i32): void {
  const whole = count & ~3;
  let p = 0;
  for (; p < whole; p += 4, from += 16, to += 4 * toStep) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + fromStep);
    const r2 = v128.load(from + 2 * fromStep);
    const r3 = v128.load(from + 3 * fromStep);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    v128.store(to + toStep, v128.shuffle<f64>(low01, low23, 1, 3));
    v128.store(to + 2 * toStep, v128.shuffle<f64>(high01, high23, 0, 2));
    v128.store(to + 3 * toStep, v128.shuffle<f64>(high01, high23, 1, 3));
  }
  for (; p < count; p++, from += 4, to += toStep) {
    for (let i = 0; i < 4; i++) store<f32>(to + 4 * i, load<f32>(from + i * fromStep));
  }
}

/** Rows of A as panels [k][rows]; rows that are not there are zeros. */
function packRows(a: usize, lda: i32, kc: i32, mc: i32, to: usize): void {
  for (let i = 0; i < mc; i += rows, to += 4 * rows * kc) {
    const from = a + 4 * i * lda;
    const mr = min(rows, mc - i);
    if (mr === rows) transpose4(from, 4 * lda, kc, to, 4 * rows);
    else {
      for (let p = 0; p < kc; p++) {
        for (let r = 0; r < rows; r++) {
          store<f32>(to + 4 * (rows * p + r), r < mr ? load<f32>(from + 4 * (r * lda + p)) : 0);
        }
      }
    }
  }
}

/** Columns of a transposed A, [k][m], as panels [k][rows]; rows that are not there are zeros. */
function packTransposedRows(a: usize, lda: i32, kc: i32, mc: i32, to: usize): void {
  for (let i = 0; i < mc; i += rows) {
    const mr = min(rows, mc - i);
    let from = a + 4 * i;
    for (let p = 0; p < kc; p++, from += 4 * lda, to += 4 * rows) {
      if (mr === rows) v128.store(to, v128.load(from));
      else {
        for (let r = 0; r < rows; r++) store<f32>(to + 4 * r, r < mr ? load<f32>(from + 4 * r) : 0);
      }
    }
  }
}
