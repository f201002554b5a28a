// One forward and backward pass through the renderer, run by browser.test.ts in Node and by page.ts in a browser.

import * as tf from '@tensorflow/tfjs';
import { icosphere, lookAt, PerspectiveCamera, rasterize, useBackend } from '../../../renderer/browser.ts';

export interface ScenePictures {
  image: number[];
  silhouette: number[];
  /** dL/d(vertices) of a weighted sum L of all picture values. */
  gradient: number[];
}

export async function renderScene(backend: 'wasm' | 'cpu', wasmPath?: string): Promise<ScenePictures> {
  await useBackend(backend, { wasmPath, threads: 'auto' });
  return tf.tidy(() => {
    const { vertices, topology } = icosphere(2, { radii: [0.5, 0.35, 0.4] });
    const view = [1, 0.4, -0.3].map((x) => lookAt({ eye: [x, 0.8, 1.6] }));
    const camera = new PerspectiveCamera({ fovDegrees: 30, view });
    const batch = vertices.expandDims<tf.Tensor3D>(0);
    const draw = (positions: tf.Tensor3D) =>
      rasterize(camera.project(positions), topology, {
        width: 96,
        height: 96,
        attributes: positions.add(0.5) as tf.Tensor3D,
        method: { type: 'dibr' },
        outputs: ['image', 'silhouette'],
      });
    const loss = (positions: tf.Tensor) => {
      const { image, silhouette } = draw(positions as tf.Tensor3D);
      return weighted(image!).add(weighted(silhouette!)) as tf.Scalar;
    };
    const { image, silhouette } = draw(batch);
    return {
      image: Array.from(image!.dataSync()),
      silhouette: Array.from(silhouette!.dataSync()),
      gradient: Array.from(tf.grad(loss)(batch).dataSync()),
    };
  });
}

/** Sum of all elements, each with a weight between −0.5 and 0.5. */
function weighted(tensor: tf.Tensor): tf.Tensor {
  const weights = Float32Array.from({ length: tensor.size }, (_, i) => ((i * 7919) % 101) / 101 - 0.5);
  return tensor.mul(tf.tensor(weights, tensor.shape)).sum();
}
