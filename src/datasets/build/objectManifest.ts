// What a build notes of every object when it is done with it, so that it is never done again: its entry for dataset.json, or why it
// was left out.

import { join } from 'node:path';
import { readFileText } from '../../../renderer/io/files.ts';
import { atomicWrite } from '../../../renderer/io/index.ts';
import type { BuiltObject } from '../format.ts';

/** A model that is not in the data set. */
export interface LeftOut {
  id: string;
  name: string;
  /** Few words, the same for the same rule. */
  reason: string;
  detail?: string;
}

/** An object's entry in dataset.json but for what only the whole set tells. */
export type SingleObject = Omit<BuiltObject, 'split' | 'cluster'>;

/** `build` is the hash of the options with which the object was built. */
export type ObjectManifest = { build: string; object: SingleObject } | { build: string; leftOut: LeftOut };

const manifestPath = (id: string) => `objects/${id}.json`;

/** Undefined where the object is not done, or done with other options. */
export async function readManifest(
  folder: string,
  id: string,
  build: string,
): Promise<ObjectManifest | undefined> {
  try {
    const manifest: ObjectManifest = JSON.parse(await readFileText(join(folder, manifestPath(id))));
    return manifest.build === build ? manifest : undefined;
  } catch {
    return undefined;
  }
}

export async function writeManifest(folder: string, id: string, manifest: ObjectManifest): Promise<void> {
  await atomicWrite(join(folder, manifestPath(id)), `${JSON.stringify(manifest)}\n`);
}
