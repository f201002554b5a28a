// The convolutions of VGG-16 (Simonyan and Zisserman 2015, configuration D), of which Pixel2Mesh's paper pools conv3_3, conv4_3 and
// conv5_3: 1,280 features at full width.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { Convolution } from '../../nn/index.ts';
import { encoderDefinition, halved, padding } from './encoder.ts';

/** Convolutions of each stage, and its width in units of the first. */
const shape = [
  { convolutions: 2, width: 1 },
  { convolutions: 2, width: 2 },
  { convolutions: 3, width: 4 },
  { convolutions: 3, width: 8 },
  { convolutions: 3, width: 8 },
];
const firstPooled = 2;

const options = z.strictObject({
  type: z
    .literal('vgg16')
    .describe(
      "VGG-16's 13 convolutions with maxima between stages; conv3_3, conv4_3 and conv5_3 are pooled.",
    ),
  width: z
    .int()
    .min(1)
    .default(64)
    .describe('Channels of the first stage; the others have 2, 4, 8 and 8 times as many.'),
  padding,
});

export const vgg16 = encoderDefinition({
  type: 'vgg16',
  options,
  create({ width, padding }, { parameters, imageSize, inputChannels }) {
    let before = inputChannels;
    const stages = shape.map(({ convolutions, width: factor }, stage) =>
      Array.from({ length: convolutions }, (_, i) => {
        const convolution = new Convolution(parameters, `encoder.${stage}.${i}`, {
          inputChannels: before,
          outputChannels: factor * width,
          kernelSize: 3,
          stride: 1,
          padding,
        });
        before = factor * width;
        return convolution;
      }),
    );
    const size = halved(imageSize, shape.length - 1);
    return {
      channels: shape.slice(firstPooled).reduce((sum, stage) => sum + stage.width * width, 0),
      lastShape: [size, size, before],
      apply(pictures) {
        let features = pictures;
        const maps = stages.map((stage, i) => {
          if (i > 0) features = tf.maxPool(features, 2, 2, 'same');
          for (const convolution of stage) features = convolution.apply(features);
          return features;
        });
        return { maps: maps.slice(firstPooled), last: features };
      },
    };
  },
});
