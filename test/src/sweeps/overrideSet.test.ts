import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseOverride } from '../../../src/config/overrides.ts';
import { formatOverrides, varyingKeys } from '../../../src/sweeps/overrideSet.ts';

it('overrides are written as a person would, where that reads back to the same', () => {
  expect(
    formatOverrides({
      'renderer.method': 'dibr',
      seed: 1,
      'dataset.categories': ['chair'],
      a: '1',
      b: 'x, y',
    }),
  ).toEqual(['renderer.method=dibr', 'seed=1', 'dataset.categories=["chair"]', 'a="1"', 'b="x, y"']);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const [text] = formatOverrides({ key: value });
      expect(JSON.stringify(parseOverride(text).value)).toBe(JSON.stringify(value));
    }),
  );
});

it('keys vary whose values differ, or are missing somewhere', () => {
  expect(
    varyingKeys([
      { a: 1, b: [1], c: 1 },
      { a: 1, b: [2] },
    ]),
  ).toEqual(['b', 'c']);
  expect(varyingKeys([{ a: 1 }])).toEqual([]);
});
