// The loops behind DIB-R's silhouette.

import type { Fragments, Picture, RealArray, Scene } from './scene.ts';

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

export interface SoftMaskKernels {
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
