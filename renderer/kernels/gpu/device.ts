// Programs on gpu.js: one number a thread, compiled at their first launch for whatever runs them. Host code that launches programs
// is written once, as generators of launches, and driven with or without waiting.

import { ArgumentError } from '../../errors.ts';

/**
 * What a thread computes, in the subset of JavaScript that gpu.js translates; all arithmetic is float32. It is text, as shaders
 * are: gpu.js reads the source of its functions, which does not survive every minifier. Arrays and numbers are seen by their
 * names, the thread's place as `this.thread.x`, `y` and `z`.
 */
export interface Program<Arrays extends string = string, Numbers extends string = string> {
  arrays: readonly Arrays[];
  numbers: readonly Numbers[];
  body: string;
}

/** One run of a program: a thread for each x, y (and z) below `size`. */
export interface Launch {
  program: Program;
  size: readonly [number, number] | readonly [number, number, number];
  /** In the order of the program's arrays, then numbers. */
  arguments: readonly (Float32Array | number)[];
}

export const program = <Arrays extends string, Numbers extends string>(
  definition: Program<Arrays, Numbers>,
): Program<Arrays, Numbers> => definition;

export const launch = <Arrays extends string, Numbers extends string>(
  definition: Program<Arrays, Numbers>,
  size: Launch['size'],
  given: Record<Arrays, Float32Array> & Record<Numbers, number>,
): Launch => ({
  program: definition,
  size,
  arguments: [...definition.arrays, ...definition.numbers].map((name) => given[name]),
});

/** Host code that launches programs. A launch yields what its threads returned: a row of x for every y, then z. */
export type Work<Result> = Generator<Launch, Result, Float32Array[]>;

/** The part of gpu.js that is used here. */
export interface GpuModule {
  GPU: {
    new (settings: { mode: string }): Gpu;
    isHeadlessGLSupported: boolean;
    isWebGL2Supported: boolean;
    isWebGLSupported: boolean;
    isWebGPUAvailable(): Promise<boolean>;
  };
}

interface Gpu {
  createKernel(source: string, settings: object): GpuKernel;
  destroy(): Promise<void>;
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

/** The modes of gpu.js that are used here. */
export type GpuMode = 'headlessgl' | 'webgl2' | 'webgl' | 'webasm' | 'webgpu';

/** gpu.js in one of its modes, with the programs compiled so far. */
export class GpuDevice {
  readonly mode: GpuMode;
  readonly #gpu: Gpu;
  /** By the text of programs. */
  readonly #compiled = new Map<string, GpuKernel>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor({ GPU }: GpuModule, mode: GpuMode) {
    this.mode = mode;
    this.#gpu = new GPU({ mode });
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

  #launch({ program: definition, size, arguments: given }: Launch): Float32Array[] | Promise<Float32Array[]> {
    for (const value of given) {
      if (typeof value !== 'number' && value.length > largestArray) {
        throw new ArgumentError(
          `kernel "gpu" works on arrays of at most ${largestArray} numbers, but this picture or mesh needs ${value.length}; use kernel "scalar"`,
        );
      }
    }
    const kernel = this.#kernelOf(definition, size);
    kernel.setOutput(size);
    const returned = kernel(...given);
    return returned instanceof Promise ? returned.then(rowsOf) : rowsOf(returned);
  }

  #kernelOf({ arrays, numbers, body }: Program, size: readonly number[]): GpuKernel {
    let kernel = this.#compiled.get(body);
    if (!kernel) {
      kernel = this.#gpu.createKernel(`function (${[...arrays, ...numbers].join(', ')}) {${body}}`, {
        output: size,
        argumentTypes: [...arrays.map(() => 'Array'), ...numbers.map(() => 'Float')],
        precision: 'single',
        dynamicOutput: true,
        dynamicArguments: true,
        loopMaxIterations: longestLoop,
      });
      this.#compiled.set(body, kernel);
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
