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

  copyChannels(from: number, fromStep: number, to: number, toStep: number, count: number, rows: number): void;
  scanlineScratch(width: number, height: number, channels: number, vertexCount: number): number;
  scanlineGradient(
    visible: number,
    colors: number,
    upstream: number,
    channels: number,
    width: number,
    height: number,
    faces: number,
    vertices: number,
    vertexCount: number,
    eps: number,
    scratch: number,
    sums: number,
  ): void;
  softFaceBytes(): number;
  startSoftFaces(
    face: number,
    width: number,
    height: number,
    reach: number,
    sigma: number,
    gamma: number,
    near: number,
    far: number,
    hidden: number,
    rules: number,
    flatness: number,
    smallestArea: number,
  ): void;
  clearSoftPicture(
    planes: number,
    size: number,
    survival: number,
    epsilon: number,
    background: number,
    channels: number,
  ): void;
  softPicture(
    face: number,
    faces: number,
    faceCount: number,
    vertices: number,
    alpha: number,
    values: number,
    indices: number,
    channels: number,
    planes: number,
    size: number,
  ): void;
  writeSoftPicture(
    planes: number,
    size: number,
    pixels: number,
    channels: number,
    scale: number,
    output: number,
  ): void;
  hearSoftPicture(
    planes: number,
    size: number,
    pixels: number,
    channels: number,
    alpha: number,
    scale: number,
    upstream: number,
    blended: number,
  ): void;
  softPictureBackward(
    face: number,
    faces: number,
    faceCount: number,
    vertices: number,
    alpha: number,
    values: number,
    indices: number,
    channels: number,
    planes: number,
    size: number,
    blended: number,
    planar: number,
    deep: number,
    rows: number,
  ): void;
}
