// Loss terms of a config: a weight and settings for each loss of the registry, and presets of them.

import { z } from 'zod';
import {
  type Loss,
  type LossPresetName,
  type LossSettings,
  losses,
  lossPresets,
} from '../../losses/index.ts';
import { isFields, mergeFields } from '../overrides.ts';
import { sentence } from './sentence.ts';

/** What a loss looks at. */
const lossKinds: Record<Loss['kind'], string> = {
  '3d': '3D loss',
  '2d': '2D loss',
  weights: 'loss on parameters',
};

const lossTerm = ({ name, kind, description, settings }: Loss) =>
  z
    .strictObject({
      weight: z
        .number()
        .min(0)
        .default(0)
        .describe(`Weight of the ${lossKinds[kind]} "${name}"; 0 switches it off. ${sentence(description)}`),
      ...settings.shape,
    })
    .prefault({}) as unknown as z.ZodPrefault<z.ZodType<LossSettings>>;

export const lossTerms = (chosen: readonly Loss[]) =>
  Object.fromEntries(chosen.map((loss) => [loss.name, lossTerm(loss)]));

export const lossMapping = (terms: z.ZodType<Record<string, LossSettings>, object>) =>
  terms.prefault({}).describe('Loss terms; what is minimised is their weighted sum.');

const presetNames = Object.keys(lossPresets) as [LossPresetName];

// A preset is taken in before anything is checked, as `extends` is, and like that is gone from what the check returns.
export const presetLossTerms = z.preprocess(
  (fields) =>
    isFields(fields) && presetNames.includes(fields.preset as LossPresetName)
      ? mergeFields(lossPresets[fields.preset as LossPresetName], fields)
      : fields,
  z
    .strictObject({
      preset: z
        .enum(presetNames)
        .default('none')
        .describe(
          "Weights and settings that fields here replace singly. Pixel2Mesh's losses: `official` as in the authors' code, `pytorch` as " +
            "in noahcao/Pixel2Mesh. `dibr`: those of DIB-R's network for single pictures.",
        ),
      ...lossTerms(losses),
    })
    .transform(({ preset: _, ...terms }) => terms),
) as unknown as z.ZodType<Record<string, LossSettings>, object>;

/** At least one loss must look at what is predicted; small parameters by themselves are no aim. */
export function requireLoss(terms: Record<string, LossSettings>, context: z.RefinementCtx): void {
  const names = losses
    .filter(({ name, kind }) => name in terms && kind !== 'weights')
    .map(({ name }) => name);
  if (names.some((name) => terms[name].weight > 0)) return;
  context.addIssue({
    code: 'custom',
    path: ['losses'],
    message: `every weight is 0; give one of ${names.join(', ')} a weight above 0`,
  });
}
