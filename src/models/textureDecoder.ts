// From a code of a picture to three numbers for each texel of a texture: three for all of it, and transposed convolutions, each of which
// doubles the sides, for what differs from that. Through the convolutions alone, hues are learnt late.

import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import {
  Dense,
  glorotUniform,
  heUniform,
  type Parameters,
  scaled,
  TransposedConvolution,
} from '../nn/index.ts';

/** Where it starts from. */
const firstSize = 4;
const mostChannels = 128;
/** Fresh numbers are near zero. */
const startScale = 0.1;

export const textureOptions = z
  .strictObject({
    size: z
      .literal([0, 16, 32, 64, 128, 256])
      .default(0)
      .describe('Width and height of the texture, in texels; 0: colours of vertices in its place.'),
    channels: z
      .int()
      .min(1)
      .max(256)
      .default(16)
      .describe(
        `Channels of the decoder at half the texture's size; twice as many at each size before, up to ${mostChannels}.`,
      ),
    from: z
      .enum(['code', 'picture'])
      .default('code')
      .describe(
        "Where a texel's colour is from. `code`: decoded, as in DIB-R. `picture`: looked up in the input picture, where a point near the texel's " +
          'own on the predicted surface projects; which point is decoded, as the texture flow of CMR.',
      ),
  })
  .refine(({ size, from }) => size > 0 || from === 'code', {
    path: ['size'],
    error: 'expected a size above 0 where texture.from is picture',
  })
  .prefault({})
  .describe('A texture over longitude and latitude of the sphere, as in DIB-R.');

export type TextureOptions = z.output<typeof textureOptions>;

export class TextureDecoder {
  private readonly mean: Dense;
  private readonly first: Dense;
  private readonly hidden: TransposedConvolution[];
  private readonly last: TransposedConvolution;
  private readonly widths: number[];

  /** @param codeSize channels of a code @param options of a size above 0 */
  constructor(
    parameters: Parameters,
    name: string,
    codeSize: number,
    { size, channels }: Pick<TextureOptions, 'size' | 'channels'>,
  ) {
    const doublings = Math.log2(size / firstSize);
    this.widths = Array.from({ length: doublings }, (_, i) =>
      Math.min(channels * 2 ** (doublings - 1 - i), Math.max(channels, mostChannels)),
    );
    const [width] = this.widths;
    this.mean = new Dense(parameters, `${name}.mean`, codeSize, 3, scaled(glorotUniform, startScale));
    this.first = new Dense(parameters, `${name}.first`, codeSize, firstSize ** 2 * width, heUniform);
    const layer = (i: number, options: { outputs: number; activation?: 'linear' }) =>
      new TransposedConvolution(parameters, `${name}.${i}`, {
        inputChannels: this.widths[i],
        outputChannels: options.outputs,
        kernelSize: 4,
        stride: 2,
        ...(options.activation && { activation: 'linear', initializer: scaled(glorotUniform, startScale) }),
      });
    this.hidden = this.widths.slice(1).map((outputs, i) => layer(i, { outputs }));
    this.last = layer(doublings - 1, { outputs: 3, activation: 'linear' });
  }

  /** [B, codes] → [B, size, size, 3] any numbers. */
  apply(code: tf.Tensor2D): tf.Tensor4D {
    const start = tf.relu(this.first.apply(code)).reshape([-1, firstSize, firstSize, this.widths[0]]);
    const features = this.hidden.reduce((map, layer) => layer.apply(map), start as tf.Tensor4D);
    const mean = this.mean.apply(code).reshape([-1, 1, 1, 3]);
    return this.last.apply(features).add(mean);
  }
}
