// Matrix products at addresses in the wasm memory, on which the back end's heavy kernels stand.

import { simd } from '../../kernels/simd/module.ts';
import { floatsAt, type WasmBackend } from './memory.ts';

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

/** Bytes of working memory that `multiply` takes. */
export const multiplyScratch = (): number => kernels().gemmScratch();

const kernels = () => simd()!.exports;

/** Computes a product, with `scratch` the address of working memory. */
export function multiply(backend: WasmBackend, product: Product, scratch: number): void {
  const { m, n, k, a, b, c, transposeA = false, transposeB = false, bias = 0 } = product;
  if (m === 0 || n === 0) return;
  if (k === 0) {
    fillEmpty(backend, product);
    return;
  }
  const flags =
    (transposeA ? 1 : 0) | (transposeB ? 2 : 0) | (product.rectify ? 4 : 0) | (product.adds ? 8 : 0);
  kernels().gemm(m, n, k, a, transposeA ? m : k, b, transposeB ? k : n, c, n, bias, flags, scratch);
}

/** A product over nothing: the bias in every row. */
function fillEmpty(backend: WasmBackend, { m, n, c, bias, rectify, adds }: Product): void {
  if (adds) return;
  const out = floatsAt(backend, c, m * n).fill(0);
  if (!bias) return;
  const row = floatsAt(backend, bias, n).map((value) => (rectify ? Math.max(0, value) : value));
  for (let i = 0; i < m; i++) out.set(row, i * n);
}
