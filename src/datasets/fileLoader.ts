// Pictures and surfaces from files, for who cannot wait: what was prefetched is there already, anything else is read on the spot.
// Either way the result is the same.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import ndarray from 'ndarray';
import { ByteCache } from './byteCache.ts';
import {
  type Job,
  type Picture,
  readPicture,
  readStrip,
  readSurface,
  type StripFile,
  type Surface,
} from './decode.ts';
import type { Answer } from './decodeWorker.ts';
import { readMeshSurface } from './meshSurface.ts';
import { WorkerPool } from './workerPool.ts';

export interface LoaderOptions {
  /** Threads that read files ahead; 0: everything is read when it is asked for. Default `auto`: one less than cores, 1 to 4. */
  workers?: number | 'auto';
  /** What pictures and points may take in memory for when they are asked for again. Default 512. */
  cacheMegabytes?: number;
}

export class FileLoader {
  readonly #cache: ByteCache<unknown>;
  readonly #pool: WorkerPool<Job, Answer> | undefined;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor({ workers = 'auto', cacheMegabytes = 512 }: LoaderOptions = {}) {
    this.#cache = new ByteCache(cacheMegabytes * 2 ** 20);
    const threads = workers === 'auto' ? Math.min(Math.max(availableParallelism() - 1, 1), 4) : workers;
    if (threads > 0) this.#pool = new WorkerPool(threads, startDecoder);
  }

  /** @throws FileError as `readPicture` */
  picture(path: string, size: number): Picture {
    return this.cached(nameOf({ kind: 'picture', path, size }), () => readPicture(path, size), pictureBytes);
  }

  /** @throws FileError as `readSurface` */
  surface(path: string): Surface {
    return this.cached(nameOf({ kind: 'surface', path }), () => readSurface(path), surfaceBytes);
  }

  /** @throws FileError as `readMeshSurface` */
  meshSurface(path: string, count: number): Surface {
    const job: Job = { kind: 'mesh', path, count };
    return this.cached(nameOf(job), () => readMeshSurface(path, count), surfaceBytes);
  }

  /**
   * RGBA bytes of all pictures of a strip, at another size where one is given.
   *
   * @throws FileError as `readStrip`
   */
  strip(file: StripFile, size: number): Uint8Array {
    return this.cached(nameOf({ kind: 'strip', size, ...file }), () => readStrip(file, size), byteLength);
  }

  /** What `make` makes, kept under `name` as long as there is room. */
  cached<Value>(name: string, make: () => Value, bytesOf: (value: Value) => number): Value {
    const known = this.#cache.get(name) as Value | undefined;
    if (known !== undefined) return known;
    const value = make();
    this.#cache.set(name, value, bytesOf(value));
    return value;
  }

  /** Reads files ahead. A bad one is left to whoever asks for it. */
  async prefetch(jobs: readonly Job[]): Promise<void> {
    if (!this.#pool) return;
    await Promise.all(jobs.map((job) => this.#load(nameOf(job), job, this.#pool!)));
  }

  /** Ends the threads. What is asked for from now on is read on the spot. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }

  #load(name: string, job: Job, pool: WorkerPool<Job, Answer>): Promise<void> {
    if (this.#cache.has(name)) return Promise.resolve();
    const loading = this.#underWay.get(name) ?? this.#read(name, job, pool);
    this.#underWay.set(name, loading);
    return loading;
  }

  async #read(name: string, job: Job, pool: WorkerPool<Job, Answer>): Promise<void> {
    try {
      const answer = await pool.run(job);
      if ('picture' in answer && job.kind === 'picture') {
        const picture = ndarray(answer.picture, [job.size, job.size, 4]);
        this.#cache.set(name, picture, pictureBytes(picture));
      } else if ('strip' in answer) {
        this.#cache.set(name, answer.strip, answer.strip.byteLength);
      } else if ('points' in answer) {
        this.#cache.set(name, answer, surfaceBytes(answer));
      }
    } finally {
      this.#underWay.delete(name);
    }
  }
}

function nameOf(job: Job): string {
  if (job.kind === 'surface') return job.path;
  return `${job.kind === 'mesh' ? job.count : job.size} ${job.path}`;
}

export const byteLength = (bytes: ArrayBufferView) => bytes.byteLength;
export const pictureBytes = ({ data }: Picture) => data.byteLength;
const surfaceBytes = ({ points, normals }: Surface) => points.byteLength + (normals?.byteLength ?? 0);

function startDecoder(): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const program = isSource ? './decodeWorkerFromSource.mjs' : './decodeWorker.js';
  return new Worker(new URL(program, import.meta.url), { execArgv: [] });
}
