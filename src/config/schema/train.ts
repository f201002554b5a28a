// A config that trains a network.

import { z } from 'zod';
import { comparesSurface, losses } from '../../losses/index.ts';
import { protocols } from '../../metrics/index.ts';
import { type ModelOptions, modelOf, models } from '../../models/index.ts';
import { typedUnion } from '../../models/typedUnion.ts';
import { count, identity, positive, renderer, report } from './fields.ts';
import { lossMapping, presetLossTerms, requireLoss } from './lossTerms.ts';
import { supervision } from './supervision.ts';
import { training } from './training.ts';

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
          "Threads that read files ahead, of ShapeNetP2M, of R2N2's renderings or of a large data set of our own; 0: none; `auto`: one less than cores, 1 to 4. Results are the same.",
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
    supervision,
    renderer,
    training,
    evaluation: z
      .strictObject({
        checkpoint: z
          .enum(['last', 'best'])
          .default('last')
          .describe(
            'Weights that are evaluated and predicted with: the last ones, or those of the best validation (`training.bestBy`).',
          ),
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
    if (config.evaluation.checkpoint === 'best' && config.training.steps === 0) {
      context.addIssue({
        code: 'custom',
        path: ['evaluation', 'checkpoint'],
        message: 'best is told by validations, and without training.steps there are none',
      });
    }
    requireLoss(config.losses, context);
    const blind = losses.find((loss) => comparesSurface(loss) && config.losses[loss.name].weight > 0);
    if (blind && config.supervision.labels3d === 0) {
      context.addIssue({
        code: 'custom',
        path: ['supervision', 'labels3d'],
        message: `0 leaves no surface for losses.${blind.name} to compare with`,
      });
    }
  })
  .describe('A network that predicts meshes from one picture.');

export type TrainConfig = z.output<typeof trainSchema>;
export type TrainLosses = TrainConfig['losses'];
