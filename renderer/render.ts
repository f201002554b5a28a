// Meshes and a camera in, pictures out.

import * as tf from '@tensorflow/tfjs';
import { hostOp, isOnDevice } from './backend/index.ts';
import { Camera } from './camera/index.ts';
import { notOnDevice } from './drawOnDevice.ts';
import { ArgumentError } from './errors.ts';
import { kernelsNamed } from './kernels/index.ts';
import type { Mesh } from './mesh/index.ts';
import { resolveMethod } from './methods/index.ts';
import {
  draw,
  frameOf,
  type OutputName,
  outputNames,
  type RasterizeOptions,
  type RasterOutputs,
} from './rasterize.ts';
import { checkMesh } from './shading/checkMesh.ts';
import {
  defaultShading,
  type Light,
  lit,
  type NormalKind,
  packedAttributes,
  type Shaded,
  type Shading,
  type ShadingScene,
} from './shading/index.ts';
import { normalAttributes } from './shading/lit.ts';
import { shown } from './shown.ts';
import { type CornerAttributes, type Frame, Geometry, interpolateAt } from './visibility/index.ts';

/** What `render` can draw beside the outputs of `rasterize`; differentiable, of the visible surface. */
export interface RenderOutputs extends RasterOutputs {
  /** [B, H, W, 3]: unit normals in world space, on the side from which a face winds counter-clockwise; 0 on the background. */
  normals: tf.Tensor4D;
  /** [B, H, W, 2]: texture coordinates; 0 on the background, and where there are none. */
  uv: tf.Tensor4D;
}

export type RenderOutputName = keyof RenderOutputs;

export interface RenderOptions<Name extends RenderOutputName = 'image' | 'silhouette'>
  extends Omit<RasterizeOptions<OutputName>, 'attributes' | 'shader' | 'near' | 'outputs'> {
  /**
   * How the surface gets its colours: `unlit`, `vertexColors`, `lit`, `sphericalHarmonics` or `clay`. Default: `lit` where lights are
   * given; else the colours of vertices or materials with their textures; else `clay`.
   */
  shading?: Shading;
  /** Short for `shading: lit({ lights })`. */
  lights?: readonly Light[];
  /** Which normals the output of that name shows. Default: 'area'. */
  normals?: NormalKind;
  /** Default: image and silhouette. */
  outputs?: readonly Name[];
}

/**
 * Draws a mesh once for every view of the camera, B = number of views; or several meshes in one call, whatever their topologies: of
 * K·M views, views K·m … K·m + K − 1 look at mesh m, and one view looks at each. Colours are linear. Differentiable with respect to
 * vertices, colours, texture coordinates, texels, and whatever of camera and shading is a tensor.
 *
 * @throws ArgumentError on wrong shapes, sizes or options, or on a back end without kernels.
 */
export function render<Name extends RenderOutputName = 'image' | 'silhouette'>(
  mesh: Mesh | readonly Mesh[],
  camera: Camera,
  options: RenderOptions<Name>,
): Pick<RenderOutputs, Name> {
  if (isOnDevice()) throw notOnDevice('render()');
  const meshes = Array.isArray(mesh) ? (mesh as readonly Mesh[]) : [mesh as Mesh];
  if (meshes.length === 0) throw new ArgumentError('there must be a mesh to render, but there are none');
  if (!(camera instanceof Camera))
    throw new ArgumentError(`camera must be a Camera, but is ${shown(camera)}`);
  const { shading, lights, normals, outputs, method: chosen, kernel = 'simd', ...rest } = options;
  if (shading !== undefined && typeof shading !== 'function') {
    throw new ArgumentError(
      `shading must be a Shading, as unlit() or lit() make them, but is ${shown(shading)}`,
    );
  }
  if (shading && lights) {
    throw new ArgumentError('give either shading or lights: lights are short for lit({ lights })');
  }
  const names = outputNames(outputs, [...Object.keys(draw), 'normals', 'uv']) as readonly RenderOutputName[];
  const { method, options: values } = resolveMethod(chosen ?? { type: 'dibr' });
  return tf.tidy(() => {
    const scene = sceneOf(meshes, camera);
    const shade = shading ?? (lights ? lit({ lights }) : defaultShading(meshes));
    const frame = frameOf(kernelsNamed(kernel), scene.geometry, {
      ...rest,
      near: camera.near,
      ...(names.includes('image') && shadedBy(shade, scene)),
    });
    const drawn = names.map((name) => {
      if (name === 'normals') return unit(visible(frame, normalAttributes(scene, normals ?? 'area')));
      if (name === 'uv') return visible(frame, uvAttributes(scene));
      return draw[name](frame, method, values);
    });
    return Object.fromEntries(drawn.map((tensor, i) => [names[i], tensor])) as tf.TensorContainer;
  }) as Pick<RenderOutputs, Name>;
}

/** @throws ArgumentError where a shading does not do its part, as where `lit` is given in place of `lit()`. */
function shadedBy(shading: Shading, scene: ShadingScene): Shaded {
  const shaded = shading(scene);
  if (typeof shaded === 'object' && (shaded.attributes || shaded.shader)) return shaded;
  throw new ArgumentError(
    'shading must give attributes or a shader, but gives neither: is it to be called, as in lit()?',
  );
}

/** The meshes as the camera projects them. @throws ArgumentError where views cannot be shared out. */
function sceneOf(meshes: readonly Mesh[], camera: Camera): ShadingScene {
  for (const mesh of meshes) checkMesh(mesh);
  const { viewCount } = camera;
  const views = viewCount === 1 ? 1 : viewCount / meshes.length;
  if (!Number.isInteger(views)) {
    throw new ArgumentError(`${viewCount} views cannot be shared out among ${meshes.length} meshes`);
  }
  const positions = meshes.map(({ vertices }, m) => {
    const own = viewCount === 1 || meshes.length === 1 ? camera : camera.subset(views * m, views);
    return projected(own, vertices);
  });
  const each = <T>(of: (mesh: Mesh, index: number) => T): T[] =>
    meshes.flatMap((mesh, m) => new Array<T>(views).fill(of(mesh, m)));
  const geometry = new Geometry(
    positions.length === 1 ? positions[0] : tf.concat(positions),
    each(({ topology }) => topology),
    each((_, m) => m),
  );
  return { meshes, camera, geometry };
}

/** [views · V, 4]. Vertices that are not finite stay so, and have no part in gradients, which 0 times NaN would spoil. */
function projected(camera: Camera, vertices: tf.Tensor2D): tf.Tensor2D {
  const project = (places: tf.Tensor2D) =>
    camera.project(places.expandDims(0) as tf.Tensor3D).reshape([-1, 4]) as tf.Tensor2D;
  const finite: boolean[] = [];
  hostOp([vertices], [], ([values]) => {
    for (let i = 0; i < values.length; i += 3) {
      const isKnown = Number.isFinite(values[i] + values[i + 1] + values[i + 2]);
      if (!isKnown && finite.length === 0) finite.push(...new Array<boolean>(i / 3).fill(true));
      if (!isKnown || finite.length > 0) finite.push(isKnown);
    }
  });
  if (finite.length === 0) return project(vertices);
  const known = tf.tensor2d(finite, [finite.length, 1], 'bool');
  const places = tf.where(known.tile([1, 3]), vertices, 0) as tf.Tensor2D;
  return tf.where(known.tile([camera.viewCount, 4]), project(places), Number.NaN) as tf.Tensor2D;
}

function visible(frame: Frame, attributes: CornerAttributes): tf.Tensor4D {
  const inFrame = frame.clipping?.attributes(attributes) ?? attributes;
  const shape = [...frame.shape, attributes.values.shape.at(-1)!];
  return interpolateAt(frame, frame.keptVisible, inFrame, shape) as tf.Tensor4D;
}

/** Of length 1; 0 stays 0. */
function unit(vectors: tf.Tensor4D): tf.Tensor4D {
  return vectors.div(vectors.square().sum(3, true).add(1e-20).sqrt());
}

function uvAttributes(scene: ShadingScene): CornerAttributes {
  return packedAttributes(scene, ({ uv, topology }) => {
    const nothing = tf.zeros([1, 2]) as tf.Tensor2D;
    if (!uv) return { values: nothing, indices: new Int32Array(topology.faces.length) };
    const [rows] = uv.values.shape;
    return {
      values: tf.concat([uv.values, nothing]) as tf.Tensor2D,
      indices: uv.indices.map((row) => (row < 0 ? rows : row)),
    };
  });
}
