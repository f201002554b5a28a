// Several threads at work in one memory. A job is a list of tasks, calls of compiled kernels that do not depend on other tasks'; whichever
// thread is free takes the next one, so that no result depends on how many threads there are. Needs a memory that is shared.

import { RastergradError } from '../../errors.ts';
import type { SimdExports } from './exports.ts';
import type { Simd } from './module.ts';
import { startWorker, type ThreadHandle } from './startWorker.ts';

/** Working memory that every thread has for itself: where the first one's begins, and how far apart they are. */
export class Own {
  readonly address: number;
  readonly step: number;

  constructor(address: number, step: number) {
    this.address = address;
    this.step = step;
  }

  /** Address of a thread's. */
  of(thread: number): number {
    return this.address + thread * this.step;
  }

  /** So many bytes further on, of each thread. */
  at(bytes: number): Own {
    return new Own(this.address + bytes, this.step);
  }
}

type Arguments<Exact extends readonly unknown[]> = { [Place in keyof Exact]: Exact[Place] | Own };

/** A call of a compiled kernel: its name and arguments. */
export type Call = {
  [Name in keyof SimdExports]: [name: Name, ...Arguments<Parameters<SimdExports[Name]>>];
}[keyof SimdExports];

/** Calls that one thread does in their order. It writes nothing that another task of the job reads or writes. */
export type Task = readonly Call[];

/** A job that takes one thread less than this, in nanoseconds, is not worth waking others for, which takes 20,000 to 40,000. */
const worthwhile = 120_000;

/** How often the main thread looks whether the others are done before it sleeps. */
const looks = 20_000;

const mostTasks = 1024;
const mostNumbers = 1 << 16;

// Numbers in the head of a job. Tasks are counted on and on: those from `next` up to `end` are free, `done` of them are done, and the job
// begins with task `base`.
const [next, end, done, base, failed] = [0, 1, 2, 3, 4];

export class Threads {
  /** The kernels as this thread has them. */
  readonly #simd: Pick<Simd, 'exports' | 'scratch'>;
  #pool: Pool | undefined;

  constructor(simd: Pick<Simd, 'exports' | 'scratch'>) {
    this.#simd = simd;
  }

  /** How many there are, the main one included. */
  get count(): number {
    return this.#pool ? this.#pool.size + 1 : 1;
  }

  /** Working memory for every thread, until the operation ends. @throws ScratchTooSmall */
  own(bytes: number): Own {
    const step = 128 * Math.ceil((bytes < 0 ? bytes + 2 ** 32 : bytes) / 128);
    return new Own(this.#simd.scratch.take(this.count * step), step);
  }

  /**
   * Does all tasks, and returns what the last call of each returned.
   *
   * @param nanoseconds about how long one thread takes
   */
  run(nanoseconds: number, tasks: readonly Task[]): number[] {
    const pool = this.#pool;
    if (!pool || tasks.length < 2 || nanoseconds < worthwhile)
      return tasks.map((task) => this.#perform(task));
    return pool.run(tasks, (task) => this.#perform(task));
  }

  /** Has `count` threads at work from now on. @throws where one does not start; there is one then */
  async use(count: number, module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<void> {
    if (count === this.count) return;
    this.close();
    if (count > 1)
      this.#pool = await Pool.start(count - 1, { module, memory, names: namesOf(this.#simd.exports) });
  }

  /** Ends all threads but the main one. */
  close(): void {
    this.#pool?.close();
    this.#pool = undefined;
  }

  #perform(task: Task): number {
    let result: unknown;
    for (const [name, ...given] of task) {
      const values = given.map((value) => (value instanceof Own ? value.address : value));
      result = (this.#simd.exports[name] as (...values: unknown[]) => unknown)(...values);
    }
    return result as number;
  }
}

const namesOf = (exports: SimdExports) => Object.keys(exports) as (keyof SimdExports)[];

interface Program {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  names: (keyof SimdExports)[];
}

/** The threads beside the main one, and where they find their job. */
class Pool {
  readonly #workers: readonly ThreadHandle[];
  readonly #codes: ReadonlyMap<string, number>;
  readonly #job: Job;

  private constructor(workers: readonly ThreadHandle[], names: readonly string[], job: Job) {
    this.#workers = workers;
    this.#codes = new Map(names.map((name, code) => [name, code]));
    this.#job = job;
  }

  static async start(count: number, program: Program): Promise<Pool> {
    const job = newJob();
    const started = await Promise.allSettled(
      Array.from({ length: count }, (_, i) => startWorker({ ...program, ...job, thread: i + 1 })),
    );
    const workers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failure = started.find((one) => one.status === 'rejected');
    if (failure) {
      for (const worker of workers) worker.terminate();
      throw failure.reason;
    }
    return new Pool(workers, program.names, job);
  }

  get size(): number {
    return this.#workers.length;
  }

  close(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  run(tasks: readonly Task[], perform: (task: Task) => number): number[] {
    const results: number[] = [];
    while (results.length < tasks.length) {
      const part = this.#write(tasks, results.length);
      // One that is too long to be written down is this thread's.
      if (part.length === 0) results.push(perform(tasks[results.length]));
      else results.push(...this.#together(part, perform));
    }
    return results;
  }

  /** Writes down as many tasks from the `first` on as there is room for, and returns them. */
  #write(tasks: readonly Task[], first: number): readonly Task[] {
    const { starts, records } = this.#job;
    let at = 0;
    let count = 0;
    for (; count < mostTasks && first + count < tasks.length; count++) {
      const task = tasks[first + count];
      const length = task.reduce((sum, call) => sum + 2 * call.length, 1);
      if (at + length > mostNumbers) break;
      starts[count] = at;
      records[at++] = task.length;
      for (const [name, ...given] of task) {
        records[at++] = this.#codes.get(name)!;
        records[at++] = given.length;
        for (const value of given) {
          const isOwn = value instanceof Own;
          records[at++] = isOwn ? value.address : Number(value);
          records[at++] = isOwn ? value.step : 0;
        }
      }
    }
    return tasks.slice(first, first + count);
  }

  /** Does the tasks that are written down, this thread and the others. */
  #together(tasks: readonly Task[], perform: (task: Task) => number): number[] {
    const { head, results } = this.#job;
    const first = Atomics.load(head, next);
    const last = (first + tasks.length) | 0;
    Atomics.store(head, base, first);
    Atomics.store(head, end, last);
    Atomics.notify(head, end);
    let failure: unknown;
    for (let task = first; task !== last; task = Atomics.load(head, next)) {
      if (Atomics.compareExchange(head, next, task, (task + 1) | 0) !== task) continue;
      const place = (task - first) | 0;
      try {
        results[place] = perform(tasks[place]);
      } catch (error) {
        failure ??= error;
      }
      Atomics.add(head, done, 1);
    }
    this.#wait(last);
    const othersFailed = Atomics.exchange(head, failed, 0) !== 0;
    if (failure) throw failure;
    if (othersFailed) throw new RastergradError('a thread of the wasm back end failed');
    return Array.from(results.subarray(0, tasks.length));
  }

  /** Until all tasks are done. */
  #wait(last: number): void {
    const { head } = this.#job;
    for (let look = 0; ; look++) {
      const count = Atomics.load(head, done);
      if (count === last) return;
      if (look > looks && mayBlock) Atomics.wait(head, done, count);
    }
  }
}

/** Where a job is written down: memory that all threads see. */
export interface Job {
  head: Int32Array<SharedArrayBuffer>;
  /** Where the record of a task starts. */
  starts: Int32Array<SharedArrayBuffer>;
  results: Float64Array<SharedArrayBuffer>;
  records: Float64Array<SharedArrayBuffer>;
}

const newJob = (): Job => ({
  head: new Int32Array(new SharedArrayBuffer(4 * 16)),
  starts: new Int32Array(new SharedArrayBuffer(4 * mostTasks)),
  results: new Float64Array(new SharedArrayBuffer(8 * mostTasks)),
  records: new Float64Array(new SharedArrayBuffer(8 * mostNumbers)),
});

/** False on the main thread of a page, which must not sleep. */
const mayBlock = (() => {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
})();
