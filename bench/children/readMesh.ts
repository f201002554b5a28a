// Reads one mesh file: prints the time from the file to plain arrays and to tensors, the best of three, and the most memory that a process
// that does both has held, Node, TensorFlow.js and the file included.

import { readMesh, readMeshData } from '../../renderer/index.ts';
import { useWasm } from '../backend.ts';
import type { ReadingCosts } from '../benchmarks/readMesh.ts';

const path = process.argv[2];
await useWasm();
const costs: ReadingCosts = {
  arrays: await best(() => readMeshData(path)),
  tensors: await best(async () => {
    const { vertices, uv } = await readMesh(path);
    vertices.dispose();
    uv?.values.dispose();
  }),
  megabytes: process.resourceUsage().maxRSS / 1e3,
};
console.log(JSON.stringify(costs));

/** Milliseconds. */
async function best(read: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await read();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
