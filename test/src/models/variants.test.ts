// Pixel2Mesh's options, each named after its source: what they change, and that gradients reach every weight in all of them.

import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { encodePictures, modelOf, Pixel2Mesh, type Pixel2MeshOptions } from '../../../src/models/index.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';
import { testNumbers } from '../../gradient.ts';

await useTestBackend();
const camera = { fovDegrees: 49.134, distance: 0.8 };
const size = 32;

function make(overrides: Record<string, unknown>): Pixel2Mesh {
  const options = modelOf({ type: 'pixel2mesh' }).options.parse({
    type: 'pixel2mesh',
    imageSize: size,
    encoder: { channels: [3, 4] },
    globalCode: 0,
    hidden: 16,
    template: { level: 0, levels: 2 },
    ...overrides,
  });
  return new Pixel2Mesh(options as unknown as Pixel2MeshOptions, camera, new Random(3));
}

const pictures = () =>
  tf.tensor4d(
    Float32Array.from(testNumbers(2 * size * size * 4, 5), (x) => (x + 1) / 2),
    [2, size, size, 4],
  );

const variants: Record<string, Record<string, unknown>> = {
  'vgg16 encoder': { encoder: { type: 'vgg16', width: 4 } },
  'resnet18 encoder': { encoder: { type: 'resnet18', width: 4 } },
  'symmetric padding': { encoder: { channels: [3, 4], kernelSizes: [3, 5], padding: 'symmetric' } },
  'resnet18 with symmetric padding': { encoder: { type: 'resnet18', width: 4, padding: 'symmetric' } },
  'white pictures': { picture: 'white' },
  'pictures normalised as ImageNet': { picture: 'imagenet' },
  'positions through tanh': { blocks: { positions: 'tanh' } },
  'absolute positions in camera space': { blocks: { positions: 'absolute', frame: 'camera' } },
  'features looked up after unpooling': { blocks: { resample: true } },
  'sum of neighbours': { blocks: { support: 'sum' } },
  'Chebyshev term, Glorot, one more layer': {
    blocks: { support: 'chebyshev', initialization: 'glorot', lastHidden: 3 },
  },
  'a code of the picture': { globalCode: 5 },
  'maps alone, through the camera of the code': { pooling: { camera: 'tensorflow', picture: false } },
  'the camera of the port': { pooling: { camera: 'pytorch', legacy: true } },
};

describe.each(Object.entries(variants))('%s', (name, overrides) => {
  it('predicts finite meshes and gives every weight a gradient', () => {
    tf.tidy(() => {
      const model = make(overrides);
      const { grads } = tf.variableGrads(() => {
        const { levels, colors } = model.predict(pictures());
        for (const { vertices } of levels) expect(vertices.dataSync().every(Number.isFinite)).toBe(true);
        return tf.addN(
          [colors!, ...levels.map(({ vertices }) => vertices)].map((x) => x.square().sum()),
        ) as tf.Scalar;
      });
      for (const { name: parameter, variable } of model.parameters.list()) {
        // Zero at first: what comes before a convolution of zeros waits for its first step.
        const waits = name.startsWith('resnet18') && parameter.includes('.conv1.');
        const largest = grads[variable.name].abs().max().dataSync()[0];
        expect(Number.isFinite(largest), parameter).toBe(true);
        if (!waits) expect(largest, parameter).toBeGreaterThan(0);
      }
      model.dispose();
    });
  });
});

describe('the encoders', () => {
  const maps = (overrides: Record<string, unknown>) => {
    const shapes: number[][] = [];
    tf.tidy(() => {
      const model = make(overrides);
      model.predict(pictures(), (layer: string, output: tf.Tensor) => {
        if (layer.startsWith('nn_encoder')) shapes.push(output.shape.slice(1));
      });
      model.dispose();
    });
    return shapes;
  };

  it('pool conv3_3, conv4_3 and conv5_3 of VGG-16', () => {
    expect(maps({ encoder: { type: 'vgg16', width: 4 } })).toEqual([
      [8, 8, 16],
      [4, 4, 32],
      [2, 2, 32],
    ]);
  });

  it.each(['same', 'symmetric'])('pool the four stages of ResNet-18 (padding %s)', (padding) => {
    expect(maps({ encoder: { type: 'resnet18', width: 4, padding } })).toEqual([
      [8, 8, 4],
      [4, 4, 8],
      [2, 2, 16],
      [1, 1, 32],
    ]);
  });

  it('pad strided convolutions as TensorFlow or as PyTorch', () => {
    const firstTexel = (padding: string) =>
      tf.tidy(() => {
        const model = make({ picture: 'white', encoder: { channels: [1], kernelSizes: 3, padding } });
        const [kernel] = model.parameters.list();
        // Only the tap at the top left: [3, 3, 3, 1].
        model.parameters.assign(kernel.variable, new Float32Array(27).fill(1, 0, 3));
        const one = tf.oneHot([[0]], size * size).reshape([1, size, size, 1]);
        const rgba = tf.concat([one, one, one, tf.onesLike(one)], 3) as tf.Tensor4D;
        let found = -1;
        model.predict(rgba, (layer: string, output: tf.Tensor) => {
          if (layer === 'nn_encoder.0') found = output.dataSync()[0];
        });
        model.dispose();
        return found;
      });
    // The first window begins at the first pixel, which is white, or half outside the picture.
    expect(firstTexel('same')).toBe(3);
    expect(firstTexel('symmetric')).toBe(0);
    const texels = (padding: string) => maps({ encoder: { channels: [2], padding } })[0];
    expect(texels('same')).toEqual([16, 16, 2]);
    expect(texels('symmetric')).toEqual([16, 16, 2]);
  });
});

describe('pictures', () => {
  it('are shown linear with the mean colour behind, on white, or normalised', () => {
    const rgba = tf.tensor4d([0.5, 0.2, 1, 1, 0.9, 0.9, 0.9, 0], [1, 1, 2, 4]);
    const filled = encodePictures(rgba, 'filled').dataSync();
    expect([...filled.subarray(4, 7)]).toEqual([...filled.subarray(0, 3)]);
    expect(filled[0]).toBeCloseTo(((0.5 + 0.055) / 1.055) ** 2.4, 6);
    expect([filled[3], filled[7]]).toEqual([1, 0]);
    const white = encodePictures(rgba, 'white').dataSync();
    for (const [i, value] of [0.5, 0.2, 1, 1, 1, 1].entries()) expect(white[i]).toBeCloseTo(value, 6);
    const imagenet = encodePictures(rgba, 'imagenet').dataSync();
    expect(imagenet[0]).toBeCloseTo((0.5 - 0.485) / 0.229, 5);
    expect(imagenet[5]).toBeCloseTo((1 - 0.406) / 0.225, 5);
  });
});
