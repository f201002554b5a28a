// The shape of ResNet-18 (He et al. 2016): 7×7 convolution, maximum, and four stages of two residual blocks, all four pooled.
// Batch normalisation is left out: at test time it folds into the convolutions, and for training small batches make it noise. So that
// signals keep their size all the same, the second convolution of every block starts at zero (Goyal et al. 2017, section 5.1).

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { Convolution, type Parameters, zeros } from '../../nn/index.ts';
import { encoderDefinition, halved, padding } from './encoder.ts';

const stageCount = 4;
const blocksOfStage = 2;

const options = z.strictObject({
  type: z
    .literal('resnet18')
    .describe(
      "ResNet-18's 20 convolutions, batch normalisation folded into them; the four stages are pooled.",
    ),
  width: z
    .int()
    .min(1)
    .default(64)
    .describe('Channels of the first stage; each of the others has twice as many.'),
  padding,
});

/** relu(shortcut(x) + K₂ ∗ relu(K₁ ∗ x + b₁) + b₂). */
class ResidualBlock {
  private readonly first: Convolution;
  private readonly second: Convolution;
  private readonly shortcut?: Convolution;

  constructor(
    parameters: Parameters,
    name: string,
    inputChannels: number,
    outputChannels: number,
    stride: number,
    padding: 'same' | 'symmetric',
  ) {
    const common = { inputChannels, outputChannels, padding };
    this.first = new Convolution(parameters, `${name}.conv1`, { ...common, kernelSize: 3, stride });
    this.second = new Convolution(parameters, `${name}.conv2`, {
      ...common,
      inputChannels: outputChannels,
      kernelSize: 3,
      stride: 1,
      activation: 'linear',
      initializer: zeros,
    });
    if (stride === 1 && inputChannels === outputChannels) return;
    this.shortcut = new Convolution(parameters, `${name}.downsample`, {
      ...common,
      kernelSize: 1,
      stride,
      activation: 'linear',
    });
  }

  apply(features: tf.Tensor4D): tf.Tensor4D {
    const kept = this.shortcut ? this.shortcut.apply(features) : features;
    return tf.relu(tf.add(kept, this.second.apply(this.first.apply(features))));
  }
}

export const resnet18 = encoderDefinition({
  type: 'resnet18',
  options,
  create({ width, padding }, { parameters, imageSize, inputChannels }) {
    const first = new Convolution(parameters, 'encoder.conv1', {
      inputChannels,
      outputChannels: width,
      kernelSize: 7,
      stride: 2,
      padding,
    });
    const stages = Array.from({ length: stageCount }, (_, stage) =>
      Array.from({ length: blocksOfStage }, (_, i) => {
        const outputs = width * 2 ** stage;
        const inputs = i === 0 && stage > 0 ? outputs / 2 : outputs;
        const stride = i === 0 && stage > 0 ? 2 : 1;
        return new ResidualBlock(parameters, `encoder.${stage}.${i}`, inputs, outputs, stride, padding);
      }),
    );
    const size = halved(imageSize, stageCount + 1);
    return {
      channels: width * (2 ** stageCount - 1),
      lastShape: [size, size, width * 2 ** (stageCount - 1)],
      apply(pictures) {
        let features = tf.maxPool(first.apply(pictures), 3, 2, padding === 'same' ? 'same' : 1);
        const maps = stages.map((stage) => {
          for (const block of stage) features = block.apply(features);
          return features;
        });
        return { maps, last: features };
      },
    };
  },
});
