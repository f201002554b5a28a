// Reading a mesh of a million faces from OBJ, PLY and GLB. Every file is read in a process of its own, because memory is counted from its
// start.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atomicWrite, encodeGlb, encodePly, formatObj } from '../../renderer/index.ts';
import { inChild, inTurn } from '../children/child.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';

/** What children/readMesh.ts prints; times in milliseconds. */
export interface ReadingCosts {
  arrays: number;
  tensors: number;
  megabytes: number;
}

export const benchmark: Benchmark = {
  name: 'readMesh',
  title: 'reading 1,000,000 faces and 501,264 vertices; OBJ and GLB with texture coordinates',
  async *cases({ short }) {
    if (short) return;
    const folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
    try {
      const mesh = waves(708, 1_000_000);
      const files: [ending: string, content: string | Uint8Array][] = [
        ['obj', formatObj(mesh)],
        ['ply', encodePly(mesh)],
        ['glb', await encodeGlb(mesh)],
      ];
      for (const [ending, content] of files) {
        const path = join(folder, `waves.${ending}`);
        await atomicWrite(path, content);
        const fileMegabytes = (await stat(path)).size / 1e6;
        const runs = [1, 2].map(() => inChild<ReadingCosts>('./readMesh.ts', path));
        const of = (key: keyof ReadingCosts) => ({
          run: inTurn(runs.map((costs) => costs[key])),
          clock: 'own' as const,
        });
        const name = ending.toUpperCase();
        yield { name: `${name} to arrays`, ...of('arrays') } satisfies Case;
        yield { name: `${name} to tensors`, ...of('tensors') } satisfies Case;
        yield {
          name: `${name}: most memory held`,
          ...of('megabytes'),
          unit: 'MB',
          facts: () => ({ 'MB of file': fileMegabytes }),
        } satisfies Case;
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

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
