// What the loops of nvdiffrast's analytic antialiasing take and give: a picture of the visible surface in, the same picture with
// blended outlines out.

import type { Fragments, Picture, RealArray, Scene } from './scene.ts';

/** A picture as rows of numbers, one row a pixel: pixel (item · height + row) · width + column. */
export interface PixelRows {
  values: RealArray;
  channels: number;
}

export interface AntialiasOptions {
  /** Factor on the gradient of positions; that of colours is left alone. */
  gradientBoost: number;
  /** Added to the height of an edge where the gradient divides by it, in pixels. 0 is the exact derivative. */
  edgePadding: number;
}

/** The pairs of pixels that were blended; each implementation has its own form. */
export type AntialiasState = object;

export interface AntialiasKernels {
  /**
   * Writes `colors` into `output`, blended along outlines. `visible` has one fragment a pixel; `oppositeVertices` is
   * `Topology.oppositeVertices`, aligned with `scene.faces`.
   */
  antialias(
    scene: Scene,
    picture: Picture,
    visible: Fragments,
    oppositeVertices: Int32Array,
    colors: PixelRows,
    output: RealArray,
  ): AntialiasState;

  /** Given dL/d(output), adds dL/d(colors) into `colorGradient` and dL/d(position) into `positionGradient`. Depth gets none. */
  antialiasBackward(
    scene: Scene,
    picture: Picture,
    state: AntialiasState,
    options: AntialiasOptions,
    colors: PixelRows,
    upstream: RealArray,
    colorGradient: RealArray,
    positionGradient: RealArray,
  ): void;
}

/** How far beyond the centres of a pair, in pixels, an edge may cross and still count as crossing at the centre. */
export const crossingSlack = 1 / 16;
