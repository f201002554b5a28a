// The functions of the compiled kernels, as TypeScript sees them. What they do is said where they are written: assembly/.

/** Addresses are in bytes, sizes in elements. */
export interface SimdExports {
  gemmScratch(): number;
  gemm(
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    c: number,
    ldc: number,
    bias: number,
    flags: number,
    scratch: number,
  ): void;
  gatherPatches(picture: number, patches: number, ...sizes: PatchSizes): void;
  addPatches(patches: number, picture: number, ...sizes: PatchSizes): void;
  addRows(x: number, ids: number, count: number, width: number, rows: number, rowCount: number): void;
}

/** Of a convolution: picture, windows, filter, strides and the padding before the first row and column. */
export type PatchSizes = [
  inHeight: number,
  inWidth: number,
  channels: number,
  outHeight: number,
  outWidth: number,
  filterHeight: number,
  filterWidth: number,
  strideY: number,
  strideX: number,
  top: number,
  left: number,
];
