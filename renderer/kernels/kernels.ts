// What the inner loops of the renderer take and give: plain typed arrays, no tensors, which are good for the length of a call. Every
// implementation (simd, scalar, reference, gpu) offers the same functions, so that one can stand in for, or be checked against, another.

import type { AntialiasKernels } from './antialias.ts';
import type { EdgeGradientKernels } from './edgeGradient.ts';
import type { OutlineMaskKernels } from './outlineMask.ts';
import type { ScanlineGradientKernels } from './scanlineGradient.ts';
import type { AttributeRows, Fragments, Picture, RealArray, Scene } from './scene.ts';
import type { SoftAggregateKernels } from './softAggregate.ts';
import type { SoftMaskKernels } from './softMask.ts';

export interface Kernels
  extends SoftMaskKernels,
    AntialiasKernels,
    OutlineMaskKernels,
    EdgeGradientKernels,
    ScanlineGradientKernels,
    SoftAggregateKernels {
  /**
   * The nearest face at every pixel centre. Ties in float32 depth go to the lowest face; a centre on an edge is inside (see `Picture`).
   *
   * @param into where to write them, one fragment a pixel. By default they get arrays of their own.
   */
  findVisible(scene: Scene, picture: Picture, into?: Fragments): Fragments;

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
}
