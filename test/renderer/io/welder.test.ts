import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Welder } from '../../../renderer/io/welder.ts';

describe('Welder', () => {
  it('numbers distinct rows in the order in which they come, however many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 80 })), {
          maxLength: 9000,
          minLength: 1000,
        }),
        (rows) => {
          const welder = new Welder(2);
          const known = new Map<string, number>();
          for (const row of rows) {
            const key = row.join(' ');
            if (!known.has(key)) known.set(key, known.size);
            expect(welder.add(row.map((value) => value / 7))).toBe(known.get(key));
          }
          expect(welder.count).toBe(known.size);
          expect(welder.finish()).toHaveLength(2 * known.size);
        },
      ),
      { seed: 5, numRuns: 10 },
    );
  });
});
