// What the benchmarks of gradient methods draw: picture and silhouette forward, and the gradients of both to positions and colours,
// through TensorFlow.js on the wasm back end.

import * as tf from '@tensorflow/tfjs';
import {
  icosphere,
  type KernelName,
  lookAt,
  type MethodOptions,
  PerspectiveCamera,
  rasterize,
  type Topology,
} from '../renderer/index.ts';

export const methods: readonly MethodOptions[] = [
  { type: 'hard' },
  { type: 'dibr' },
  { type: 'dibr', unbiased: true },
  { type: 'softras', sigma: 1e-4 },
  { type: 'softras', variant: 'pytorch3d', facesPerPixel: 10 },
  { type: 'nmr' },
  { type: 'antialias' },
  { type: 'edge' },
];
export const nameOf = ({ type, ...options }: MethodOptions) =>
  [type, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)].join(' ');

interface Inputs {
  positions: tf.Tensor3D;
  colors: tf.Tensor3D;
  topology: Topology;
}

/** A sphere that fills most of the picture, from `batch` sides. Its tensors are the caller's. */
export function sphere(level: number, batch: number): Inputs {
  return tf.tidy(() => {
    const { vertices, topology } = icosphere(level, { radii: 0.45 });
    const view = Array.from({ length: batch }, (_, i) =>
      lookAt({ eye: [2 * Math.cos(i), 0.6, 2 * Math.sin(i)] }),
    );
    return {
      positions: new PerspectiveCamera({ fovDegrees: 30, view }).project(vertices.expandDims(0)),
      colors: tf.fill([1, topology.vertexCount, 3], 0.5) as tf.Tensor3D,
      topology,
    } as unknown as tf.TensorContainer;
  }) as unknown as Inputs;
}

/**
 * Draws, and takes the gradients of the sum of it all, which costs about a millisecond at 256².
 *
 * @param kernel the usual one where it is left out
 */
export function step(
  { positions, colors, topology }: Inputs,
  size: number,
  method: MethodOptions,
  kernel?: KernelName,
): void {
  tf.tidy(() => {
    const gradients = tf.grads((at, attributes) => {
      const { image, silhouette } = rasterize(at as tf.Tensor3D, topology, {
        width: size,
        height: size,
        attributes: attributes as tf.Tensor3D,
        method,
        ...(kernel && { kernel }),
      });
      return tf.add(image.sum(), silhouette.sum());
    })([positions, colors]);
    for (const gradient of gradients) gradient.dataSync();
  });
}

/** The loss of `step` on pictures [1, H, W, 3] and [1, H, W] that are there already, and its gradient: what is not drawing. */
export function lossAlone(image: tf.Tensor, silhouette: tf.Tensor): void {
  tf.tidy(() => {
    tf.grads((a, b) => tf.add(a.sum(), b.sum()))([image, silhouette]);
  });
}
