// The loop behind the method `nmr`: a gradient for a finished picture, read off its rows and columns.

import type { RealArray } from '../realArray.ts';
import type { Fragments, Picture, Scene } from './scene.ts';

export interface ScanlineGradientOptions {
  /** Added to every distance, in image-plane units, so that none is zero. */
  eps: number;
}

export interface ScanlineGradientKernels {
  /**
   * Given dL/d(picture), adds Kato's gradient to `positionGradient`, shaped as `scene.positions`. `colors` and `upstream` hold the
   * same number of channels for every pixel of `visible`, which has one fragment a pixel. Depth gets none.
   */
  scanlineGradient(
    scene: Scene,
    picture: Picture,
    visible: Fragments,
    colors: RealArray,
    upstream: RealArray,
    options: ScanlineGradientOptions,
    positionGradient: RealArray,
  ): void;
}
