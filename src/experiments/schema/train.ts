// A config that trains a network.

import { z } from 'zod';
import { protocols } from '../../metrics/index.ts';
import { type ModelOptions, modelOf, models } from '../../models/index.ts';
import { typedUnion } from '../../models/typedUnion.ts';
import { count, identity, positive, renderer, report, schedule } from './fields.ts';
import { lossMapping, presetLossTerms, requireLoss } from './lossTerms.ts';

/** Also an option of the command line. */
export const mostEmdPoints = 4096;
const emdPoints = z
  .int()
  .min(0)
  .max(mostEmdPoints)
  .default(0)
  .describe(
    "Most points a side for the protocols' earth mover's distance: exact up to 1024, entropic above; 0: none.",
  );

const source = {
  dataset: z
    .strictObject({
      name: z
        .string()
        .min(1)
        .default('furniture-mini')
        .describe('A data set by name (`rastergrad dataset list`), or the folder of one.'),
      categories: z
        .array(z.string())
        .default([])
        .describe('Only objects of these categories, such as `[chair, sofa]`; an empty list takes all.'),
      onBadSample: z
        .enum(['stop', 'skip'])
        .default('stop')
        .describe(
          'What a sample with a missing or damaged file does: `stop` ends the run and names it, `skip` takes the next sample instead and lists the file in bad-samples.jsonl.',
        ),
      workers: z
        .union([z.int().min(0).max(64), z.literal('auto')])
        .default('auto')
        .describe(
          'Threads that read files of a ShapeNetP2M folder ahead; 0: none; `auto`: one less than cores, 1 to 4. Results are the same.',
        ),
      cacheMegabytes: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(512)
        .describe('Memory for pictures and points that are kept for when they are asked for again.'),
    })
    .prefault({})
    .describe('Where the objects come from.'),
};

const model = typedUnion<ModelOptions>(models)
  .prefault({ type: models[0].type })
  .describe(
    'The network. A `type` other than the inherited one drops its options; without any it is pixel2mesh.',
  );

export const trainSchema = z
  .strictObject({
    task: z.literal('train').describe('Train a network that predicts meshes from one picture.'),
    ...identity,
    ...source,
    model,
    losses: lossMapping(presetLossTerms),
    supervision: z
      .strictObject({
        views: count
          .default(2)
          .describe('Pictures of an object that 2D losses compare with: the input view and random others.'),
        levels: count.default(1).describe('How many of the finest meshes the 2D losses look at.'),
      })
      .prefault({})
      .describe('What the 2D losses get to see.'),
    renderer,
    training: z
      .strictObject({
        steps: z
          .int()
          .min(0)
          .default(1000)
          .describe('Optimiser steps; 0 evaluates the start weights as they are.'),
        startWeights: z
          .string()
          .default('')
          .describe(
            'Safetensors file of weights to start from, with the names of the PyTorch port (`rastergrad weights`); empty: random ones.',
          ),
        batchSize: count.default(4).describe('Objects a step.'),
        learningRate: positive.default(3e-3).describe("Adam's learning rate at its peak."),
        schedule,
        warmupSteps: z.int().min(0).default(0).describe('Steps over which the learning rate rises from 0.'),
        clipNorm: z
          .number()
          .min(0)
          .default(0)
          .describe('Largest norm of the whole gradient, which is scaled down to it; 0: no limit.'),
        mirror: z.boolean().default(true).describe('Show every other object mirrored, at random.'),
        targetPoints: count.default(500).describe('Surface points of an object that a step compares with.'),
        validateEvery: z.int().min(0).default(200).describe('Steps between validations; 0: only at the end.'),
        checkpointEvery: z
          .int()
          .min(0)
          .default(200)
          .describe('Steps between checkpoints; 0: only at the end.'),
        keepCheckpoints: count.default(2).describe('Number of latest checkpoints that are kept.'),
      })
      .prefault({})
      .describe('The optimisation.'),
    evaluation: z
      .strictObject({
        split: z
          .enum(['validation', 'test'])
          .default('test')
          .describe('Objects that the final table is about. Tune on `validation`.'),
        views: count.default(3).describe('Pictures of an object that are predicted from, one at a time.'),
        points: count.default(2000).describe('Surface points that chamfer distance and F-score compare.'),
        fThreshold: positive
          .default(0.05)
          .describe(
            "Distance within which a point counts as matched by the F-score, in the data set's unit.",
          ),
        protocols: z
          .array(z.enum(protocols.map(({ name }) => name)))
          .default([])
          .describe(
            'Protocols of papers that get tables of their own (docs/metrics.md), such as `[pixel2mesh, meshrcnn]`.',
          ),
        emdPoints,
      })
      .prefault({})
      .describe('The numbers at the end.'),
    report,
  })
  .superRefine((config, context) => {
    const levels = modelOf(config.model).levelCount(config.model);
    if (config.supervision.levels > levels) {
      context.addIssue({
        code: 'custom',
        path: ['supervision', 'levels'],
        message: `${config.supervision.levels} is more than the ${levels} meshes that the model predicts`,
      });
    }
    requireLoss(config.losses, context);
  })
  .describe('A network that predicts meshes from one picture.');

export type TrainConfig = z.output<typeof trainSchema>;
export type TrainLosses = TrainConfig['losses'];
