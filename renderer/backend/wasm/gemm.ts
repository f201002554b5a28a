// Matrix products at addresses in the wasm memory, on which the back end's heavy kernels stand.

import { simd } from '../../kernels/simd/module.ts';
import type { Call, Own } from '../../kernels/simd/threads.ts';
import type { Sgemm } from './openBlas.ts';

/** c[m, n] = act(op(a)[m, k] · op(b)[k, n] + bias), row-major float32 matrices at byte addresses. */
export interface Product<Address extends number | Own = number> {
  m: number;
  n: number;
  k: number;
  a: Address;
  /** a is given as [k, m]. */
  transposeA?: boolean;
  b: number;
  /** b is given as [n, k]. */
  transposeB?: boolean;
  c: Address | number;
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

/** Whether products come from the compiled kernels, so that they can be parts of other jobs. */
export const isOwnProduct = (): boolean => sgemm === undefined;

/** Working memory for products, of every thread. */
export const takeProductWork = (): Own => {
  const { exports, threads } = simd()!;
  return threads.own(exports.gemmScratch());
};

/** About how long a product takes one thread, in nanoseconds. */
export const productTime = (m: number, n: number, k: number): number => 0.05 * m * n * k;

/** Computes a product, in `work`. */
export function multiply(product: Product, work: Own): void {
  const { m, n, k, a, b, c, transposeA = false, transposeB = false, bias = 0 } = product;
  if (m === 0 || n === 0) return;
  if (k === 0) {
    fillEmpty(product);
    return;
  }
  const { exports, scratch, threads } = simd()!;
  if (!sgemm) {
    const slices = slicesOf(product, threads.count);
    threads.run(
      productTime(m, n, k),
      slices.map((slice) => [sliceCall(slice, work)]),
    );
    return;
  }
  const floats = (address: number, length: number) => scratch.floats(address, length);
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
    exports.finishRows(c, n, m, n, bias, product.rectify ?? false);
}

/** A product, of which no size is 0, as a call of the compiled kernels. */
export const productCall = (product: Product<number | Own>, work: Own): Call =>
  sliceCall(sliceOf(product), work);

/** Some rows or columns of a product: matrices within larger ones, whose rows are so many numbers apart. */
interface Slice<Address extends number | Own = number> extends Product<Address> {
  lda: number;
  ldb: number;
  ldc: number;
}

const sliceOf = <Address extends number | Own>(product: Product<Address>): Slice<Address> => ({
  ...product,
  lda: product.transposeA ? product.m : product.k,
  ldb: product.transposeB ? product.k : product.n,
  ldc: product.n,
});

function sliceCall(slice: Slice<number | Own>, work: Own): Call {
  const { m, n, k, a, lda, b, ldb, c, ldc, bias = 0 } = slice;
  const flags =
    (slice.transposeA ? 1 : 0) | (slice.transposeB ? 2 : 0) | (slice.rectify ? 4 : 0) | (slice.adds ? 8 : 0);
  return ['gemm', m, n, k, a, lda, b, ldb, c, ldc, bias, flags, work];
}

/** Slices a thread: more even the load out, but each packs the operand that all of them share anew. */
const slicesEach = 3;
/** Rows or columns that repay that. */
const thinnest = 48;

/** A product cut along its longer side. An element is the same sum in the same order wherever the cuts are. */
function slicesOf(product: Product, threads: number): Slice[] {
  const whole = sliceOf(product);
  if (threads === 1) return [whole];
  const { m, n, a, lda, b, ldb, c, ldc, bias } = whole;
  const longer = Math.max(m, n);
  const count = Math.max(1, Math.min(slicesEach * threads, Math.floor(longer / thinnest)));
  // Whole tiles of the kernel: 4 rows, 8 columns.
  const size = 8 * Math.ceil(longer / count / 8);
  const slices: Slice[] = [];
  for (let first = 0; first < longer; first += size) {
    const length = Math.min(size, longer - first);
    slices.push(
      m >= n
        ? { ...whole, m: length, a: a + 4 * first * (whole.transposeA ? 1 : lda), c: c + 4 * first * ldc }
        : {
            ...whole,
            n: length,
            b: b + 4 * first * (whole.transposeB ? ldb : 1),
            c: c + 4 * first,
            bias: bias && bias + 4 * first,
          },
    );
  }
  return slices;
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
