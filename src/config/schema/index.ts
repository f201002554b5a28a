// What an experiment config may say: every field with its type, range, default and meaning. The checks, the types, the JSON
// Schema that `rastergrad schema` prints and docs/config.md all come from here; losses and methods from their registries.

import { z } from 'zod';
import { compareSchema } from './compare.ts';
import { type FitConfig, fitSchema } from './fit.ts';
import { type TrainConfig, trainSchema } from './train.ts';

export { type CompareConfig, comparedLossNames, descentNames } from './compare.ts';
export type { RendererConfig } from './fields.ts';
export type { FitConfig, FitLosses } from './fit.ts';
export { mostEmdPoints, type TrainConfig, type TrainLosses } from './train.ts';

/** Every config, distinguished by its `task`. */
export const configSchema = z.discriminatedUnion('task', [trainSchema, fitSchema, compareSchema]);

export type Config = z.output<typeof configSchema>;
/** What runs into a run folder. */
export type ExperimentConfig = TrainConfig | FitConfig;

/** Fields that a config says for itself alone: `extends` does not hand them down. */
export const OWN_FIELDS = ['name', 'description'] as const;
