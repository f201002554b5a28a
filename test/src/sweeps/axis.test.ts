import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAxis } from '../../../src/sweeps/axis.ts';

describe('an axis', () => {
  it.each([
    ['model.hidden=32,64', 'model.hidden', [32, 64]],
    ['seed=1..3', 'seed', [1, 2, 3]],
    ['seed=-1..1', 'seed', [-1, 0, 1]],
    ['seed=1..2,7,10..11', 'seed', [1, 2, 7, 10, 11]],
    ['training.steps=100', 'training.steps', [100]],
    ['renderer.method=dibr,softras,hard', 'renderer.method', ['dibr', 'softras', 'hard']],
    ['dataset.categories=[chair,sofa]', 'dataset.categories', [['chair', 'sofa']]],
    ['dataset.categories=[chair],[chair,sofa]', 'dataset.categories', [['chair'], ['chair', 'sofa']]],
    [
      'renderer.method={type: dibr, sharpness: 1000},softras',
      'renderer.method',
      [{ type: 'dibr', sharpness: 1000 }, 'softras'],
    ],
    ['description="a, b",c', 'description', ['a, b', 'c']],
    ["description='[',c", 'description', ['[', 'c']],
    ['a=1e-3,0.5', 'a', [1e-3, 0.5]],
    ['a=0.1..0.3', 'a', ['0.1..0.3']],
    ['a=true,~', 'a', [true, null]],
    ['a=', 'a', [null]],
    ['a=b=c,d', 'a', ['b=c', 'd']],
  ])('%s', (text, key, values) => {
    expect(parseAxis(text)).toEqual({ key, values });
  });

  it.each([
    ['seed', '"seed": expected key=value,…, such as model.hidden=32,64'],
    ['=1,2', '"=1": expected key=value, such as training.steps=100'],
    ['seed=1,,2', '"seed=1,,2": a value is missing beside a comma'],
    ['seed=1,', '"seed=1,": a value is missing beside a comma'],
    ['seed=3..1', '"seed=3..1": 3..1 goes down; expected first..last'],
    ['seed=1..1000000', '"seed=1..1000000": 1000000 values, but a range has 10000 at most'],
    ['a=[1,2', '"a=[1,2": the value of a is not valid YAML'],
  ])('%s is refused', (text, message) => {
    expect(() => parseAxis(text)).toThrow(message);
  });

  it('gives back any list of values that was written as JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 }), { minLength: 1, maxLength: 4 }), (values) => {
        const text = values.map((value) => JSON.stringify(value)).join(',');
        expect(JSON.stringify(parseAxis(`key=${text}`).values)).toBe(JSON.stringify(values));
      }),
    );
  });
});
