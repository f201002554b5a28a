// The compiled loops of networks, losses and optimisers, as TypeScript sees them.

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
  movePatches(adds: boolean, picture: number, patches: number, ...sizes: PatchSizes): void;
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
  nearestPoints(
    queries: number,
    queryCount: number,
    first: number,
    end: number,
    points: number,
    count: number,
    nearest: number,
  ): void;
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
