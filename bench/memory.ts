// Memory of every gradient method beyond tensors: all arrays that the first call of a size allocates, forward and backward, scratch
// buffers included, the loss left out. An upper bound of what is in use at once, as nothing counts as freed. Prints the table of
// bench/results/memory.md. It has a process of its own, because counting makes arrays slow.

import * as tf from '@tensorflow/tfjs';
import { countAllocations } from './allocations.ts';
import { header, row } from './tables.ts';

// Before the renderer is loaded, so that it meets the counting constructors.
const allocations = countAllocations();
const { useBackend } = await import('../renderer/index.ts');
const { methods, nameOf, sphere, step, lossAlone } = await import('./drawing.ts');

await useBackend('wasm');
console.log('Bytes a pixel, one view of 1,280 faces.\n');
header(['method', '512²', '1024²']);
for (const method of methods) {
  row([
    nameOf(method),
    ...[512, 1024].map((size) =>
      tf.tidy(() => {
        const inputs = sphere(3, 1);
        const pictures = [tf.zeros([1, size, size, 3]), tf.zeros([1, size, size])];
        allocations.reset();
        lossAlone(pictures[0], pictures[1]);
        const loss = allocations.bytes();
        allocations.reset();
        step(inputs, size, method);
        return ((allocations.bytes() - loss) / size ** 2).toFixed(1);
      }),
    ),
  ]);
}
