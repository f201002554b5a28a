import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere } from '../../../renderer/mesh/index.ts';
import {
  evenPointClouds,
  type Loss,
  losses,
  type PictureLoss,
  type ShapeLoss,
  shapeContext,
  type WeightsLoss,
} from '../../../src/losses/index.ts';
import { useTestBackend } from '../../backend.ts';

beforeAll(() => useTestBackend());

describe('the registry of losses', () => {
  it('names every loss once and gives every setting a default', () => {
    expect(new Set(losses.map(({ name }) => name)).size).toBe(losses.length);
    for (const { settings } of losses) expect(() => settings.parse({})).not.toThrow();
  });

  it('evaluates every loss with its default settings, with a gradient', () => {
    tf.tidy(() => {
      const { vertices, topology } = icosphere(1);
      const sphere = vertices.expandDims<tf.Tensor3D>(0);
      const pixels = tf.tensor3d([[[0.2, 0.7]]]);
      const variable = tf.variable(tf.tensor1d([1, 2]));

      const shapeGradient = (loss: ShapeLoss) =>
        tf.grad((predicted) =>
          loss.evaluate(
            shapeContext({
              predicted: predicted as tf.Tensor3D,
              before: sphere,
              topology,
              target: evenPointClouds(sphere, sphere),
              block: 1,
            }),
            loss.settings.parse({}),
          ),
        )(sphere.mul([1, 0.9, 0.8]));
      const pictureGradient = (loss: PictureLoss) =>
        tf.grad((silhouette) =>
          loss.evaluate(
            {
              silhouette: silhouette as tf.Tensor3D,
              image: tf.stack([silhouette, silhouette, silhouette], 3) as tf.Tensor4D,
              targetSilhouette: tf.onesLike(pixels),
              targetImage: tf.ones([1, 1, 2, 3]),
            },
            loss.settings.parse({}),
          ),
        )(pixels);
      const weightsGradient = (loss: WeightsLoss) => {
        const parameters = [{ name: 'block.weights', variable }];
        const value = () => loss.evaluate({ parameters }, loss.settings.parse({}));
        return tf.variableGrads(value, [variable]).grads[variable.name];
      };
      const gradientOf = (loss: Loss) =>
        loss.kind === '3d'
          ? shapeGradient(loss)
          : loss.kind === '2d'
            ? pictureGradient(loss)
            : weightsGradient(loss);

      for (const loss of losses)
        expect(gradientOf(loss).abs().sum().dataSync()[0], loss.name).toBeGreaterThan(0);
      variable.dispose();
    });
  });
});
