// The compiled loops of visibility, interpolation, DIB-R's silhouettes, antialiasing and edge gradients, as TypeScript sees them.

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
  nearestFacesScratch(faceCount: number, width: number, height: number, capacity: number): number;
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
      hearsNearest: boolean,
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
  edgeGradientScratch(vertexCount: number): number;
  edgeGradient(
    ...args: [
      ...Mesh,
      width: number,
      height: number,
      visible: number,
      weights: number,
      colors: number,
      channels: number,
      upstream: number,
      limit: number,
      positionGradient: number,
      scratch: number,
    ]
  ): void;
  outlineMaskScratch(vertexCount: number, width: number, height: number): number;
  outlineMask(
    ...args: [
      ...Mesh,
      width: number,
      height: number,
      visible: number,
      pieces: number,
      pieceCount: number,
      sharpness: number,
      end: number,
      output: number,
      pairs: number,
      capacity: number,
      scratch: number,
    ]
  ): number;
  outlineMaskBackwardScratch(vertexCount: number): number;
  outlineMaskBackward(
    ...args: [
      ...Mesh,
      pieces: number,
      pieceCount: number,
      pairs: number,
      upstream: number,
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
