// What an image encoder is to a model: pictures in, feature maps out, and what a configuration may say of it.

import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { Parameters } from '../../nn/index.ts';

export interface EncodedPictures {
  /** The [B, h, w, C] maps that vertices look features up in, fine to coarse. */
  maps: tf.Tensor4D[];
  /** [B, h, w, C] the last layer's output, of which the code of the whole picture is made. */
  last: tf.Tensor4D;
}

export interface ImageEncoder {
  /** Channels of all maps together. */
  readonly channels: number;
  /** Of `last`, for pictures of the size that the encoder was made for: [h, w, C]. */
  readonly lastShape: readonly [number, number, number];
  /** @param pictures [B, H, W, input channels] */
  apply(pictures: tf.Tensor4D): EncodedPictures;
}

/** What an encoder is made of. */
export interface EncoderParts {
  /** Gets the encoder's parameters, by names that start with `encoder.`. */
  parameters: Parameters;
  imageSize: number;
  inputChannels: number;
}

interface Definition<Options> {
  /** What a configuration calls it: `model.encoder.type`. */
  type: string;
  options: z.ZodType<Options, Partial<Options>>;
  create(options: Options, parts: EncoderParts): ImageEncoder;
}

export type EncoderOptions = { type: string; padding: 'same' | 'symmetric' } & Record<string, unknown>;

export interface EncoderKind extends Definition<EncoderOptions> {}

/** Checks a kind of encoder against its own options, then forgets their type. */
export const encoderDefinition = <Options extends { type: string }>(definition: Definition<Options>) =>
  definition as unknown as EncoderKind;

export const padding = z
  .enum(['same', 'symmetric'])
  .default('same')
  .describe(
    "Zeros around a picture: TensorFlow's `same` (an odd one at the bottom right), or PyTorch's on all sides.",
  );

/** `halvings` times half of `size`, rounded up each time, as strided convolutions and pools do. */
export const halved = (size: number, halvings: number) => Math.ceil(size / 2 ** halvings);
