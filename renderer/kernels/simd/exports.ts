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

  findVisibleScratch(vertexCount: number, width: number, height: number): number;
  findVisible(
    positions: number,
    stride: number,
    vertexCount: number,
    faces: number,
    faceCount: number,
    width: number,
    height: number,
    near: number,
    flags: number,
    visible: number,
    weights: number,
    scratch: number,
  ): void;
}
