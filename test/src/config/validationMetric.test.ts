import { describe, expect, it } from 'vitest';
import { parseConfig, type TrainConfig } from '../../../src/config/index.ts';
import { validationMetric } from '../../../src/config/validationMetric.ts';

const scores = { chamfer: 1, fScore: 2, iouInput: 3, iouUnseen: 4 };
const { iouUnseen: _, ...oneView } = scores;
const config = (losses: object, training = {}) =>
  parseConfig({ task: 'train', losses, training }) as TrainConfig;

describe('what the best weights are told by', () => {
  it('is chamfer where a loss looks at the true surface, else silhouettes', () => {
    const joint = config({ chamfer: { weight: 1 }, silhouette: { weight: 1 } });
    expect(validationMetric(joint, scores)).toEqual({ name: 'chamfer', value: 1, better: 'lower' });
    const pictures = config({ silhouette: { weight: 1 }, edge: { weight: 1 } });
    expect(validationMetric(pictures, scores)).toEqual({ name: 'iouUnseen', value: 4, better: 'higher' });
    expect(validationMetric(pictures, oneView).name).toBe('iouInput');
  });

  it('is what the config says, if validations have it', () => {
    const chosen = (bestBy: string) => config({ chamfer: { weight: 1 } }, { bestBy });
    expect(validationMetric(chosen('fScore'), scores)).toEqual({
      name: 'fScore',
      value: 2,
      better: 'higher',
    });
    expect(() => validationMetric(chosen('iouUnseen'), oneView)).toThrow(
      'training.bestBy is iouUnseen, but validation has only chamfer, fScore, iouInput',
    );
  });
});
