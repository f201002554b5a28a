// The one number of a validation that decides which weights are the best, when the learning rate falls on a plateau, and when a
// training stops early.

import { ArgumentError } from '../../renderer/errors.ts';
import { losses as allLosses } from '../losses/index.ts';
import type { TrainConfig } from './schema/index.ts';

/** Names of scores, and which values of them are better. */
export const validationMetrics = {
  chamfer: 'lower',
  fScore: 'higher',
  iouInput: 'higher',
  iouUnseen: 'higher',
  colorUnseen: 'lower',
} as const;

export type ValidationMetric = keyof typeof validationMetrics;

export const validationMetricNames = Object.keys(validationMetrics) as ValidationMetric[];

/**
 * The number that `training.bestBy` names. For `auto`, chamfer where a loss compares with the true surface; else, so that no 3D truth is
 * looked at, the IoU of silhouettes, at unseen views where there are some.
 *
 * @throws ArgumentError where the validation does not have it
 */
export function validationMetric(
  { training: { bestBy }, losses }: Pick<TrainConfig, 'training' | 'losses'>,
  scores: Record<string, number>,
): { name: ValidationMetric; value: number; better: 'lower' | 'higher' } {
  const comparesSurface = allLosses.some(
    (loss) => loss.kind === '3d' && loss.comparesSurface && losses[loss.name].weight > 0,
  );
  const silhouettes = scores.iouUnseen === undefined ? 'iouInput' : 'iouUnseen';
  const name = bestBy !== 'auto' ? bestBy : comparesSurface ? 'chamfer' : silhouettes;
  const value = scores[name];
  if (value === undefined) {
    throw new ArgumentError(
      `training.bestBy is ${name}, but validation has only ${Object.keys(scores).join(', ')}`,
    );
  }
  return { name, value, better: validationMetrics[name] };
}
