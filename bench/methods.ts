// Speed of every gradient method, forward and backward. Prints the table of bench/results/methods.md.

import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../renderer/index.ts';
import { methods, nameOf, sphere, step } from './drawing.ts';
import { fastest, header, ms, row } from './tables.ts';

await useBackend('wasm');

const sizes = [64, 256, 512];
console.log(
  `Node ${process.version}, ${cpus()[0].model}, one core; processor milliseconds of the fastest run.\n`,
);
for (const level of [3, 5]) {
  for (const batch of [1, 8]) {
    console.log(`\n## ${20 * 4 ** level} faces, ${batch === 1 ? 'one view' : `${batch} views`}\n`);
    header(['method', ...sizes.map((size) => `${size}²`)]);
    for (const method of methods) {
      row([
        nameOf(method),
        ...sizes.map((size) =>
          tf.tidy(() => {
            const inputs = sphere(level, batch);
            return ms(fastest(() => step(inputs, size, method)));
          }),
        ),
      ]);
    }
  }
}
