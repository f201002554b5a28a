// What a scene is made of: a projected mesh with constant colours, in double precision on the host, and its rasterization by any
// method. Positions are rounded to single precision once, so that methods and oracle see the same numbers.

import * as tf from '@tensorflow/tfjs';
import type { Camera } from '../../renderer/camera/index.ts';
import type { Picture, Scene } from '../../renderer/kernels/index.ts';
import { Topology } from '../../renderer/mesh/index.ts';
import type { MethodOptions } from '../../renderer/methods/index.ts';
import { type RasterizeOptions, rasterize } from '../../renderer/rasterize.ts';

/** What a loss looks at. */
export type Layer = 'silhouette' | 'image';

/** A mesh before it is projected. */
export interface Shape {
  /** [V·3] */
  vertices: Float64Array;
  /** [F·3] */
  faces: Int32Array;
  /** Linear RGB, three numbers a row. */
  colors: ArrayLike<number>;
  /** [F·3] row of `colors` at each corner. Default: a row a vertex. */
  colorIndices?: Int32Array;
}

/** A mesh as a camera sees it. */
export interface View {
  topology: Topology;
  /** [V·4] homogeneous image-plane positions, representable in float32. */
  positions: Float64Array;
  colors: { values: Float64Array; indices: Int32Array };
}

/** Behind everything, in every scene. */
export const background: readonly number[] = [1, 1, 1];

/** Faces with a vertex nearer to the camera plane than this, or behind it, are not drawn. */
const near = 1e-3;

/** The shape through a camera, or, without one, as it lies in the image plane: x, y, and z as depth. */
export function viewOf({ vertices, faces, colors, colorIndices }: Shape, camera?: Camera): View {
  const topology = new Topology(faces, vertices.length / 3);
  const flat = () => {
    const rows = new Float64Array((4 * vertices.length) / 3).fill(1);
    for (let v = 0; v < topology.vertexCount; v++) rows.set(vertices.subarray(3 * v, 3 * v + 3), 4 * v);
    return rows;
  };
  return {
    topology,
    positions: (camera ? camera.projectOnHost(vertices) : flat()).map(Math.fround),
    colors: { values: Float64Array.from(colors, Math.fround), indices: colorIndices ?? faces },
  };
}

/** The view with other vertices: [V·2] image-plane positions; depths stay. */
export function withPlanePositions(view: View, plane: ArrayLike<number>): View {
  const positions = view.positions.slice();
  for (let v = 0; v < view.topology.vertexCount; v++) {
    const w = positions[4 * v + 3];
    positions[4 * v] = plane[2 * v] * w;
    positions[4 * v + 1] = plane[2 * v + 1] * w;
  }
  return { ...view, positions };
}

/** [V·2] image-plane positions x = X/w, y = Y/w. */
export function planePositions({ positions }: View): Float64Array {
  const count = positions.length / 4;
  return Float64Array.from({ length: 2 * count }, (_, i) => {
    const v = 4 * (i >> 1);
    return positions[v + (i & 1)] / positions[v + 3];
  });
}

/** dL/d(x, y), [V·2], from dL/d(X, Y, Z, w), [V·4]: x = X/w at constant w, so ∂L/∂x = w · ∂L/∂X. */
export function planeGradient({ positions }: View, gradient: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: positions.length / 2 }, (_, i) => {
    const v = 4 * (i >> 1);
    return positions[v + 3] * gradient[v + (i & 1)];
  });
}

/** The view for kernels and oracle. */
export function sceneOf({ topology, positions }: View): Scene {
  const { faces, faceCount, vertexCount } = topology;
  return {
    positions,
    stride: 4,
    faces,
    items: [{ vertexStart: 0, vertexCount, faceStart: 0, faceCount }],
  };
}

export const pictureOf = (resolution: number): Picture => ({
  width: resolution,
  height: resolution,
  perspectiveCorrect: true,
  cull: false,
  near,
});

/** [1, V, 4] tensor of the positions. */
export const positionTensor = ({ positions }: View) =>
  tf.tensor3d(Float32Array.from(positions), [1, positions.length / 4, 4]);

/** One layer of the view's picture as the method draws it, a differentiable function of `positions`: [1, H, W] or [1, H, W, 3]. */
export function draw(
  { topology, colors }: View,
  positions: tf.Tensor3D,
  { method, resolution, layer }: { method: MethodOptions; resolution: number; layer: Layer },
): tf.Tensor {
  const options: RasterizeOptions = { width: resolution, height: resolution, method, near, background };
  if (layer === 'silhouette') {
    return rasterize(positions, topology, { ...options, outputs: ['silhouette'] }).silhouette;
  }
  const { values, indices } = colors;
  const attributes = { values: tf.tensor3d(Float32Array.from(values), [1, values.length / 3, 3]), indices };
  return rasterize(positions, topology, { ...options, attributes, outputs: ['image'] }).image;
}
