// What a way of differentiating a rasterizer consists of. A method turns the fragments of a frame into a picture and a
// silhouette; projection, visibility, interpolation and shading are the frame's business. One file and one line in index.ts
// add a method: its option table (options.ts) is what checks configurations, writes their schema and fills the help and the docs.

import type * as tf from '@tensorflow/tfjs';
import type { Frame } from '../visibility/index.ts';
import type { OptionTable, OptionValue } from './options.ts';

/** `Options` are what the method is given, complete and checked: `{ sharpness: number; boxSize: number | 'auto' }`. */
export interface GradientMethod<Options extends object = Record<string, OptionValue>> {
  type: string;
  /** One line: what it does and what its gradient is good for. */
  summary: string;
  /** Paper or code that defines it. */
  source: string;
  /** Whether a silhouette can move vertices. */
  coverageGradient: boolean;
  /** Whether colours alone can move an outline: the picture itself has a gradient there, not the silhouette only. Default: no. */
  outlineInImage?: boolean;
  options: OptionTable<Options>;
  /** [B, H, W, C]: colours after shading. */
  image(frame: Frame, options: Readonly<Options>): tf.Tensor4D;
  /** [B, H, W], 0 to 1. */
  silhouette(frame: Frame, options: Readonly<Options>): tf.Tensor3D;
}

/** A method by name, with those of its options that differ from their defaults: `{ type: 'dibr', sharpness: 3000 }`. */
export interface MethodOptions {
  readonly type: string;
  readonly [option: string]: OptionValue;
}
