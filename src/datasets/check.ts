// Reads everything in a data set to find the files that are bad.

import { setImmediate } from 'node:timers/promises';
import { FileError } from '../../renderer/errors.ts';
import { type BadFile, describeBadFile } from './badSamples.ts';
import { type Dataset, type DatasetObject, splitNames } from './sample.ts';

/** Views that are read ahead of the one that is looked at. */
const lead = 64;

/**
 * Looks at every picture, camera, surface and mesh of every object, in threads where the data set has any.
 *
 * @param onProgress is told how many views are done, of how many.
 * @returns the bad files, each once, in the order of the objects.
 */
export async function checkDataset(
  dataset: Dataset,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<BadFile[]> {
  const bad = new Map<string, BadFile>();
  const attempt = (look: () => unknown) => {
    try {
      look();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const file = describeBadFile(error);
      bad.set(file.file, file);
    }
  };
  const views = splitNames
    .flatMap((split) => dataset.split(split))
    .flatMap((object) => Array.from(object.views.keys(), (view) => ({ object, view })));
  const ahead: Promise<void>[] = [];
  for (const [i, { object, view }] of views.entries()) {
    while (ahead.length < Math.min(i + lead, views.length)) ahead.push(prefetchView(views[ahead.length]));
    await ahead[i];
    const { [view]: looked } = object.views;
    if (view === 0) attempt(() => object.checkMesh?.());
    attempt(() => looked.image);
    attempt(() => looked.depth);
    attempt(() => looked.worldToCamera);
    attempt(() => looked.surface ?? object.points);
    onProgress(i + 1, views.length);
    // Lets progress be drawn, and an interruption come through, where nothing else waits.
    if (i % lead === 0) await setImmediate();
  }
  return [...bad.values()];
}

const prefetchView = async ({ object, view }: { object: DatasetObject; view: number }) =>
  object.prefetch?.({ pictures: [{ view }], surfaces: [view] });
