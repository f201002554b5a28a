// One call of the rasterizer: what is drawn, by which rules, and the visible fragments, found once and shared by all outputs.

import type * as tf from '@tensorflow/tfjs';
import { hostOp } from '../backend/hostOp.ts';
import type { Fragments, Kernels, Picture, RealArray, Scene } from '../kernels/index.ts';
import type { Topology } from '../mesh/topology.ts';

/** Rows of colours from rows of interpolated attributes, [N, C] to [N, C′], by ordinary tensor operations. */
export type Shader = (attributes: tf.Tensor2D) => tf.Tensor2D;

/** Attributes at the corners of faces. */
export interface CornerAttributes {
  /** [A, R, C] for a batch of K·A: K items after another share their rows. */
  values: tf.Tensor3D;
  /** Three rows of `values` a face. */
  indices: Int32Array;
}

export interface FrameOptions {
  positions: tf.Tensor3D;
  topology: Topology;
  picture: Picture;
  kernels: Kernels;
  attributes?: CornerAttributes;
  shader?: Shader;
  background?: readonly number[];
}

export class Frame {
  /** [B, V, 4] homogeneous or [B, V, 3] divided. */
  readonly positions: tf.Tensor3D;
  readonly topology: Topology;
  readonly picture: Picture;
  readonly kernels: Kernels;
  readonly attributes?: CornerAttributes;
  readonly shader?: Shader;
  /** One number a channel of the picture; 0 where absent. */
  readonly background?: readonly number[];
  #visible?: Fragments;

  constructor(options: FrameOptions) {
    this.positions = options.positions;
    this.topology = options.topology;
    this.picture = options.picture;
    this.kernels = options.kernels;
    this.attributes = options.attributes;
    this.shader = options.shader;
    this.background = options.background;
  }

  get batch(): number {
    return this.positions.shape[0];
  }

  /** [B, H, W]. */
  get shape(): [number, number, number] {
    return [this.batch, this.picture.height, this.picture.width];
  }

  /** The scene, given the elements of `positions` as a kernel receives them. */
  scene(positions: RealArray): Scene {
    const { topology } = this;
    const [batch, vertexCount, stride] = this.positions.shape;
    return {
      positions,
      stride: stride as 3 | 4,
      faces: topology.faces,
      items: Array.from({ length: batch }, (_, b) => ({
        vertexStart: b * vertexCount,
        vertexCount,
        faceStart: 0,
        faceCount: topology.faceCount,
      })),
    };
  }

  /** The nearest face at every pixel centre: one fragment a pixel. */
  get visible(): Fragments {
    if (!this.#visible) {
      let found: Fragments | undefined;
      hostOp([this.positions], [], ([positions]) => {
        found = this.kernels.findVisible(this.scene(positions as Float32Array), this.picture);
      });
      this.#visible = found!;
    }
    return this.#visible;
  }
}
