import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { TextureDecoder } from '../../../src/models/textureDecoder.ts';
import { Parameters } from '../../../src/nn/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

beforeAll(() => useTestBackend());

describe.each([16, 32, 128] as const)('a texture of %i texels', (size) => {
  const make = () => {
    const parameters = new Parameters(new Random(3));
    return { parameters, decoder: new TextureDecoder(parameters, 'texture', 6, { size, channels: 4 }) };
  };
  const codes = () => tf.tensor2d(Float32Array.from(testNumbers(12, 4)), [2, 6]);

  it('has numbers near zero at first, of another code others', () => {
    tf.tidy(() => {
      const texels = make().decoder.apply(codes());
      expect(texels.shape).toEqual([2, size, size, 3]);
      const values = texels.dataSync();
      expect(values.every((value) => Math.abs(value) < 1)).toBe(true);
      expect(values.subarray(0, values.length / 2)).not.toEqual(values.subarray(values.length / 2));
    });
  });

  it('has a gradient for every weight', () => {
    tf.tidy(() => {
      const { decoder, parameters } = make();
      const { grads } = tf.variableGrads(() => decoder.apply(codes()).square().sum() as tf.Scalar);
      for (const { name, variable } of parameters.list()) {
        expect(grads[variable.name].abs().max().dataSync()[0], name).toBeGreaterThan(0);
      }
      parameters.dispose();
    });
  });
});
