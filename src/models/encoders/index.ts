// The image encoders that configurations can name. A new one is one file and one line here.

import { typedUnion } from '../typedUnion.ts';
import type { EncoderKind, EncoderOptions, EncoderParts, ImageEncoder } from './encoder.ts';
import { resnet18 } from './resnet18.ts';
import { stages } from './stages.ts';
import { vgg16 } from './vgg16.ts';

const encoders: readonly EncoderKind[] = [stages, vgg16, resnet18];

/** Options of any of them; `stages` where none is named. */
export const encoderOptions = typedUnion<EncoderOptions>(encoders)
  .prefault({ type: 'stages' })
  .describe(
    'What turns the picture into feature maps. A `type` other than the inherited one drops its options.',
  );

/** An encoder with fresh weights. */
export const makeEncoder = (options: EncoderOptions, parts: EncoderParts): ImageEncoder =>
  encoders.find(({ type }) => type === options.type)!.create(options, parts);

export type { EncodedPictures, EncoderOptions, EncoderParts, ImageEncoder } from './encoder.ts';
