// The optimisation of a training config.

import { z } from 'zod';
import type { Schedule } from '../../training/schedule.ts';
import { validationMetricNames } from '../validationMetric.ts';
import { count, positive } from './fields.ts';

const factor = positive.lt(1);

const variants = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cosine').describe('Half a cosine, down to 0 at the last step.') }),
  z.strictObject({ type: z.literal('constant').describe('The same to the end.') }),
  z.strictObject({
    type: z.literal('step').describe('Falls at given steps.'),
    at: z.array(count).min(1).describe('Steps after which the learning rate falls.'),
    factor: factor.default(0.1).describe('What it is multiplied by each time.'),
  }),
  z.strictObject({
    type: z.literal('plateau').describe('Falls when validations no longer get better (`bestBy`).'),
    patience: count.default(5).describe('Validations in a row without a new best, after which it falls.'),
    factor: factor.default(0.3).describe('What it is multiplied by each time.'),
  }),
]);

const types: readonly unknown[] = variants.options.map(({ shape }) => shape.type.value);

/** A schedule; its name alone stands for one with the defaults. */
const schedule = (
  z.preprocess(
    (value) => (types.includes(value) ? { type: value } : value),
    variants,
  ) as unknown as z.ZodType<Schedule, Schedule>
)
  .prefault({ type: 'cosine' })
  .describe(
    'Course of the learning rate after the warm-up. A name alone, as in `schedule: constant`, stands for the type with its defaults.',
  );

export const training = z
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
    batchSize: count.default(4).describe('Objects of a batch.'),
    accumulate: count
      .default(1)
      .describe('Batches a step, averaged: as one batch so many times as large, in the memory of one.'),
    learningRate: positive.default(3e-3).describe("Adam's learning rate at its peak."),
    schedule,
    warmupSteps: z.int().min(0).default(0).describe('Steps over which the learning rate rises from 0.'),
    clipNorm: z
      .number()
      .min(0)
      .default(0)
      .describe('Largest norm of the whole gradient, which is scaled down to it; 0: no limit.'),
    ema: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        'Decay of a running mean of the weights, such as 0.999, which validation, evaluation and prediction use in their place; 0: none.',
      ),
    mirror: z.boolean().default(true).describe('Show every other object mirrored, at random.'),
    targetPoints: count.default(500).describe('Surface points of an object that a step compares with.'),
    validateEvery: z.int().min(0).default(200).describe('Steps between validations; 0: only at the end.'),
    bestBy: z
      .enum(['auto', ...validationMetricNames])
      .default('auto')
      .describe(
        'Number of a validation that says which weights are the best; `auto`: chamfer where a loss compares with the true surface, else iouUnseen.',
      ),
    earlyStop: z
      .strictObject({
        patience: z
          .int()
          .min(0)
          .default(0)
          .describe('Validations in a row without a new best, after which the training ends; 0: never.'),
      })
      .prefault({})
      .describe('When a training ends before its last step.'),
    checkpointEvery: z.int().min(0).default(200).describe('Steps between checkpoints; 0: only at the end.'),
    keepCheckpoints: count
      .default(2)
      .describe('Number of latest checkpoints that are kept, beside the best one.'),
    onDivergence: z
      .enum(['stop', 'skip', 'rewind'])
      .default('stop')
      .describe(
        'What a step does whose loss or gradient is not finite: `stop` ends the run, `skip` leaves the step out, `rewind` goes back to the last checkpoint with half the learning rate. All save the step for inspection.',
      ),
    divergenceFactor: z
      .number()
      .min(0)
      .default(0)
      .describe(
        'A loss above so many times the median of the last 25 counts as diverging, too; 0: only what is not finite.',
      ),
    divergenceLimit: z
      .int()
      .min(0)
      .default(10)
      .describe('Steps of a run that may be left out or gone back from; the next one ends it.'),
  })
  .prefault({})
  .describe('The optimisation.');
