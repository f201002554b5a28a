// Takes models for validation out of those for training, where no list says which.

import { createHash } from 'node:crypto';

/** One training model in so many is for validation. */
const validationShare = 20;

/** Divides training models by a hash of their names: always the same way, whatever else is on the list. */
export function withValidation<Model extends { synset: string; model: string }>(
  models: readonly Model[],
): Record<'train' | 'validation', Model[]> {
  const hashed = models.map((model) => ({ model, hash: hashOf(model) }));
  const lowest = hashed.reduce((least, { hash }) => Math.min(least, hash), Infinity);
  const chosen = hashed.some(({ hash }) => hash % validationShare === 0)
    ? ({ hash }: { hash: number }) => hash % validationShare === 0
    : // Few models, none of which the hash takes: one of them, so that there is something to validate on.
      ({ hash }: { hash: number }) => models.length > 1 && hash === lowest;
  return {
    train: hashed.filter((entry) => !chosen(entry)).map(({ model }) => model),
    validation: hashed.filter(chosen).map(({ model }) => model),
  };
}

function hashOf({ synset, model }: { synset: string; model: string }): number {
  return createHash('sha256').update(`${synset}/${model}`).digest().readUInt32BE();
}
