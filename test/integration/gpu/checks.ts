// What gpu.test.ts measures in a browser and in Node: largest differences between kernels on a GPU and those in plain TypeScript.

import * as tf from '@tensorflow/tfjs';
import { loadGpuKernels, rasterizeAsync, useBackend } from '../../../renderer/browser.ts';
import { gpuKernels } from '../../../renderer/kernels/gpu/index.ts';
import { referenceKernels } from '../../../renderer/kernels/reference/index.ts';
import { type OutputName, rasterize } from '../../../renderer/rasterize.ts';
import { testNumbers } from '../../gradient.ts';
import {
  crumpledSpheres,
  interpolated,
  kernelScene,
  positionsTensor,
  relativeError,
  somePicture,
} from '../../renderer/scenes.ts';

export type Errors = Record<string, number>;

const single = (length: number, seed: number) => testNumbers(length, seed).map(Math.fround);

/** Kernel by kernel against the double-precision reference, over several meshes and sizes. */
export async function kernelErrors(gpuJs: unknown): Promise<{ mode: string; errors: Errors }> {
  const mode = await loadGpuKernels(gpuJs);
  const errors: Errors = { faces: 0, weights: 0, values: 0, mask: 0, gradients: 0, maskGradient: 0 };
  const note = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>) => {
    errors[name] = Math.max(errors[name], relativeError(actual, expected));
  };
  for (let seed = 1; seed <= 6; seed++) {
    const scene = kernelScene(crumpledSpheres(seed, 2, seed % 2 === 0 ? 3 : 4));
    const picture = somePicture({
      width: 20 + 7 * seed,
      height: 60 - 7 * seed,
      perspectiveCorrect: seed % 3 > 0,
      cull: seed > 4,
    });
    const values = single(2 * 18 * 2, seed);
    const [actual, expected] = [gpuKernels(), referenceKernels].map((kernels) => {
      const visible = kernels.findVisible(scene, picture);
      const image = interpolated(kernels, scene, visible, values, 2);
      const mask = new Float64Array(visible.faces.length);
      const options = { sharpness: 300, boxSize: 0.2, maxFaces: 6, order: 'index' as const };
      const state = kernels.softMask(scene, picture, visible, options, mask);
      const gradients = [values.length, scene.positions.length, scene.positions.length];
      const [byValue, byPosition, byMask] = gradients.map((length) => new Float64Array(length));
      const rowStarts = scene.items.map((item) => item.vertexStart);
      kernels.interpolateBackward(
        scene,
        picture,
        visible,
        { values, channels: 2, indices: scene.faces, rowStarts },
        single(image.length, 7),
        byValue,
        byPosition,
      );
      kernels.weightsBackward(scene, picture, visible, single(visible.weights.length, 9), byPosition);
      kernels.softMaskBackward(scene, picture, state, single(mask.length, 8), byMask);
      return { visible, image, mask, gradients: [...byValue, ...byPosition], maskGradient: byMask };
    });
    note('faces', actual.visible.faces, expected.visible.faces);
    note('weights', actual.visible.weights, expected.visible.weights);
    note('values', actual.image, expected.image);
    note('mask', actual.mask, expected.mask);
    note('gradients', actual.gradients, expected.gradients);
    note('maskGradient', actual.maskGradient, expected.maskGradient);
  }
  return { mode, errors };
}

/** rasterizeAsync, with its gradients, against rasterize. */
export async function asyncErrors(wasmPath?: string): Promise<Errors> {
  await useBackend('wasm', { wasmPath });
  const outputs = ['image', 'silhouette', 'depth', 'barycentrics'] as const;
  const errors: Errors = {};
  const note = (name: string, actual: tf.Tensor, expected: tf.Tensor) => {
    const error = relativeError(actual.dataSync(), expected.dataSync());
    errors[name] = Math.max(errors[name] ?? 0, error);
  };
  for (const seed of [5, 6]) {
    const test = crumpledSpheres(seed, 2, seed === 5 ? 4 : 3);
    const positions = positionsTensor(test);
    const colors = tf.tensor3d(Float32Array.from(testNumbers(18 * 3, 3)), [1, 18, 3]);
    const options = {
      width: 33,
      height: 24 + seed,
      attributes: colors,
      shader: seed === 5 ? (rows: tf.Tensor2D) => rows.square() as tf.Tensor2D : undefined,
      background: [0.1, 0.2, 0.3],
      method: { type: 'dibr', sharpness: 300, boxSize: 0.1 },
      outputs: [...outputs, 'faceIndex'] satisfies OutputName[],
    };
    const { backward, ...drawn } = await rasterizeAsync(positions, test.topology, options);
    const expected = rasterize(positions, test.topology, options);
    for (const name of options.outputs) note(name, drawn[name], expected[name]);
    const upstream = outputs.map((name, i) => {
      const { size, shape } = expected[name];
      return tf.tensor(Float32Array.from(testNumbers(size, i)), shape);
    });
    const loss = (p: tf.Tensor, c: tf.Tensor) => {
      const again = rasterize(p as tf.Tensor3D, test.topology, {
        ...options,
        attributes: c as tf.Tensor3D,
      });
      return tf.addN(outputs.map((name, i) => again[name].mul(upstream[i]).sum())) as tf.Scalar;
    };
    const [byPosition, byColor] = tf.grads(loss)([positions, colors]);
    const gradients = await backward(Object.fromEntries(outputs.map((name, i) => [name, upstream[i]])));
    note('positionGradient', gradients.positions, byPosition);
    note('attributeGradient', gradients.attributes!, byColor);
  }
  return errors;
}
