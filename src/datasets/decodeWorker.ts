// A worker thread that reads files for `FileLoader`.

import { parentPort } from 'node:worker_threads';
import { FileError } from '../../renderer/errors.ts';
import { type Job, readPicture, readStrip, readSurface } from './decode.ts';
import type { Defect } from './workerPool.ts';

/** What a worker answers to a job: the numbers, or that the file is bad; where this code is, a `Defect`. */
export type Answer =
  | { picture: Float32Array }
  | { strip: Uint8Array }
  | { points: Float32Array; normals?: Float32Array }
  | { badFile: string };

parentPort!.on('message', async (job: Job) => {
  const answer = await answerTo(job);
  const arrays = Object.values(answer).filter(ArrayBuffer.isView);
  parentPort!.postMessage(
    answer,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
});

async function answerTo(job: Job): Promise<Answer | Defect> {
  try {
    if (job.kind === 'strip') return { strip: readStrip(job, job.size) };
    if (job.kind === 'surface') return { ...readSurface(job.path) };
    if (job.kind === 'mesh') {
      // Brings the renderer along, which threads that decode pictures do without.
      const { readMeshSurface } = await import('./meshSurface.ts');
      return { ...readMeshSurface(job.path, job.count) };
    }
    return { picture: readPicture(job.path, job.size).data };
  } catch (defect) {
    return defect instanceof FileError ? { badFile: defect.message } : { defect };
  }
}
