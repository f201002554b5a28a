// How predicted meshes look: what the rasterizer needs to draw them, and the same as a mesh for files and pictures.

import * as tf from '@tensorflow/tfjs';
import { type Mesh, type RasterizeOptions, sampleTextures, type Texture } from '../../renderer/index.ts';
import type { Topology } from '../../renderer/mesh/index.ts';
import type { MeshPrediction } from './meshPredictor.ts';

/** What of a prediction its looks depend on. */
export type Appearance = Pick<MeshPrediction, 'colors' | 'texture' | 'light'>;

/** Colours of a surface, as `rasterize` takes them. */
export type Paint = Pick<RasterizeOptions, 'attributes' | 'shader'>;

const texture = (texels: tf.Tensor3D): Texture => ({ texels, wrapU: 'repeat', wrapV: 'clamp' });

/**
 * Linear colours, not cut at 1: those of vertices, or of a texture without mipmaps, times the light.
 *
 * @param faces [F·3] of the level that is drawn: the finest, or one before it, which has some of its vertices and no texture
 * @param vertexCount of that level
 * @param viewsPerItem pictures that are drawn of each item of the batch, one item after another
 */
export function paintOf(
  { colors, texture: painted, light }: Appearance,
  { faces, vertexCount }: { faces: Int32Array; vertexCount: number },
  viewsPerItem: number,
): Paint {
  const lightHere = light && firstVertices(light, vertexCount);
  if (!painted) {
    const colorsHere = firstVertices(colors!, vertexCount);
    return { attributes: lightHere ? colorsHere.mul<tf.Tensor3D>(lightHere) : colorsHere };
  }
  const { texels, uv } = painted;
  return {
    attributes: { values: uv.values.expandDims(0) as tf.Tensor3D, indices: uv.indices },
    shader(coordinates, surface) {
      const { items, faces: visible } = surface;
      const which = items.map((item, i) => (visible[i] < 0 ? -1 : Math.floor(item / viewsPerItem)));
      const albedo = sampleTextures(
        tf.unstack(texels).map((each) => texture(each as tf.Tensor3D)),
        which,
        coordinates,
      );
      return lightHere ? albedo.mul(surface.interpolate({ values: lightHere, indices: faces })) : albedo;
    },
  };
}

/** Of [B, V, C] values at vertices, those of the first `count`. */
function firstVertices(values: tf.Tensor3D, count: number): tf.Tensor3D {
  return values.shape[1] === count ? values : values.slice([0, 0, 0], [-1, count, -1]);
}

/** As files refer to it. */
const textureName = 'texture.png';

/**
 * The finest level of a prediction of one item as a mesh with colours, or a texture, in [0, 1]. The light on a textured mesh is its vertex
 * colours; where there is more than 1 of it, texels are as much lighter.
 *
 * @param predict what it takes goes at the end
 * @returns tensors are the caller's: see `disposeMesh`
 */
export function meshOf(predict: () => MeshPrediction): Mesh {
  let topology: Topology;
  let indices: Int32Array | undefined;
  const { texels, uv, ...tensors } = tf.tidy(() => {
    const { levels, colors, texture: painted, light } = predict();
    const finest = levels.at(-1)!;
    topology = finest.topology;
    indices = painted?.uv.indices;
    const ofItem = (values: tf.Tensor3D) => values.squeeze<tf.Tensor2D>([0]);
    const cut = <T extends tf.Tensor>(values: T) => tf.clipByValue<T>(values, 0, 1);
    const vertices = ofItem(finest.vertices);
    if (!painted) return { vertices, colors: cut(ofItem(light ? colors!.mul(light) : colors!)) };
    const most = light ? tf.maximum(light.max(), 1) : tf.scalar(1);
    return {
      vertices,
      ...(light && { colors: cut(ofItem(light.div(most)).mul<tf.Tensor2D>(tf.ones([1, 3]))) }),
      texels: cut(painted.texels.squeeze<tf.Tensor3D>([0]).mul<tf.Tensor3D>(most)),
      uv: painted.uv.values.clone(),
    };
  }) as { vertices: tf.Tensor2D; colors?: tf.Tensor2D; texels?: tf.Tensor3D; uv?: tf.Tensor2D };
  return {
    ...tensors,
    topology: topology!,
    ...(texels && {
      uv: { values: uv!, indices: indices! },
      materials: [{ name: 'texture', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: textureName }],
      faceMaterials: new Int32Array(topology!.faceCount),
      textures: { [textureName]: texture(texels) },
    }),
  };
}

/** Lets the tensors of a predicted mesh go. */
export function disposeMesh({ vertices, colors, uv, textures = {} }: Mesh): void {
  const texels = Object.values(textures).map((each) => each.texels);
  tf.dispose([vertices, ...(colors ? [colors] : []), ...(uv ? [uv.values] : []), ...texels]);
}
