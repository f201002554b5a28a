// A worker thread that reads files for `FileLoader`.

import { parentPort } from 'node:worker_threads';
import { FileError } from '../../renderer/errors.ts';
import { type Job, readPicture, readSurface } from './decode.ts';
import type { Defect } from './workerPool.ts';

/** What a worker answers to a job: the numbers, or that the file is bad; where this code is, a `Defect`. */
export type Answer =
  | { picture: Float32Array }
  | { points: Float32Array; normals?: Float32Array }
  | { badFile: string };

parentPort!.on('message', (job: Job) => {
  const answer = answerTo(job);
  const arrays = Object.values(answer).filter((value) => value instanceof Float32Array);
  parentPort!.postMessage(
    answer,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
});

function answerTo(job: Job): Answer | Defect {
  try {
    if (job.kind === 'surface') return { ...readSurface(job.path) };
    return { picture: readPicture(job.path, job.size).data };
  } catch (defect) {
    return defect instanceof FileError ? { badFile: defect.message } : { defect };
  }
}
