// A mesh and a camera in, pictures out.

import * as tf from '@tensorflow/tfjs';
import type { Camera } from './camera/index.ts';
import type { Mesh } from './mesh/index.ts';
import { type OutputName, type RasterizeOptions, type RasterOutputs, rasterize } from './rasterize.ts';
import { defaultShading, type Shading } from './shading/index.ts';

export interface RenderOptions<Name extends OutputName = 'image' | 'silhouette'>
  extends Omit<RasterizeOptions<Name>, 'attributes' | 'shader' | 'near'> {
  /** Default: the colours of the mesh's vertices, else of its materials, else `clay`. */
  shading?: Shading;
}

/**
 * Draws a mesh once for every view of the camera, B = number of views. Colours are linear. Differentiable with respect to the
 * mesh's vertices and colours.
 *
 * @throws ArgumentError on wrong shapes, sizes or options, or on a back end without kernels.
 */
export function render<Name extends OutputName = 'image' | 'silhouette'>(
  mesh: Mesh,
  camera: Camera,
  { shading = defaultShading(mesh), ...options }: RenderOptions<Name>,
): Pick<RasterOutputs, Name> {
  return tf.tidy(() => {
    const positions = camera.project(mesh.vertices.expandDims(0) as tf.Tensor3D);
    const wantsImage = !options.outputs || (options.outputs as readonly OutputName[]).includes('image');
    return rasterize<Name>(positions, mesh.topology, {
      ...options,
      near: camera.near,
      attributes: wantsImage ? shading.attributes(mesh, camera, positions) : undefined,
      shader: shading.shader,
    }) as tf.TensorContainer;
  }) as Pick<RasterOutputs, Name>;
}
