// Joins the objects of a large build to a data set: near-twins, splits, dataset.json, credits, and the list of what was left out.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { toFileError } from '../../../renderer/io/files.ts';
import { atomicWrite } from '../../../renderer/io/index.ts';
import { readPoints } from '../folderObject.ts';
import {
  type BuiltObject,
  type DatasetFile2,
  formatDatasetFile,
  pointsPath,
  restorePoints,
} from '../format.ts';
import type { BuildResult } from '../source.ts';
import { attribution } from './attribution.ts';
import type { ModelCollection } from './collection.ts';
import { type Occupancy, occupancies, twinGroups } from './nearTwins.ts';
import type { LeftOut, ObjectManifest, SingleObject } from './objectManifest.ts';
import { type RigName, rigs } from './rigs.ts';
import { assignSplits } from './splits.ts';

/** As for furniture-mini: so many points of each object tell twins, from this IoU on. */
const twinPoints = 2000;
const twinThreshold = 0.7;

export interface JoinOptions {
  name: string;
  description: string;
  credits: string;
  build: { size: number; points: number; rig: RigName; [option: string]: string | number };
}

/** @param manifests of all models, in the order of the collection's entries */
export async function joinObjects(
  folder: string,
  manifests: readonly ObjectManifest[],
  collection: ModelCollection,
  { name, description, credits, build }: JoinOptions,
): Promise<BuildResult> {
  const singles = manifests.flatMap((manifest) => ('object' in manifest ? [manifest.object] : []));
  const leftOut = manifests.flatMap((manifest) => ('leftOut' in manifest ? [manifest.leftOut] : []));
  const objects = await withSplits(folder, singles, name, build.points);
  const { fovDegrees, distance } = rigs[build.rig];
  const file: DatasetFile2 = {
    format: 'rastergrad-dataset',
    version: 2,
    name,
    description,
    credits,
    frame:
      'Right-handed, y up, front towards +z. Smallest bounding sphere: centre at the origin, radius 0.5. Cameras look at the origin, down their −z',
    imageSize: build.size,
    camera: { fovDegrees, distance },
    points: build.points,
    build,
    objects,
  };
  const skipped = [...collection.leftOut, ...leftOut].sort((a, b) => (a.id < b.id ? -1 : 1));
  await removeRemains(folder);
  await atomicWrite(join(folder, 'left-out.json'), formatLeftOut(skipped));
  await atomicWrite(
    join(folder, 'ATTRIBUTION.md'),
    attribution(name, objects, { credits, withMeshes: true }),
  );
  await atomicWrite(join(folder, 'dataset.json'), formatDatasetFile(file));
  return { state: 'built', objects: objects.length, leftOut: skipped.length };
}

async function withSplits(
  folder: string,
  singles: readonly SingleObject[],
  seed: string,
  points: number,
): Promise<BuiltObject[]> {
  const grids: Occupancy[][] = [];
  for (const { id } of singles) {
    const stored = readPoints(join(folder, pointsPath(id)), points).points;
    grids.push(occupancies(restorePoints(stored.subarray(0, 3 * twinPoints))));
    await setImmediate();
  }
  const clusters = twinGroups(grids, twinThreshold);
  const splits = assignSplits(
    singles.map(({ id, category }, i) => ({ id, category, cluster: clusters[i] })),
    { validation: 0.1, test: 0.15, seed },
  );
  return singles.map(({ cameras, sha256, ...single }, i) => ({
    ...single,
    split: splits[i],
    cluster: clusters[i],
    cameras,
    sha256,
  }));
}

/** Models left out, one a line, after how many each rule left out. */
function formatLeftOut(models: readonly LeftOut[]): string {
  const counts: Record<string, number> = {};
  for (const { reason } of models) counts[reason] = (counts[reason] ?? 0) + 1;
  const rows = models.map((model) => `    ${JSON.stringify(model)}`).join(',\n');
  return `{\n  "counts": ${JSON.stringify(counts)},\n  "models": [\n${rows}\n  ]\n}\n`;
}

/** Removes the temporary files of builds that were killed. */
async function removeRemains(folder: string): Promise<void> {
  const objects = join(folder, 'objects');
  try {
    for (const file of await readdir(objects)) {
      if (file.endsWith('.tmp')) await rm(join(objects, file), { force: true });
    }
  } catch (error) {
    throw toFileError(folder, error);
  }
}
