// What the inner loops of the renderer take and give: plain typed arrays, no tensors. Every implementation (scalar, reference)
// offers the same functions, so that one can stand in for, or be checked against, another.

import type { RealArray } from '../realArray.ts';
import type { AntialiasKernels } from './antialias.ts';
import type { EdgeGradientKernels } from './edgeGradient.ts';
import type { OutlineMaskKernels } from './outlineMask.ts';
import type { ScanlineGradientKernels } from './scanlineGradient.ts';
import type { SoftAggregateKernels } from './softAggregate.ts';

export type { RealArray };

/** One mesh of a batch inside shared buffers. Entries of `faces` count from the mesh's own first vertex. */
export interface MeshRange {
  vertexStart: number;
  vertexCount: number;
  faceStart: number;
  faceCount: number;
}

/** Projected meshes, one a picture. */
export interface Scene {
  /** Rows of homogeneous positions (X, Y, Z, w), or of divided ones (x, y, z). Z and z are camera-space depth. */
  positions: RealArray;
  /** Numbers in a row: 4 homogeneous, 3 divided. */
  stride: 3 | 4;
  /** Three vertices a face. */
  faces: Int32Array;
  items: readonly MeshRange[];
}

/** Size of the pictures and rules of visibility, the same for a whole batch. */
export interface Picture {
  width: number;
  height: number;
  /**
   * Weights linear in space (true) or in the image plane (false), as Kaolin's. Divided positions carry no w, so for them the weights
   * are the same. With false a face, like Kaolin's, does not cover pixel centres on the right or upper bound of its box.
   */
  perspectiveCorrect: boolean;
  /** Leave out faces that wind clockwise in the picture. */
  cull: boolean;
  /** A face with a vertex at w ≤ near is left out. */
  near: number;
}

/**
 * Which face reaches which pixel, with barycentric weights: any number of fragments a pixel, those of an item together. Where
 * `pixels` is absent there is exactly one a pixel, fragment i in pixel i, and face −1 marks an empty one.
 */
export interface Fragments {
  /** Face of each fragment, counted from its mesh's own first face. */
  faces: Int32Array;
  /** Three weights a fragment, all ≥ 0 with sum 1. */
  weights: RealArray;
  /** Pixel of each fragment: (item · height + row) · width + column. */
  pixels?: Int32Array;
  /** Fragments of item b are itemStarts[b] up to itemStarts[b + 1]. */
  itemStarts: Int32Array;
}

/** Rows of numbers at the corners of faces: colours, texture coordinates, depth. */
export interface AttributeRows {
  values: RealArray;
  channels: number;
  /** Three rows a face, aligned with `Scene.faces`. */
  indices: Int32Array;
  /** First row of each item. */
  rowStarts: readonly number[];
}

export interface SoftMaskOptions {
  /** s in exp(−s·d²), d in image-plane units. */
  sharpness: number;
  /** A face reaches the pixels whose centre lies in its bounding box, grown by this much on every side. */
  boxSize: number;
  /** A pixel hears at most so many of the faces whose box holds it; Infinity: all of them. */
  maxFaces: number;
  /** Which ones: the first by index, or the nearest, of which the first by index where they are equally near. */
  order: 'index' | 'nearest';
}

/** What the soft mask's forward pass keeps for its backward pass; each implementation has its own. */
export type SoftMaskState = object;

export interface Kernels
  extends AntialiasKernels,
    OutlineMaskKernels,
    EdgeGradientKernels,
    ScanlineGradientKernels,
    SoftAggregateKernels {
  /** The nearest face at every pixel centre. Ties in float32 depth go to the lowest face; a centre on an edge is inside. */
  findVisible(scene: Scene, picture: Picture): Fragments;

  /** Writes attributes at fragments, `channels` a fragment; empty fragments are left as they are. */
  interpolate(scene: Scene, fragments: Fragments, attributes: AttributeRows, output: RealArray): void;

  /**
   * Given dL/d(output of interpolate), adds dL/d(attribute rows) into `attributeGradient` and, through the weights,
   * dL/d(position) into `positionGradient`, shaped as `scene.positions`. Depth gets none.
   */
  interpolateBackward(
    scene: Scene,
    picture: Picture,
    fragments: Fragments,
    attributes: AttributeRows,
    upstream: RealArray,
    attributeGradient: RealArray,
    positionGradient: RealArray,
  ): void;

  /** Given dL/d(weights), adds dL/d(position) into `positionGradient`. Depth gets none. */
  weightsBackward(
    scene: Scene,
    picture: Picture,
    fragments: Fragments,
    weightGradient: RealArray,
    positionGradient: RealArray,
  ): void;

  /** DIB-R's silhouette: 1 on covered pixels, 1 − Π(1 − exp(−s·d²)) elsewhere. */
  softMask(
    scene: Scene,
    picture: Picture,
    visible: Fragments,
    options: SoftMaskOptions,
    output: RealArray,
  ): SoftMaskState;

  /** Given dL/d(mask), adds dL/d(position) into `positionGradient`. */
  softMaskBackward(
    scene: Scene,
    picture: Picture,
    state: SoftMaskState,
    upstream: RealArray,
    positionGradient: RealArray,
  ): void;
}

/** Pixels a side that a picture may have. */
export const largestSide = 16384;

/** Of two edges equally near but for rounding, the first is the nearest: squared distances must differ by more than this share. */
export const tie = 1e-12;

/** A face whose doubled area is at most this share of its squared extent is a line, and covers nothing. */
export const flatness = 1e-12;

/** Faces smaller than this (doubled area, image-plane units) cover nothing either. */
export const smallestArea = 1e-30;
