// What every model of the registry promises, and what is special to each.

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { srgbToLinear } from '../../../renderer/io/colorSpace.ts';
import { modelOf, models } from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';

const camera = { fovDegrees: 30, distance: 2 };

/** Two pictures of noise. */
function noise(size: number): tf.Tensor4D {
  const random = new Random(7);
  return tf.tensor4d(
    Float32Array.from({ length: 2 * size * size * 4 }, () => random.uniform()),
    [2, size, size, 4],
  );
}

beforeAll(() => useTestBackend());

describe.each(models)('the model $type', (model) => {
  const options = model.options.parse({ type: model.type });

  it('predicts as many meshes as it says, the finest connected as the start shape and coloured', () => {
    tf.tidy(() => {
      const predictor = model.create(options, camera, new Random(1));
      const { levels, colors } = predictor.predict(noise(options.imageSize));
      expect(levels).toHaveLength(model.levelCount(options));
      for (const { vertices, before, topology } of levels) {
        expect(vertices.shape).toEqual([2, topology.vertexCount, 3]);
        expect([1, 2]).toContain(before.shape[0]);
        expect(before.shape.slice(1)).toEqual(vertices.shape.slice(1));
      }
      const finest = levels.at(-1)!.topology;
      expect(finest.faces).toEqual(model.startShape(options).topology.faces);
      expect(predictor.topology.faces).toEqual(finest.faces);
      expect(colors!.shape).toEqual([2, finest.vertexCount, 3]);
      predictor.dispose();
    });
  });

  it('has a gradient for every weight, and the same weights for the same seed', () => {
    tf.tidy(() => {
      const [predictor, twin] = [1, 1].map((seed) => model.create(options, camera, new Random(seed)));
      const pictures = noise(options.imageSize);
      const { grads } = tf.variableGrads(() => {
        const { levels, colors } = predictor.predict(pictures);
        const sums = [colors!, ...levels.map(({ vertices }) => vertices)].map((part) =>
          part.add(1).square().sum(),
        );
        return tf.addN(sums) as tf.Scalar;
      });
      for (const [i, { name, variable }] of predictor.parameters.list().entries()) {
        expect(grads[variable.name].abs().max().dataSync()[0], name).toBeGreaterThan(0);
        expect(twin.parameters.list()[i].variable.dataSync(), name).toEqual(variable.dataSync());
      }
      predictor.dispose();
      twin.dispose();
    });
  });
});

describe('pixel2mesh', () => {
  it('gives every vertex the colour that it projects to, before anything is learned', () => {
    tf.tidy(() => {
      const model = modelOf({ type: 'pixel2mesh' });
      const options = model.options.parse({ type: 'pixel2mesh' });
      const predictor = model.create(options, camera, new Random(1));
      const size = options.imageSize;
      const red = tf.tile(tf.tensor4d([0.8, 0.2, 0.1, 1], [1, 1, 1, 4]), [1, size, size, 1]) as tf.Tensor4D;
      const colors = predictor.predict(red).colors!.dataSync();
      for (let vertex = 0; vertex < colors.length; vertex += 3) {
        expect(colors[vertex]).toBeCloseTo(srgbToLinear(0.8), 5);
        expect(colors[vertex + 1]).toBeCloseTo(srgbToLinear(0.2), 5);
        expect(colors[vertex + 2]).toBeCloseTo(srgbToLinear(0.1), 5);
      }
      predictor.dispose();
    });
  });
});
