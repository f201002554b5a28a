import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { evenPointClouds, losses, shapeContext } from '../../../src/losses/index.ts';
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
      const shapeGradient = (loss: (predicted: tf.Tensor3D) => tf.Scalar) =>
        tf.grad((predicted) => loss(predicted as tf.Tensor3D))(sphere.mul([1, 0.9, 0.8]));
      for (const loss of losses) {
        const settings = loss.settings.parse({});
        const gradient =
          loss.kind === '3d'
            ? shapeGradient((predicted) =>
                loss.evaluate(
                  shapeContext({
                    predicted,
                    before: sphere,
                    topology,
                    target: evenPointClouds(sphere, sphere),
                    block: 1,
                  }),
                  settings,
                ),
              )
            : tf.grad((silhouette) =>
                loss.evaluate(
                  {
                    silhouette: silhouette as tf.Tensor3D,
                    image: tf.stack([silhouette, silhouette, silhouette], 3) as tf.Tensor4D,
                    targetSilhouette: tf.onesLike(pixels),
                    targetImage: tf.ones([1, 1, 2, 3]),
                  },
                  settings,
                ),
              )(pixels);
        expect(gradient.abs().sum().dataSync()[0], loss.name).toBeGreaterThan(0);
      }
    });
  });
});
