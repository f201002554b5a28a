// The functions of the compiled kernels, as TypeScript sees them. What they do is said where they are written: assembly/.

/** Addresses are in bytes, sizes in elements. */
export interface SimdExports extends NetworkExports, RasterExports {}

/** The loops of networks, losses and optimisers. */
export interface NetworkExports {
  gemmScratch(): number;
  finishRows(c: number, ldc: number, rows: number, columns: number, bias: number, rectify: boolean): void;
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
  adam(
    weights: number,
    gradient: number,
    m: number,
    v: number,
    updated: number,
    count: number,
    beta1: number,
    beta2: number,
    gain1: number,
    gain2: number,
    rate: number,
    correction2: number,
    epsilon: number,
    keep: number,
  ): void;
  squaredNorm(values: number, count: number): number;
  mixNeighbours(
    products: number,
    bias: number,
    residual: number,
    offsets: number,
    indices: number,
    values: number,
    items: number,
    vertices: number,
    channels: number,
    rectify: boolean,
    out: number,
    active: number,
  ): void;
  mixNeighboursBackward(
    upstream: number,
    active: number,
    offsets: number,
    indices: number,
    values: number,
    items: number,
    vertices: number,
    channels: number,
    dProducts: number,
    dBias: number,
    dResidual: number,
  ): void;
  unpool(
    from: number,
    edges: number,
    items: number,
    coarse: number,
    edgeCount: number,
    channels: number,
    to: number,
  ): void;
  unpoolBackward(
    upstream: number,
    edges: number,
    items: number,
    coarse: number,
    edgeCount: number,
    channels: number,
    to: number,
  ): void;
  poolFeatures(
    positions: number,
    rows: number,
    perItem: number,
    layouts: number,
    maps: number,
    distance: number,
    nearest: number,
    legacy: boolean,
    out: number,
  ): void;
  poolFeaturesBackward(
    upstream: number,
    positions: number,
    rows: number,
    perItem: number,
    layouts: number,
    maps: number,
    distance: number,
    nearest: number,
    legacy: boolean,
    dPositions: number,
  ): void;
  cloudBytes(count: number): number;
  cloudScratch(count: number): number;
  buildCloud(points: number, count: number, cloud: number, scratch: number): void;
  nearestPoints(queries: number, queryCount: number, points: number, count: number, nearest: number): void;
  copyRows(from: number, fromStep: number, to: number, toStep: number, width: number, count: number): void;
  scaleTo(to: number, from: number, factor: number, count: number): void;
  sumRows(from: number, width: number, count: number, sums: number, to: number): void;
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

/** The loops of the renderer. */
export interface RasterExports {
  findVisibleScratch(vertexCount: number, width: number, height: number): number;
  findVisible(
    ...args: [...Mesh, width: number, height: number, visible: number, weights: number, scratch: number]
  ): void;
  interpolate(
    values: number,
    channels: number,
    indices: number,
    visible: number,
    weights: number,
    count: number,
    output: number,
  ): void;
  interpolateBackwardScratch(vertexCount: number, faceCount: number): number;
  interpolateBackward(
    ...args: [
      ...Mesh,
      values: number,
      channels: number,
      indices: number,
      visible: number,
      weights: number,
      count: number,
      upstream: number,
      rowGradient: number,
      positionGradient: number,
      scratch: number,
    ]
  ): void;
  addDoubles(from: number, count: number, to: number): void;
  weightsBackwardScratch(vertexCount: number, faceCount: number): number;
  weightsBackward(
    ...args: [
      ...Mesh,
      visible: number,
      weights: number,
      count: number,
      upstream: number,
      positionGradient: number,
      scratch: number,
    ]
  ): void;
  softMaskScratch(vertexCount: number, width: number, height: number): number;
  softMask(
    ...args: [
      ...Mesh,
      width: number,
      height: number,
      visible: number,
      sharpness: number,
      boxSize: number,
      negligible: number,
      maxFaces: number,
      output: number,
      pairs: number,
      capacity: number,
      scratch: number,
    ]
  ): number;
  antialiasScratch(vertexCount: number, faceCount: number): number;
  antialias(
    ...args: [
      ...Mesh,
      width: number,
      height: number,
      opposite: number,
      visible: number,
      colors: number,
      channels: number,
      output: number,
      pairs: number,
      capacity: number,
      scratch: number,
    ]
  ): number;
  antialiasBackwardScratch(vertexCount: number): number;
  antialiasBackward(
    ...args: [
      ...Mesh,
      width: number,
      height: number,
      pairs: number,
      count: number,
      gradientBoost: number,
      edgePadding: number,
      colors: number,
      channels: number,
      upstream: number,
      colorGradient: number,
      positionGradient: number,
      scratch: number,
    ]
  ): void;
  softMaskBackwardScratch(vertexCount: number): number;
  softMaskBackward(
    ...args: [
      ...Mesh,
      pairs: number,
      count: number,
      upstream: number,
      positionGradient: number,
      scratch: number,
    ]
  ): void;
}

/** One mesh of a batch, and how its vertices are to be read: assembly/vertices.ts. */
export type Mesh = [
  positions: number,
  stride: number,
  vertexCount: number,
  faces: number,
  faceCount: number,
  near: number,
  flags: number,
];
