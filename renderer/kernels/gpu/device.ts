// Programs on gpu.js: functions that compute one number a thread, compiled at their first launch for whatever runs them. Host code
// that launches programs is written once, as generators of launches, and driven with or without waiting.

import { ArgumentError } from '../../errors.ts';

/** What a program sees as `this`. */
export interface Thread {
  thread: { x: number; y: number; z: number };
  constants: Record<string, number>;
}

/**
 * A function of gpu.js's JavaScript subset: arrays and numbers in, one number out. It refers to its arguments, `this.thread`,
 * `this.constants` and Math only, for it is compiled from its text. All arithmetic is float32.
 */
export interface Program {
  // biome-ignore lint/suspicious/noExplicitAny: programs differ in their arguments; launch() checks them against `arguments`
  source: (this: Thread, ...args: any[]) => number;
  /** In the order of the function's parameters. */
  arguments: readonly ('Array' | 'Float')[];
  constants?: Record<string, number>;
}

/** One run of a program: a thread for each x, y (and z) below `size`. */
export interface Launch {
  program: Program;
  size: readonly [number, number] | readonly [number, number, number];
  arguments: readonly (Float32Array | number)[];
}

/** Host code that launches programs. A launch yields what its threads returned: a row of x for every y, then z. */
export type Work<Result> = Generator<Launch, Result, Float32Array[]>;

/** The part of gpu.js that is used here. */
export interface GpuModule {
  GPU: new (settings: { mode: string }) => Gpu;
}

interface Gpu {
  createKernel(source: string, settings: object): GpuKernel;
  destroy(): Promise<void>;
  Kernel: { mode: string };
}

interface GpuKernel {
  (...args: readonly (Float32Array | number)[]): Nested | Promise<Nested>;
  setOutput(size: readonly number[]): unknown;
}

/** What gpu.js returns: rows, or rows in layers. */
type Nested = Float32Array[] | Float32Array[][];

/** Indices are float32, which counts no further. */
const largestArray = 2 ** 24;

/** gpu.js stops every loop after so many rounds; no list in a tile is longer than an array may be. */
const longestLoop = largestArray;

/** gpu.js in one of its modes, with the programs compiled so far. */
export class GpuDevice {
  readonly #gpu: Gpu;
  readonly #compiled = new Map<Program, GpuKernel>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor({ GPU }: GpuModule, mode: string) {
    this.#gpu = new GPU({ mode });
  }

  /** What runs the programs: 'headlessgl', 'webgl2', 'webgl', 'webasm', 'webgpu'. */
  get mode(): string {
    return this.#gpu.Kernel.mode;
  }

  /** Does the work in a synchronous mode. */
  run<Result>(work: Work<Result>): Result {
    let step = work.next();
    while (!step.done) step = work.next(this.#launch(step.value) as Float32Array[]);
    return step.value;
  }

  /** Does the work in any mode. Works take turns, as they share compiled programs. */
  runAsync<Result>(work: Work<Result>): Promise<Result> {
    const result = this.#queue.then(async () => {
      let step = work.next();
      while (!step.done) step = work.next(await this.#launch(step.value));
      return step.value;
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  /** Frees all compiled programs and their memory. */
  async destroy(): Promise<void> {
    await this.#queue;
    this.#compiled.clear();
    await this.#gpu.destroy();
  }

  #launch({ program, size, arguments: given }: Launch): Float32Array[] | Promise<Float32Array[]> {
    for (const value of given) {
      if (typeof value !== 'number' && value.length > largestArray) {
        throw new ArgumentError(
          `kernel "gpu" works on arrays of at most ${largestArray} numbers, but this picture or mesh needs ${value.length}; use kernel "scalar"`,
        );
      }
    }
    const kernel = this.#kernelOf(program, size);
    kernel.setOutput(size);
    const returned = kernel(...given);
    return returned instanceof Promise ? returned.then(rowsOf) : rowsOf(returned);
  }

  #kernelOf(program: Program, size: readonly number[]): GpuKernel {
    let kernel = this.#compiled.get(program);
    if (!kernel) {
      // Of a method, the text lacks the word that gpu.js looks for.
      const source = String(program.source).replace(/^(?!function\b)/, 'function ');
      kernel = this.#gpu.createKernel(source, {
        output: size,
        argumentTypes: Object.fromEntries(program.arguments.map((type, i) => [i, type])),
        constants: program.constants ?? {},
        precision: 'single',
        dynamicOutput: true,
        dynamicArguments: true,
        loopMaxIterations: longestLoop,
      });
      this.#compiled.set(program, kernel);
    }
    return kernel;
  }
}

const rowsOf = (rows: Nested): Float32Array[] => rows.flat() as Float32Array[];

/**
 * A copy of `numbers` as float32, its length rounded up to one of few: gpu.js compiles its WebAssembly anew for every size that
 * an array takes. At most a quarter of it is `filler`.
 */
export function padded(numbers: ArrayLike<number>, filler = 0): Float32Array {
  const copy = new Float32Array(roundedUp(numbers.length));
  copy.set(numbers);
  return copy.fill(filler, numbers.length);
}

/** The next number of the form 4, 5, 6, 7 × 2^k, at least 16. */
export function roundedUp(length: number): number {
  if (length <= 16) return 16;
  const step = 2 ** (Math.floor(Math.log2(length)) - 2);
  return Math.ceil(length / step) * step;
}
