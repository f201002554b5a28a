// The stages of a rasterizer call, each by itself, as loops on the memory of the back end: visibility, colours, DIB-R's soft silhouette,
// and the gradients of both, of a sphere that covers about half of the picture.

import * as tf from '@tensorflow/tfjs';
import { hostOp, type OutputSpec } from '../renderer/backend/index.ts';
import {
  type AttributeRows,
  type Fragments,
  icosphere,
  type Kernels,
  lookAt,
  PerspectiveCamera,
  type Picture,
  type RealArray,
  type Scene,
} from '../renderer/index.ts';
import { itemStartsOf } from '../renderer/kernels/index.ts';

export const channels = 3;
export const softOptions = { sharpness: 7000, boxSize: 0.02, maxFaces: 30, order: 'index' as const };

export interface SphereOptions {
  /** Subdivisions of the icosahedron: 20·4^level faces. */
  level: number;
  /** Width and height of each picture. */
  size: number;
  /** Views from so many sides. */
  batch: number;
}

/** The sphere, projected. Its tensors are the caller's. */
export interface SphereScene {
  positions: tf.Tensor2D;
  colors: tf.Tensor2D;
  picture: Picture;
  pixels: number;
  scene(positions: RealArray): Scene;
  rows(colors: RealArray): AttributeRows;
}

export function sphereScene({ level, size, batch }: SphereOptions): SphereScene {
  const { vertices, topology } = icosphere(level, { radii: 0.45 });
  const { vertexCount, faceCount, faces } = topology;
  const view = Array.from({ length: batch }, (_, i) =>
    lookAt({ eye: [2 * Math.cos(i), 0.6, 2 * Math.sin(i)] }),
  );
  const camera = new PerspectiveCamera({ fovDegrees: 30, view });
  const positions = tf.tidy(
    () => camera.project(vertices.expandDims(0)).reshape([batch * vertexCount, 4]) as tf.Tensor2D,
  );
  // Colours that differ, so that gradients through weights do not vanish.
  const colors = tf.tidy(() => tf.add(vertices, 0.5)) as tf.Tensor2D;
  vertices.dispose();
  const items = Array.from({ length: batch }, (_, b) => ({
    vertexStart: b * vertexCount,
    vertexCount,
    faceStart: 0,
    faceCount,
  }));
  return {
    positions,
    colors,
    picture: { width: size, height: size, perspectiveCorrect: true, cull: false, near: 1e-6 },
    pixels: batch * size * size,
    scene: (values) => ({ positions: values, stride: 4, faces, items }),
    rows: (values) => ({ values, channels, indices: faces, rowStarts: items.map(() => 0) }),
  };
}

export const stageNames = ['visibility', 'colours', 'colours back', 'mask', 'mask back'] as const;
export type StageName = (typeof stageNames)[number];
export type Stages = Record<StageName, () => void>;

type Loops = (inputs: Float32Array[], outputs: Float32Array[]) => void;

/** The stages by one implementation. Each can be run by itself: those that it stands on have run once. */
export function stagesOf(kernels: Kernels, sphere: SphereScene): Stages {
  const { positions, colors, picture, pixels, scene, rows } = sphere;
  const image = { shape: [pixels, channels], dtype: 'float32' as const };
  const mask = { shape: [pixels], dtype: 'float32' as const };
  const gradients = [positions, colors].map(({ shape }) => ({ shape, dtype: 'float32' as const }));
  const upstream = tf.randomUniform(image.shape, -1, 1, 'float32', 1);
  const maskUpstream = tf.randomUniform(mask.shape, -1, 1, 'float32', 2);
  const apply = (inputs: tf.Tensor[], outputs: OutputSpec[], loops: Loops) =>
    hostOp(inputs, outputs, loops as Parameters<typeof hostOp>[2]);
  const run = (...args: Parameters<typeof apply>) => tf.dispose(apply(...args));
  // As `rasterize` does, fragments are kept in tensors.
  const kept = { uncleared: true, shape: [pixels], dtype: 'int32' as const };
  const itemStarts = itemStartsOf(pixels / (picture.width * picture.height), picture.width * picture.height);
  const fragments = (faces: ArrayLike<number>, weights: Float32Array): Fragments => ({
    faces: faces as Int32Array,
    weights,
    itemStarts,
  });
  let visible: tf.Tensor[] = [];
  let state!: object;
  const stages: Stages = {
    visibility() {
      tf.dispose(visible);
      visible = apply(
        [positions],
        [kept, { ...kept, shape: [pixels, 3], dtype: 'float32' }],
        ([p], [faces, weights]) => kernels.findVisible(scene(p), picture, fragments(faces, weights)),
      );
    },
    colours: () =>
      run([positions, colors, ...visible], [image], ([p, c, faces, weights], [output]) =>
        kernels.interpolate(scene(p), fragments(faces, weights), rows(c), output),
      ),
    'colours back': () =>
      run([positions, colors, upstream, ...visible], gradients, ([p, c, g, faces, weights], [dp, dc]) =>
        kernels.interpolateBackward(scene(p), picture, fragments(faces, weights), rows(c), g, dc, dp),
      ),
    mask: () =>
      run([positions, ...visible], [mask], ([p, faces, weights], [output]) => {
        state = kernels.softMask(scene(p), picture, fragments(faces, weights), softOptions, output);
      }),
    'mask back': () =>
      run([positions, maskUpstream], gradients.slice(0, 1), ([p, g], [dp]) =>
        kernels.softMaskBackward(scene(p), picture, state, g, dp),
      ),
  };
  for (const name of stageNames) stages[name]();
  return stages;
}
