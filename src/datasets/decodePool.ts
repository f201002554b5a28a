// Worker threads that read files while the main thread computes. They start with the first job, and a process that has nothing else to
// do ends in spite of them.

import { Worker } from 'node:worker_threads';
import type { Job } from './decode.ts';
import type { Answer } from './decodeWorker.ts';

interface Task {
  job: Job;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export class DecodePool {
  readonly #size: number;
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #waiting: Task[] = [];

  /** @param size most threads at work */
  constructor(size: number) {
    this.#size = size;
  }

  /** Reads one file. Rejects where a thread cannot be started or breaks off; a bad file is an answer. */
  run(job: Job): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all threads; jobs under way come to nothing. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
    this.#idle.length = 0;
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#idle.pop() ?? (this.#workers.length < this.#size ? this.#start() : undefined);
      if (!worker) return;
      this.#work(worker, this.#waiting.shift()!);
    }
  }

  #start(): Worker {
    const worker = startWorker();
    this.#workers.push(worker);
    return worker;
  }

  #work(worker: Worker, { job, resolve, reject }: Task): void {
    const finish = () => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.unref();
    };
    const onMessage = (answer: Answer) => {
      finish();
      this.#idle.push(worker);
      if ('defect' in answer) reject(answer.defect);
      else resolve(answer);
      this.#assign();
    };
    const onError = (error: unknown) => {
      finish();
      this.#workers.splice(this.#workers.indexOf(worker), 1);
      reject(error);
      this.#assign();
    };
    worker.ref();
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(job);
  }
}

function startWorker(): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const program = isSource ? './decodeWorkerFromSource.mjs' : './decodeWorker.js';
  return new Worker(new URL(program, import.meta.url), { execArgv: [] });
}
