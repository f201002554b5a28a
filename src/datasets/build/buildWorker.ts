// A worker thread that builds objects of a data set for `buildCollection`.

import { parentPort, workerData } from 'node:worker_threads';
import { FileError } from '../../../renderer/errors.ts';
import type { Defect } from '../workerPool.ts';
import { buildObject, type ObjectOptions } from './buildObject.ts';
import type { CollectionOptions } from './collection.ts';
import { collections } from './collections.ts';

/** What a worker is started with. */
export interface BuildTask extends ObjectOptions, CollectionOptions {
  collection: string;
  source: string;
  folder: string;
  /** Hash of the options. */
  build: string;
}

/** What a worker answers to an id: that the object is done, or which file could not be written or read. */
export type BuildAnswer = { id: string } | { failed: { path: string; reason: string } };

const task: BuildTask = workerData;
const opened = collections[task.collection](task.source, task);

parentPort!.on('message', async (id: string) => {
  parentPort!.postMessage(await answerTo(id));
});

async function answerTo(id: string): Promise<BuildAnswer | Defect> {
  try {
    const collection = await opened;
    const entry = collection.entries.find((known) => known.id === id)!;
    await buildObject(collection, entry, task);
    return { id };
  } catch (defect) {
    if (!(defect instanceof FileError)) return { defect };
    return { failed: { path: defect.path, reason: defect.message.slice(defect.path.length + 2) } };
  }
}
