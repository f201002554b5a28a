import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinHeap } from '../../../renderer/mesh/minHeap.ts';

describe('MinHeap', () => {
  it('hands numbers out by cost, equally cheap ones in ascending order, whenever they came', () => {
    // A number: pushed with that cost. null: one is taken out.
    const someUse = fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 200 });
    fc.assert(
      fc.property(someUse, (costs) => {
        const heap = new MinHeap();
        const inside: [number, number][] = [];
        for (const [item, cost] of costs.entries()) {
          if (cost !== null) {
            heap.push(item, cost);
            inside.push([cost, item]);
          } else {
            inside.sort(([a, i], [b, j]) => a - b || i - j);
            expect(heap.pop()).toBe(inside.shift()?.[1] ?? -1);
          }
          expect(heap.size).toBe(inside.length);
        }
      }),
    );
  });
});
