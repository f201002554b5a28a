// The convolution stack that turns a picture into feature maps, each stage at half the resolution of the one before.

import * as tf from '@tensorflow/tfjs';
import { Convolution, Dense, heUniform, type Parameters } from '../nn/index.ts';

export interface ImageEncoderOptions {
  /** Channels of each stage. */
  channels: number[];
  /** Convolutions a stage; the first one halves the resolution. */
  convolutions: number;
  /** Width of the code of the whole picture; 0 = none. */
  globalCode: number;
}

export interface EncodedPictures {
  /** One [B, H/2ⁱ, W/2ⁱ, C] map a stage. */
  maps: tf.Tensor4D[];
  /** [B, globalCode]. */
  code?: tf.Tensor2D;
}

export class ImageEncoder {
  private readonly stages: Convolution[][];
  private readonly code?: Dense;
  readonly channels: number;

  constructor(
    parameters: Parameters,
    imageSize: number,
    inputChannels: number,
    { channels, convolutions, globalCode }: ImageEncoderOptions,
  ) {
    this.stages = channels.map((outputChannels, stage) =>
      Array.from({ length: convolutions }, (_, i) => {
        const before = stage === 0 ? inputChannels : channels[stage - 1];
        return new Convolution(parameters, `encoder.${stage}.${i}`, {
          inputChannels: i === 0 ? before : outputChannels,
          outputChannels,
          kernelSize: 3,
          stride: i === 0 ? 2 : 1,
        });
      }),
    );
    this.channels = channels.reduce((sum, count) => sum + count, 0);
    if (globalCode > 0) {
      const size = Math.ceil(imageSize / 2 ** channels.length);
      this.code = new Dense(
        parameters,
        'encoder.code',
        size * size * channels.at(-1)!,
        globalCode,
        heUniform,
      );
    }
  }

  /** [B, H, W, input channels] → feature maps, and the code where there is one. */
  apply(pictures: tf.Tensor4D): EncodedPictures {
    const maps: tf.Tensor4D[] = [];
    let features = pictures;
    for (const stage of this.stages) {
      for (const convolution of stage) features = convolution.apply(features);
      maps.push(features);
    }
    if (!this.code) return { maps };
    const [batch] = pictures.shape;
    const flat = features.reshape([batch, features.size / batch]) as tf.Tensor2D;
    return { maps, code: tf.relu(this.code.apply(flat)) };
  }
}
