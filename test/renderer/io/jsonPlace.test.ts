import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonPath, jsonPlace } from '../../../renderer/io/jsonPlace.ts';

describe('jsonPlace', () => {
  it('finds every value of any JSON', () => {
    const check = (text: string, value: unknown, path: JsonPath) => {
      const place = text.slice(jsonPlace(text, path));
      const compact = JSON.stringify(value);
      expect(JSON.stringify(JSON.parse(firstValue(place)))).toBe(compact);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        check(text, inner, [...path, Array.isArray(value) ? Number(key) : key]);
      }
    };
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(0, 2), (json, indent) => {
        const value = JSON.parse(json);
        check(JSON.stringify(value, null, indent), value, []);
      }),
      { seed: 2 },
    );
  });

  it('stops at the innermost value that there is', () => {
    expect(jsonPlace('{"a": [10, {"b": 1}]}', ['a', 1, 'c', 4])).toBe(11);
  });
});

/** The JSON value that `text` begins with: its shortest start that is JSON and is not continued. */
function firstValue(text: string): string {
  for (let end = 1; end <= text.length; end++) {
    if (end < text.length && /[\w.+-]/.test(text[end]) && /[\w.+-]/.test(text[end - 1]) && text[0] !== '"')
      continue;
    try {
      JSON.parse(text.slice(0, end));
      return text.slice(0, end);
    } catch {}
  }
  return text;
}
