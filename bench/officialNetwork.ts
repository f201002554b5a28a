// The published Pixel2Mesh network at its full size, and one real object to train it on: a chair of furniture-meshes, drawn at 224 × 224
// by R2N2's camera, with 9,000 points of its surface, in the frame of Pixel2Mesh's numbers (0.57 of a unit).

import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { lookAt, PerspectiveCamera, readMesh, render, sampleSurface } from '../renderer/index.ts';
import { linearToSrgb } from '../renderer/io/colorSpace.ts';
import { loadConfig, type TrainConfig } from '../src/config/index.ts';
import { type LossSettings, lossPresets, pointClouds } from '../src/losses/index.ts';
import { Pixel2Mesh, type Pixel2MeshOptions } from '../src/models/index.ts';
import { Adam } from '../src/tensor/adam.ts';
import { Random } from '../src/tensor/random.ts';
import type { Batch } from '../src/training/batch.ts';
import { Objective } from '../src/training/objective.ts';

const imageSize = 224;
const camera = { fovDegrees: (360 / Math.PI) * Math.atan(1 / 2.1875), distance: 0.8 };

const config = fileURLToPath(new URL('../experiments/pixel2mesh/official.yaml', import.meta.url));

/** @param template the official file; without it, the built-in ellipsoid of 162, 642 and 2562 vertices */
export async function officialModel(template: string | undefined): Promise<Pixel2MeshOptions> {
  const start = template
    ? [`model.template.file=${template}`]
    : [
        'model.template.type=ellipsoid',
        'model.template.level=2',
        'model.template.radii=[0.28, 0.198, 0.198]',
      ];
  const { model } = (await loadConfig(config, start)) as TrainConfig;
  return model as unknown as Pixel2MeshOptions;
}

/** The network with fresh weights, the same every time. */
export const officialNetwork = async (template: string | undefined): Promise<Pixel2Mesh> =>
  new Pixel2Mesh(await officialModel(template), camera, new Random(1));

/** `size` pictures of the chair, each with 9,000 points. */
export async function chairBatch(size: number): Promise<{ batch: Batch; points: Float32Array }> {
  const file = fileURLToPath(new URL('../data/furniture-meshes/chair.obj', import.meta.url));
  const mesh = await readMesh(file);
  const vertices = mesh.vertices.mul(0.57) as tf.Tensor2D;
  // In the frame of the input camera: turned by the view, centred at the object.
  const view = lookAt({ eye: [0.46, 0.4, 0.52] });
  const rotation = tf.tensor2d(
    [0, 1, 2].map((row) => [0, 1, 2].map((column) => view[4 * row + column])),
    [3, 3],
  );
  const turned = tf.matMul(vertices, rotation, false, true) as tf.Tensor2D;
  const toCamera = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -camera.distance, 0, 0, 0, 1];
  const pictures = tf.tidy(() => {
    const { image, silhouette } = render(
      { ...mesh, vertices: turned },
      new PerspectiveCamera({ fovDegrees: camera.fovDegrees, view: toCamera }),
      { width: imageSize, height: imageSize, method: { type: 'antialias' } },
    );
    const alpha = tf.clipByValue(silhouette, 0, 1).dataSync();
    const colors = image.dataSync();
    const rgba = Float32Array.from({ length: 4 * alpha.length }, (_, i) => {
      const pixel = Math.floor(i / 4);
      if (i % 4 === 3) return alpha[pixel];
      return linearToSrgb(Math.min(1, colors[3 * pixel + (i % 4)] / Math.max(alpha[pixel], 1e-3)));
    });
    return tf.tile(tf.tensor4d(rgba, [1, imageSize, imageSize, 4]), [size, 1, 1, 1]) as tf.Tensor4D;
  });
  const random = new Random(2);
  const surface = sampleSurface(turned.dataSync() as Float32Array, mesh.topology, 9000, () =>
    random.uniform(),
  );
  const target = pointClouds(Array.from({ length: size }, () => surface));
  const batch = { pictures, target } as unknown as Batch;
  return { batch, points: surface.points };
}

export interface TrainingStep {
  /** Weighted sum of the losses before the step. */
  loss: number;
  /** [V·3] of the first item's finest mesh. */
  vertices: Float32Array;
  forwardMilliseconds: number;
  milliseconds: number;
}

/** A function that trains `network` on `batch` by its own losses, a step a call. */
export function trainingSteps(network: Pixel2Mesh, batch: Batch): (learningRate: number) => TrainingStep {
  const parameters = network.parameters.list();
  const optimizer = new Adam(parameters);
  const names = new Map(parameters.map(({ name, variable }) => [variable.name, name]));
  const objective = new Objective({
    losses: lossPresets.official as Record<string, LossSettings>,
    renderedLevels: 1,
    renderer: { method: { type: 'dibr' }, perspectiveCorrect: true, imageSize },
    fovDegrees: camera.fovDegrees,
  });
  return (learningRate) => {
    const start = performance.now();
    const result = { loss: 0, vertices: new Float32Array(), forwardMilliseconds: 0, milliseconds: 0 };
    tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () => {
          const prediction = network.predict(batch.pictures);
          const { total } = objective.evaluate(prediction, batch, parameters);
          result.loss = total.dataSync()[0];
          const { vertices } = prediction.levels.at(-1)!;
          result.vertices = (vertices.dataSync() as Float32Array).slice(0, vertices.shape[1] * 3);
          result.forwardMilliseconds = performance.now() - start;
          return total;
        },
        parameters.map(({ variable }) => variable),
      );
      optimizer.step(
        Object.fromEntries(Object.entries(grads).map(([variable, g]) => [names.get(variable)!, g])),
        learningRate,
      );
    });
    result.milliseconds = performance.now() - start;
    return result;
  };
}
