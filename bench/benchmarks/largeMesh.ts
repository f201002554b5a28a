// Pictures of meshes of more than a million faces.

import { inChild, inTurn } from '../children/child.ts';
import type { Benchmark, Case } from '../harness/benchmark.ts';
import { compiled, usual } from '../kernelChoice.ts';

export const largeScenes = [
  'sphere, clay',
  'sphere, Lambert',
  'deck chair, textured',
  'deck chair, textured, Lambert',
  'deck chair, textured, Phong',
] as const;
export type LargeScene = (typeof largeScenes)[number];

/** What children/largeMesh.ts prints; times in milliseconds. */
export interface LargeMeshTimes {
  faces: number;
  first: number;
  fastest: number;
}

/** Processes of each side. */
const processes = 2;

export const benchmark: Benchmark = {
  name: 'largeMesh',
  title: 'picture and silhouette of 1024² by render, hard, forward, of more than a million faces',
  ...(compiled && { baseline: "the same with kernel: 'scalar', in plain TypeScript" }),
  *cases({ short }) {
    if (short) return;
    for (const scene of largeScenes) {
      const [own, plain]: LargeMeshTimes[][] = [[], []];
      for (let i = 0; i < processes; i++) {
        own.push(inChild('./largeMesh.ts', scene, usual.name));
        if (compiled) plain.push(inChild('./largeMesh.ts', scene, 'scalar'));
      }
      for (const key of ['first', 'fastest'] as const) {
        yield {
          name: `${scene}: ${key} call`,
          run: inTurn(own.map((times) => times[key])),
          ...(compiled && { baseline: inTurn(plain.map((times) => times[key])) }),
          clock: 'own',
          facts: () => ({ faces: own[0].faces }),
        } satisfies Case;
      }
    }
  },
};
