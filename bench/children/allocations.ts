// Prints, of one gradient method, the bytes a pixel of all arrays that the first call of a size allocates, forward and backward, scratch
// buffers included, the loss left out. An upper bound of what is in use at once, as nothing counts as freed.

import * as tf from '@tensorflow/tfjs';
import { countAllocations } from './countAllocations.ts';

// Before the renderer is loaded, so that it meets the counting constructors.
const allocations = countAllocations();
const { useWasm } = await import('../backend.ts');
const { methods, nameOf, sphere, step, lossAlone } = await import('../drawing.ts');

const [name, size] = process.argv.slice(2);
await useWasm();
const method = methods.find((one) => nameOf(one) === name)!;
const side = Number(size);
const bytes = tf.tidy(() => {
  const inputs = sphere(3, 1);
  const pictures = [tf.zeros([1, side, side, 3]), tf.zeros([1, side, side])];
  allocations.reset();
  lossAlone(pictures[0], pictures[1]);
  const loss = allocations.bytes();
  allocations.reset();
  step(inputs, side, method);
  return allocations.bytes() - loss;
});
console.log(bytes / side ** 2);
