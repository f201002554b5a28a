// A plain stack of convolutions in stages of falling resolution: Pixel2Mesh's own encoder (nywang16/Pixel2Mesh, p2m/models.py,
// build_cnn18) and smaller ones like it.

import { z } from 'zod';
import { Convolution } from '../../nn/index.ts';
import { encoderDefinition, padding } from './encoder.ts';

const count = z.int().min(1);
const perStage = (value: z.ZodInt) => z.union([value, z.array(value).min(1).max(8)]);

const options = z
  .strictObject({
    type: z
      .literal('stages')
      .describe(
        'Convolutions in stages, with no normalisation; the first convolution of a stage may halve the picture.',
      ),
    channels: z.array(count).min(1).max(8).default([16, 32, 64, 128]).describe('Channels of each stage.'),
    convolutions: perStage(count)
      .default(1)
      .describe('Convolutions of a stage: one number for all, or a list of one a stage.'),
    kernelSizes: perStage(count)
      .default(3)
      .describe('Height and width of the kernel of the first convolution of a stage; the others have 3.'),
    strides: perStage(z.int().min(1).max(2))
      .default(2)
      .describe('Stride of the first convolution of a stage; the others have 1.'),
    pooledStages: count
      .max(8)
      .default(8)
      .describe('How many of the last stages vertices look features up in, at most.'),
    padding,
  })
  .superRefine((chosen, context) => {
    for (const name of ['convolutions', 'kernelSizes', 'strides'] as const) {
      const value = chosen[name];
      if (typeof value === 'number' || value.length === chosen.channels.length) continue;
      const message = `has ${value.length} stages, but channels has ${chosen.channels.length}`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

export const stages = encoderDefinition({
  type: 'stages',
  options,
  create({ channels, convolutions, kernelSizes, strides, pooledStages, padding }, parts) {
    const ofStage = (value: number | number[], stage: number) =>
      typeof value === 'number' ? value : value[stage];
    const layers = channels.map((outputChannels, stage) =>
      Array.from({ length: ofStage(convolutions, stage) }, (_, i) => {
        const before = stage === 0 ? parts.inputChannels : channels[stage - 1];
        return new Convolution(parts.parameters, `encoder.${stage}.${i}`, {
          inputChannels: i === 0 ? before : outputChannels,
          outputChannels,
          kernelSize: i === 0 ? ofStage(kernelSizes, stage) : 3,
          stride: i === 0 ? ofStage(strides, stage) : 1,
          padding,
        });
      }),
    );
    const first = Math.max(0, channels.length - pooledStages);
    const size = channels.reduce(
      (side, _, stage) => Math.ceil(side / ofStage(strides, stage)),
      parts.imageSize,
    );
    return {
      channels: channels.slice(first).reduce((sum, width) => sum + width, 0),
      lastShape: [size, size, channels.at(-1)!],
      apply(pictures) {
        let features = pictures;
        const maps = layers.map((stage) => {
          for (const convolution of stage) features = convolution.apply(features);
          return features;
        });
        return { maps: maps.slice(first), last: features };
      },
    };
  },
});
