import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, fieldPaths } from '../../../src/config/jsonSchema.ts';
import { runName, shortKey } from '../../../src/sweeps/runName.ts';

const fields = fieldPaths(configJsonSchema(), { task: 'train', renderer: { method: { type: 'softras' } } });

describe('the name of a run', () => {
  it.each([
    ['model.hidden', 'hidden'],
    ['seed', 'seed'],
    ['renderer.method', 'method'],
    ['renderer.method.type', 'method'],
    ['losses.edge.weight', 'edge.weight'],
    ['renderer.method.sigma', 'sigma'],
  ])('calls %s %s', (key, short) => {
    expect(shortKey(key, fields)).toBe(short);
  });

  it('is made of what varies', () => {
    const overrides = {
      'model.hidden': 32,
      'renderer.method': { type: 'dibr', sharpness: 1e3 },
      'training.steps': 5,
      'dataset.categories': ['chair', 'sofa'],
      seed: 1,
    };
    const keys = ['model.hidden', 'renderer.method', 'dataset.categories', 'seed'];
    expect(runName(overrides, keys, fields)).toBe(
      'hidden=32,method=dibr-sharpness-1000,categories=chair-sofa,seed=1',
    );
    expect(runName(overrides, [], fields)).toBe('run');
    expect(runName({ a: 'Übung / ..', b: -1 }, ['a', 'b'], [])).toBe('a=bung-..,b=-1');
  });

  it('is fit for a folder, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('model.hidden', 'seed', 'x'), fc.jsonValue()),
        (overrides) => {
          const name = runName(overrides, Object.keys(overrides), fields);
          expect(name).toMatch(/^\w[\w.,=-]*$/);
          expect(name.length).toBeLessThanOrEqual(150);
        },
      ),
    );
  });
});
