// What shaders get: rows of fragments, and more attributes of the same fragments where they ask for them. Which pixel a row belongs to,
// and how many rows a pixel has, is the method's business.

import type * as tf from '@tensorflow/tfjs';
import type { Fragments } from '../kernels/index.ts';
import type { CornerAttributes } from './attributes.ts';
import type { Frame } from './frame.ts';
import { pixelDerivatives } from './pixelDerivatives.ts';

/** Rows of colours [N, C′] from rows of interpolated attributes [N, C], by ordinary tensor operations. C is 0 where there are none. */
export type Shader = (attributes: tf.Tensor2D, surface: Surface) => tf.Tensor2D;

/** Interpolates attributes at fragments as the method does it: [N, C]. */
export type Interpolate = (attributes: CornerAttributes) => tf.Tensor2D;

/** The fragments whose rows a shader gets. */
export class Surface {
  readonly #frame: Frame;
  readonly #fragments: Fragments;
  readonly #interpolate: Interpolate;
  #faces?: Int32Array;
  #items?: Int32Array;

  constructor(frame: Frame, fragments: Fragments, interpolate: Interpolate) {
    this.#frame = frame;
    this.#fragments = fragments;
    this.#interpolate = interpolate;
  }

  /** [N] face of each row, counted from its mesh's first; −1 for a row that nobody will look at. */
  get faces(): Int32Array {
    this.#faces ??= this.#frame.sourceFacesOf(this.#fragments);
    return this.#faces;
  }

  /** [N] batch item of each row. */
  get items(): Int32Array {
    this.#items ??= this.#frame.itemsOf(this.#fragments);
    return this.#items;
  }

  /** Attributes at the corners of the faces as they were given, at each row: [N, C]. Differentiable in them and in positions. */
  interpolate(attributes: CornerAttributes): tf.Tensor2D {
    return this.#interpolate(this.#frame.clipping?.attributes(attributes) ?? attributes);
  }

  /**
   * How attributes change from pixel to pixel at each row, over the plane of its face: [N, 2C], for each channel ∂/∂column and then
   * ∂/∂(rows upwards). Differentiable like `interpolate`.
   */
  pixelDerivatives(attributes: CornerAttributes): tf.Tensor2D {
    const inFrame = this.#frame.clipping?.attributes(attributes) ?? attributes;
    return pixelDerivatives(this.#frame, this.#fragments, inFrame, this.#interpolate);
  }
}
