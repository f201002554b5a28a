// Worker threads that do jobs while the main thread does something else. They start with the first job, and a process that has nothing
// else to do ends in spite of them.

import type { Worker } from 'node:worker_threads';

interface Task<Job, Answer> {
  job: Job;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** What a worker answers where its code breaks off. */
export interface Defect {
  defect: unknown;
}

export class WorkerPool<Job, Answer extends object> {
  readonly #size: number;
  readonly #startWorker: () => Worker;
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #waiting: Task<Job, Answer>[] = [];

  /**
   * @param size most threads at work
   * @param startWorker makes one, which answers every message with a message
   */
  constructor(size: number, startWorker: () => Worker) {
    this.#size = size;
    this.#startWorker = startWorker;
  }

  /** Does one job. Rejects where a thread cannot be started or breaks off, and with a `Defect` that it answers. */
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
    const worker = this.#startWorker();
    this.#workers.push(worker);
    return worker;
  }

  #work(worker: Worker, { job, resolve, reject }: Task<Job, Answer>): void {
    const finish = () => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.unref();
    };
    const onMessage = (answer: Answer | Defect) => {
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
