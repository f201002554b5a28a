// Reading a mesh of a million faces: time from the file to plain arrays and to tensors, and the most memory that a process that does
// both holds. Prints the table of bench/results/readMesh.md. Every file is read in a process of its own, because memory is counted from its
// start: `npx tsx bench/readMesh.ts`.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  atomicWrite,
  encodeGlb,
  encodePly,
  formatObj,
  readMesh,
  readMeshData,
  useBackend,
} from '../renderer/index.ts';
import { header, row } from './tables.ts';

const given = process.argv[2];
if (given) await measure(given);
else await compare();

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
  const mesh = waves(708, 1_000_000);
  const files: [ending: string, bytes: string | Uint8Array][] = [
    ['obj', formatObj(mesh)],
    ['ply', encodePly(mesh)],
    ['glb', await encodeGlb(mesh)],
  ];
  console.log('1,000,000 faces, 501,264 vertices; OBJ and GLB with texture coordinates. Best of three.\n');
  header(['format', 'file, MB', 'to arrays, s', 'to tensors, s', 'memory at most, MB']);
  for (const [ending, bytes] of files) {
    const path = join(folder, `waves.${ending}`);
    await atomicWrite(path, bytes);
    const argv = [...process.execArgv, process.argv[1], path];
    const measured = execFileSync(process.execPath, argv, { encoding: 'utf8' }).trim().split(' ');
    row([ending.toUpperCase(), ((await stat(path)).size / 1e6).toFixed(0), ...measured]);
  }
  await rm(folder, { recursive: true });
}

/** Prints the numbers of one file. */
async function measure(path: string): Promise<void> {
  await useBackend('wasm');
  const arrays = await best(() => readMeshData(path));
  const tensors = await best(async () => {
    const { vertices, uv } = await readMesh(path);
    vertices.dispose();
    uv?.values.dispose();
  });
  const memory = process.resourceUsage().maxRSS / 1e3;
  console.log(arrays.toFixed(2), tensors.toFixed(2), memory.toFixed(0));
}

/** Seconds. */
async function best(read: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    await read();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

/** A square of `side` × `side` vertices in waves, its first `faceCount` triangles. */
function waves(side: number, faceCount: number) {
  const uv = Float32Array.from({ length: 2 * side * side }, (_, i) =>
    i % 2 === 0 ? ((i >> 1) % side) / side : Math.floor((i >> 1) / side) / side,
  );
  const vertices = Float32Array.from({ length: 3 * side * side }, (_, i) => {
    const [u, v] = uv.subarray(2 * Math.floor(i / 3));
    return [u, 0.1 * Math.sin(20 * u + 30 * v), v][i % 3];
  });
  const faces = Int32Array.from({ length: 3 * faceCount }, (_, i) => {
    const square = Math.floor(i / 6) % ((side - 1) * (side - 1));
    const corner = square + Math.floor(square / (side - 1));
    return corner + [0, side, 1, 1, side, side + 1][i % 6];
  });
  const faceMaterials = new Int32Array(faceCount).fill(-1);
  return { vertices, faces, uv, uvFaces: faces, materials: [], faceMaterials };
}
