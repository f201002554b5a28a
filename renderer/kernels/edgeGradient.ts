// The loop behind the method `edge`: a gradient for a finished picture, read off the pixels on both sides of every edge in it.

import type { RealArray } from '../realArray.ts';
import type { Fragments, Picture, Scene } from './scene.ts';

export interface EdgeGradientOptions {
  /** How far, at most, an intersection moves for a move of one of its faces; 0 leaves that free. See `reference/edgeGradient.ts`. */
  maxDpDr: number;
}

export interface EdgeGradientKernels {
  /**
   * Given dL/d(picture), adds the gradient of its edges to `positionGradient`, shaped as `scene.positions`. `colors` and
   * `upstream` hold the same number of channels for every pixel of `visible`, which has one fragment a pixel.
   */
  edgeGradient(
    scene: Scene,
    picture: Picture,
    visible: Fragments,
    colors: RealArray,
    upstream: RealArray,
    options: EdgeGradientOptions,
    positionGradient: RealArray,
  ): void;
}
