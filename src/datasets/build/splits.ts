// Deals objects into train, validation and test.

import { createHash } from 'node:crypto';
import type { SplitName } from '../sample.ts';

export interface Splittable {
  id: string;
  category: string;
  cluster: number;
}

/**
 * A split for every object: in each category about `test` and `validation` of it, the rest for training. Clusters stay whole;
 * one that spans categories counts as its first object's. Clusters are dealt in the order of a hash of `seed` and their first
 * id, so that the choice is arbitrary, the same everywhere, and stable when other objects come or go.
 */
export function assignSplits(
  objects: readonly Splittable[],
  { validation, test, seed }: { validation: number; test: number; seed: string },
): SplitName[] {
  const clusters = new Map<number, Splittable[]>();
  for (const object of objects) {
    const members = clusters.get(object.cluster) ?? [];
    clusters.set(object.cluster, [...members, object]);
  }
  const splits = new Map<number, SplitName>();
  for (const category of new Set(objects.map((object) => object.category))) {
    const own = [...clusters.values()].filter(([first]) => first.category === category);
    const total = own.reduce((sum, members) => sum + members.length, 0);
    const wanted = { test: Math.round(total * test), validation: Math.round(total * validation) };
    const keyed = own.map((members) => ({ members, key: sha256(`${seed}:${members[0].id}`) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { members } of keyed) {
      const split =
        (['test', 'validation'] as const).find((name) => members.length <= wanted[name]) ?? 'train';
      if (split !== 'train') wanted[split] -= members.length;
      splits.set(members[0].cluster, split);
    }
  }
  return objects.map(({ cluster }) => splits.get(cluster)!);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
