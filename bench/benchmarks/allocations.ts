// Memory of the gradient methods beyond tensors.

import { inChild } from '../children/child.ts';
import { methods, nameOf } from '../drawing.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';

export const benchmark: Benchmark = {
  name: 'allocations',
  title:
    'arrays that the first call of a gradient method allocates outside of tensors, one view of 1,280 faces',
  *cases({ short }) {
    if (short) return;
    for (const size of [512, 1024]) {
      for (const method of methods) {
        const name = nameOf(method);
        // The same in every run.
        const bytes = inChild<number>('./allocations.ts', name, String(size));
        yield { name: `${name}, ${size}²`, run: () => bytes, clock: 'own', unit: 'B/pixel' } satisfies Case;
      }
    }
  },
};
