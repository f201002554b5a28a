// What training, evaluation and prediction need to know of a model: pictures in, meshes out.

import type * as tf from '@tensorflow/tfjs';
import type { MeshUv } from '../../renderer/index.ts';
import type { Topology } from '../../renderer/mesh/index.ts';
import type { Parameters } from '../nn/index.ts';

/** One mesh of the coarse-to-fine sequence that a model predicts, for every item of a batch. */
export interface PredictedLevel {
  topology: Topology;
  /** [B, V, 3] where the deformation block moved the vertices to. */
  vertices: tf.Tensor3D;
  /** [B, V, 3], or [1, V, 3] where all items share it: where the block found them. Laplacian and move losses compare the two. */
  before: tf.Tensor3D;
}

export interface MeshPrediction {
  /** Coarse to fine; the vertices of a level are the first ones of the next. */
  levels: PredictedLevel[];
  /**
   * [B, V, 3] linear colours of the finest level's vertices; values leave [0, 1] where the network overshoots. Absent where there is a
   * texture.
   */
  colors?: tf.Tensor3D;
  /** Of the finest level. */
  texture?: PredictedTexture;
  /** [B, V, 1 or 3] light that falls on the finest level's vertices, which colours are multiplied with; 1 where absent. */
  light?: tf.Tensor3D;
}

export interface PredictedTexture {
  /** [B, T, T, 3] linear, in 0 … 1: one an item. Repeats along u and ends along v. */
  texels: tf.Tensor4D;
  /** Where the corners of faces lie in it; the model's own. */
  uv: MeshUv;
}

export interface MeshPredictor {
  /** Names of an image encoder's parameters start with "encoder.", those of its biases end in ".bias": weight decay goes by them. */
  readonly parameters: Parameters;
  /** The finest level's connectivity. */
  readonly topology: Topology;
  /**
   * @param pictures [B, H, W, 4] sRGB with straight alpha in 0 … 1, as `View.image` of data sets
   * @returns meshes in the frame of the input camera, centred at the object
   */
  predict(pictures: tf.Tensor4D): MeshPrediction;
  dispose(): void;
}
