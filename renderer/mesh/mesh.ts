// A triangle mesh: where its vertices are, how they hang together, and what its surface looks like.

import type * as tf from '@tensorflow/tfjs';
import type { Topology } from './topology.ts';

export interface Mesh {
  /** [V, 3] positions, right-handed, y up. */
  vertices: tf.Tensor2D;
  topology: Topology;
  /** [V, 3] linear colours in 0..1. */
  colors?: tf.Tensor2D;
  /** Texture coordinates with indices of their own, since a vertex on a seam has several. */
  uv?: MeshUv;
  /** What `faceMaterials` refers to. */
  materials?: Material[];
  /** [F] index into `materials`, −1 = none. */
  faceMaterials?: Int32Array;
}

export interface MeshUv {
  /** [T, 2] texture coordinates, v upwards. */
  values: tf.Tensor2D;
  /** [F·3] row of `values` at each corner, −1 where a face has none. */
  indices: Int32Array;
}

export interface Material {
  name: string;
  /** Linear diffuse colour in 0..1. */
  diffuse: [number, number, number];
  /** 1 = opaque, 0 = invisible. */
  opacity: number;
  /** Path of the diffuse texture as its file gives it, relative to that file. */
  diffuseTexture?: string;
}
