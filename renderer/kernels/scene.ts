// What kernels work on: meshes, pictures and fragments as plain typed arrays, and the rules that all of them share.

import type { RealArray } from '../realArray.ts';

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

/** One fragment a pixel, empty so far. */
export const emptyFragments = (batch: number, { width, height }: Picture): Fragments => ({
  faces: new Int32Array(batch * width * height).fill(-1),
  weights: new Float32Array(3 * batch * width * height),
  itemStarts: itemStartsOf(batch, width * height),
});

/** `Fragments.itemStarts` where every pixel has one fragment. */
export function itemStartsOf(batch: number, pixels: number): Int32Array {
  const starts = new Int32Array(batch + 1);
  for (let b = 0; b <= batch; b++) starts[b] = b * pixels;
  return starts;
}

/** What was found, written into `into` where that is given. */
export function handedOver(found: Fragments, into: Fragments | undefined): Fragments {
  if (!into) return found;
  into.faces.set(found.faces);
  into.weights.set(found.weights);
  return into;
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

/** Pixels a side that a picture may have. */
export const largestSide = 16384;

/** Of two edges equally near but for rounding, the first is the nearest: squared distances must differ by more than this share. */
export const tie = 1e-12;

/** A face whose doubled area is at most this share of its squared extent is a line, and covers nothing. */
export const flatness = 1e-12;

/** Faces smaller than this (doubled area, image-plane units) cover nothing either. */
export const smallestArea = 1e-30;
