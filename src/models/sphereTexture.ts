// The texture of a predicted sphere, in one of two ways: its colours are decoded from the code of the picture (Chen et al., NeurIPS 2019), or
// it is decoded where in the picture to look for them, after the texture flow of Kanazawa et al., "Learning Category-Specific Mesh
// Reconstruction from Image Collections", ECCV 2018, section 3.3. There the flow is free, and a loss draws it to the object; here it starts from
// where the surface projects, and around the object the picture has its mean colour. So what the picture shows is right before anything is
// learned, and the far side has the colours of the near one. A texel beyond the picture's border has the border's colour and no slope to come back by.

import * as tf from '@tensorflow/tfjs';
import type { MeshUv } from '../../renderer/index.ts';
import { placesMatrix, type SparseMatrix, type Topology } from '../../renderer/mesh/index.ts';
import { type Lens, type Parameters, type PoolingCamera, poolFeatures, trueLens } from '../nn/index.ts';
import type { PredictedTexture } from './meshPredictor.ts';
import { sphereUv } from './sphereUv.ts';
import { texelPlaces } from './texelPlaces.ts';
import { TextureDecoder, type TextureOptions } from './textureDecoder.ts';

/** Units of the surface's space for 1 of what is decoded: fresh offsets are small beside the object, whose radius is ½, and not bounded. */
const reach = 0.1;

export interface SphereTextureOptions extends TextureOptions {
  /** Channels of a code. */
  codeSize: number;
  /** [V, 3] around the origin. */
  template: tf.Tensor2D;
  topology: Topology;
  /** That took the pictures. */
  camera: PoolingCamera;
}

/** What a texture is made of. */
export interface Painted {
  /** [B, codes] */
  code: tf.Tensor2D;
  /** [B, H, W, 4] pictures, encoded as `filled`; made where they are looked at. */
  filled(): tf.Tensor4D;
  /** [B, V, 3] the predicted surface. */
  vertices: tf.Tensor3D;
}

export class SphereTexture {
  private readonly uv: MeshUv;
  private readonly decoder: TextureDecoder;
  private readonly flow: { places: SparseMatrix; lens: Lens } | undefined;

  constructor(parameters: Parameters, name: string, options: SphereTextureOptions) {
    const { template, topology, camera, codeSize, size, from } = options;
    this.uv = sphereUv(template.dataSync() as Float32Array, topology);
    tf.keep(this.uv.values);
    this.decoder = new TextureDecoder(parameters, name, codeSize, options);
    if (from === 'picture') {
      const texels = texelPlaces(this.uv.values.dataSync() as Float32Array, this.uv.indices, size);
      this.flow = { places: placesMatrix(topology, texels), lens: trueLens(camera) };
    }
  }

  apply({ code, filled, vertices }: Painted): PredictedTexture {
    const decoded = this.decoder.apply(code);
    return {
      texels: this.flow ? this.lookUp(decoded, filled(), vertices) : tf.sigmoid(decoded),
      uv: this.uv,
    };
  }

  private lookUp(offsets: tf.Tensor4D, filled: tf.Tensor4D, vertices: tf.Tensor3D): tf.Tensor4D {
    const { places, lens } = this.flow!;
    const points = places.apply(vertices);
    const seen = points.add<tf.Tensor3D>(offsets.reshape(points.shape).mul(reach));
    const rgb = tf.slice4d(filled, [0, 0, 0, 0], [-1, -1, -1, 3]);
    return poolFeatures(seen, [rgb], lens).reshape(offsets.shape);
  }

  dispose(): void {
    this.uv.values.dispose();
  }
}
