// A mesh as files hold it, in plain arrays: what readers yield and writers take. Pure, without tensors and files.

import type { RealArray } from '../backend/index.ts';
import type { Material, WrapMode } from '../mesh/mesh.ts';
import type { ByteImage } from './image.ts';

export interface MeshData {
  /** [V·3] */
  vertices: RealArray;
  /** [F·3] vertex indices. */
  faces: Int32Array;
  /** [V·3] linear colours in 0..1. */
  colors?: RealArray;
  /** [T·2] texture coordinates, v upwards. */
  uv: RealArray;
  /** [F·3] index into `uv` at each corner, −1 = none. */
  uvFaces: Int32Array;
  materials: Material[];
  /** [F] index into `materials`, −1 = none. */
  faceMaterials: Int32Array;
  /** Pictures that materials refer to, by the names that they use. */
  textures?: Readonly<Record<string, TextureData>>;
}

/** A texture as files hold it. */
export interface TextureData {
  /** sRGB with straight alpha; the first row is the top one, at v = 1. */
  image: ByteImage;
  /** Default: repeat. */
  wrapU?: WrapMode;
  wrapV?: WrapMode;
}
