// Matrix products at addresses in the wasm memory, on which the back end's heavy kernels stand.

import { simd } from '../../kernels/simd/module.ts';
import type { Sgemm } from './openBlas.ts';

/** c[m, n] = act(op(a)[m, k] · op(b)[k, n] + bias), row-major float32 matrices at byte addresses. */
export interface Product {
  m: number;
  n: number;
  k: number;
  a: number;
  /** a is given as [k, m]. */
  transposeA?: boolean;
  b: number;
  /** b is given as [n, k]. */
  transposeB?: boolean;
  c: number;
  /** [n] added to every row. */
  bias?: number;
  /** act = max(0, ·) */
  rectify?: boolean;
  /** c += op(a)·op(b), with neither bias nor act. */
  adds?: boolean;
}

let sgemm: Sgemm | undefined;

/** Makes products come from another library, or, with undefined, from the compiled kernels. */
export function setSgemm(other: Sgemm | undefined): void {
  sgemm = other;
}

/** Bytes of working memory that `multiply` takes. */
export const multiplyScratch = (): number => kernels().gemmScratch();

const kernels = () => simd()!.exports;

/** Computes a product, with `scratch` the address of working memory. */
export function multiply(product: Product, scratch: number): void {
  const { m, n, k, a, b, c, transposeA = false, transposeB = false, bias = 0 } = product;
  if (m === 0 || n === 0) return;
  if (k === 0) {
    fillEmpty(product);
    return;
  }
  if (sgemm) {
    const floats = (address: number, length: number) => simd()!.scratch.floats(address, length);
    sgemm(
      transposeA,
      transposeB,
      m,
      n,
      k,
      floats(a, m * k),
      floats(b, k * n),
      product.adds ? 1 : 0,
      floats(c, m * n),
    );
    if (!product.adds && (bias || product.rectify))
      kernels().finishRows(c, n, m, n, bias, product.rectify ?? false);
    return;
  }
  const flags =
    (transposeA ? 1 : 0) | (transposeB ? 2 : 0) | (product.rectify ? 4 : 0) | (product.adds ? 8 : 0);
  kernels().gemm(m, n, k, a, transposeA ? m : k, b, transposeB ? k : n, c, n, bias, flags, scratch);
}

/** A product over nothing: the bias in every row. */
function fillEmpty({ m, n, c, bias, rectify, adds }: Product): void {
  if (adds) return;
  const { scratch } = simd()!;
  const out = scratch.floats(c, m * n).fill(0);
  if (!bias) return;
  const row = scratch.floats(bias, n).map((value) => (rectify ? Math.max(0, value) : value));
  for (let i = 0; i < m; i++) out.set(row, i * n);
}
