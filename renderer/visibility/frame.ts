// One call of the rasterizer: what is drawn, by which rules, and the visible fragments, found once and shared by all outputs.

import type * as tf from '@tensorflow/tfjs';
import { type HostArray, hostOp } from '../backend/hostOp.ts';
import {
  type Fragments,
  itemStartsOf,
  type Kernels,
  type Picture,
  type RealArray,
  type Scene,
} from '../kernels/index.ts';
import type { CornerAttributes } from './attributes.ts';
import type { Clipping } from './clipping.ts';
import type { Geometry } from './geometry.ts';
import type { Shader } from './surface.ts';

export interface FrameOptions {
  /** What is drawn; what is left of it where `clipping` is given. */
  geometry: Geometry;
  /** How the geometry came about where faces crossed the near plane. */
  clipping?: Clipping;
  picture: Picture;
  kernels: Kernels;
  /** At the corners of the faces of `geometry`. */
  attributes?: CornerAttributes;
  shader?: Shader;
  background?: Background;
}

/** One number a channel, or a picture [1 or B, H, W, C]. */
export type Background = readonly number[] | tf.Tensor4D;

/** Fragments that lie in tensors, where kernels reach them without a copy. */
export interface KeptFragments {
  /** To be handed to `hostFunction` as constants. */
  readonly tensors: readonly tf.Tensor[];
  /** The fragments, given the elements of the tensors. */
  of(elements: readonly HostArray[]): Fragments;
}

export class Frame {
  readonly geometry: Geometry;
  readonly clipping?: Clipping;
  readonly picture: Picture;
  readonly kernels: Kernels;
  readonly attributes?: CornerAttributes;
  readonly shader?: Shader;
  /** 0 where absent. */
  readonly background?: Background;
  #kept?: readonly [faces: tf.Tensor3D, weights: tf.Tensor4D];
  #visible?: Fragments;

  constructor(options: FrameOptions) {
    this.geometry = options.geometry;
    this.clipping = options.clipping;
    this.picture = options.picture;
    this.kernels = options.kernels;
    this.attributes = options.attributes;
    this.shader = options.shader;
    this.background = options.background;
  }

  /** Rows of homogeneous (X, Y, Z, w) or of divided (x, y, z) positions. */
  get positions(): tf.Tensor {
    return this.geometry.positions;
  }

  get batch(): number {
    return this.geometry.items.length;
  }

  /** [B, H, W]. */
  get shape(): [number, number, number] {
    return [this.batch, this.picture.height, this.picture.width];
  }

  /** The scene, given the elements of `positions` as a kernel receives them. */
  scene(positions: RealArray): Scene {
    return this.geometry.scene(positions);
  }

  /** The same for a picture of another size, with a background for it. */
  resized(width: number, height: number, background: Background | undefined): Frame {
    return new Frame({ ...this, picture: { ...this.picture, width, height }, background });
  }

  /** [N] batch item of each fragment. */
  itemsOf({ faces, itemStarts }: Fragments): Int32Array {
    const items = new Int32Array(faces.length);
    for (let b = 0; b + 1 < itemStarts.length; b++) items.fill(b, itemStarts[b], itemStarts[b + 1]);
    return items;
  }

  /** [N] face of each fragment as it was before clipping, counted from its mesh's first; −1 = none. */
  sourceFacesOf(fragments: Fragments): Int32Array {
    if (!this.clipping) return fragments.faces;
    const { sourceFaces } = this.clipping;
    const items = this.itemsOf(fragments);
    return fragments.faces.map((face, i) =>
      face < 0 ? face : sourceFaces[this.geometry.items[items[i]].faceStart + face],
    );
  }

  /** [B, H, W] int32: the nearest face at every pixel centre, as `Fragments.faces` has it. */
  get visibleFaces(): tf.Tensor3D {
    return this.#found[0];
  }

  /** The nearest face at every pixel centre, one fragment a pixel, as tensors that live as long as the tidy that they are asked for in. */
  get keptVisible(): KeptFragments {
    const itemStarts = this.#itemStarts;
    return {
      tensors: this.#found,
      of: ([faces, weights]) => ({
        faces: faces as Int32Array,
        weights: weights as Float32Array,
        itemStarts,
      }),
    };
  }

  /** The same as arrays. */
  get visible(): Fragments {
    if (!this.#visible) {
      const [faces, weights] = this.#found;
      this.#visible = {
        faces: faces.dataSync<'int32'>(),
        weights: weights.dataSync<'float32'>(),
        itemStarts: this.#itemStarts,
      };
    }
    return this.#visible;
  }

  get #itemStarts(): Int32Array {
    return itemStartsOf(this.batch, this.picture.width * this.picture.height);
  }

  /** Found again where a tidy has taken them away. */
  get #found(): readonly [faces: tf.Tensor3D, weights: tf.Tensor4D] {
    if (!this.#kept || this.#kept[0].isDisposed) {
      const found = hostOp(
        [this.positions],
        [
          { shape: this.shape, dtype: 'int32', uncleared: true },
          { shape: [...this.shape, 3], dtype: 'float32', uncleared: true },
        ],
        ([positions], [faces, weights]) => {
          this.kernels.findVisible(this.scene(positions as Float32Array), this.picture, {
            faces: faces as Int32Array,
            weights: weights as Float32Array,
            itemStarts: this.#itemStarts,
          });
        },
      );
      this.#kept = found as [tf.Tensor3D, tf.Tensor4D];
    }
    return this.#kept;
  }
}
