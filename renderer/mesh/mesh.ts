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
  /** Pictures that materials refer to, by the names that they use. */
  textures?: Readonly<Record<string, Texture>>;
}

/** Linear colour of faces without a material. */
export const noMaterial: [number, number, number] = [0.5, 0.5, 0.5];

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
  /** Linear specular colour in 0..1, for Phong's model. Default: the model's own. */
  specular?: [number, number, number];
  /** Phong's exponent, above 0. Default: the model's own. */
  shininess?: number;
  /** Edges between faces that differ by more are sharp, for `normals: 'crease'`; 0: flat faces. Default: 45. */
  creaseDegrees?: number;
  /** Key of the diffuse texture among the textures of the mesh: its path as the mesh's file gives it, relative to that file. */
  diffuseTexture?: string;
}

/** What a texture shows beyond 0…1: itself again, its border, or itself mirrored. */
export type WrapMode = 'repeat' | 'clamp' | 'mirror';

export interface Texture {
  /** [height, width, C] linear, C = 1, 3, or 4 with straight alpha last. The first row is the top one, at v = 1. */
  texels: tf.Tensor3D;
  /** Default: repeat. */
  wrapU?: WrapMode;
  wrapV?: WrapMode;
}
