// The compiled kernels, at work in the memory of TensorFlow.js's wasm back end: loading them, finding out whether an array lies there,
// and the working memory that they share.

import { RastergradError } from '../../errors.ts';
import type { SimdExports } from './exports.ts';
import { isShared, withSharedMemory } from './sharedMemory.ts';
import { Threads } from './threads.ts';

/** A WebAssembly memory that belongs to another module, and its allocator. */
export interface HostMemory {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
}

/** The kernels, the memory in which they work, working memory for them, and the threads that they run in. */
export interface Simd {
  exports: SimdExports;
  host: HostMemory;
  scratch: Scratch;
  threads: Threads;
}

/** Bytes of working memory that an operation may have, and up to which there is made more room than it asks for. */
const most = 2 ** 31 - 2 ** 16;
const mostDoubled = 2 ** 28;

/** Thrown by `Scratch.take` where there is too little; `Scratch.run` answers it. */
class ScratchTooSmall extends Error {}

/**
 * Working memory for the duration of one operation: taken piece by piece, given back all at once. It never grows while an operation
 * runs, since that may move the memory away under the views that the operation holds; the operation is begun again instead.
 */
export class Scratch {
  readonly #host: HostMemory;
  #block = 0;
  #start = 0;
  #size = 0;
  #used = 0;
  #running = false;

  constructor(host: HostMemory) {
    this.#host = host;
  }

  /**
   * Runs an operation, again from its beginning where it found too little working memory: until it has taken all that it needs, it must not
   * change anything but what it fills. Views of the memory are to be made inside. Within another operation it is part of that one.
   */
  run<Result>(operation: () => Result): Result {
    if (this.#running) return operation();
    this.#running = true;
    try {
      for (;;) {
        this.#used = 0;
        try {
          return operation();
        } catch (error) {
          if (!(error instanceof ScratchTooSmall)) throw error;
          this.#grow();
        }
      }
    } finally {
      this.#running = false;
    }
  }

  /** Address of `bytes` bytes, a multiple of 16, until the operation ends. Contents are undefined. */
  take(bytes: number): number {
    if (!this.#running) throw new Error('working memory is taken outside of an operation');
    const at = this.#start + this.#used;
    // Sizes that compiled kernels say are unsigned.
    this.#used += Math.ceil((bytes < 0 ? bytes + 2 ** 32 : bytes) / 16) * 16;
    if (this.#used > this.#size) throw new ScratchTooSmall();
    return at;
  }

  /** Address of a copy of an array's elements, until the operation ends. */
  copy(array: Float32Array | Float64Array | Int32Array | Uint8Array): number {
    const at = this.take(array.byteLength);
    const { buffer, byteOffset, byteLength } = array;
    this.bytes(at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    return at;
  }

  /** The bytes at an address. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#host.memory.buffer, address, length);
  }

  /** The floats at an address. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#host.memory.buffer, address, length);
  }

  /** The integers at an address. */
  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.#host.memory.buffer, address, length);
  }

  /** The doubles at an address. */
  floats64(address: number, length: number): Float64Array {
    return new Float64Array(this.#host.memory.buffer, address, length);
  }

  /** Makes room for what was asked for last, and as much again. */
  #grow(): void {
    const size = this.#used > mostDoubled ? this.#used : 2 * this.#used;
    if (this.#block) this.#host.free(this.#block);
    this.#size = 0;
    this.#block = size > most ? 0 : this.#host.malloc(size + 16) >>> 0;
    if (this.#block === 0) {
      throw new RastergradError(
        `the wasm back end is out of memory (${size} bytes of working memory wanted): use smaller pictures or batches`,
      );
    }
    this.#start = Math.ceil(this.#block / 16) * 16;
    this.#size = size;
  }
}

/** `relaxed` has fused multiply-adds, for engines with relaxed SIMD. */
export type SimdVariant = 'plain' | 'relaxed';

interface Attached extends Simd {
  module: WebAssembly.Module;
  variant: SimdVariant;
}

let attached: Attached | undefined;

/** The kernels, once they are attached. */
export const simd = (): Simd | undefined => attached;

/** The kernels, where they can reach all of `arrays`: those that lie in the memory that they are attached to, in float32 or int32. */
export function simdFor(...arrays: readonly ArrayBufferView[]): Simd | undefined {
  if (arrays.length === 0) return undefined;
  const buffer = attached?.host.memory.buffer;
  for (const array of arrays) {
    if (array.buffer !== buffer || array instanceof Float64Array) return undefined;
  }
  return attached;
}

/**
 * Puts the kernels to work in a memory, once; the fused ones where the engine has relaxed SIMD.
 *
 * @throws RastergradError where the compiled kernels are not there, or the engine has no SIMD
 */
export async function attachSimd(host: HostMemory): Promise<void> {
  if (attached?.host.memory === host.memory) return;
  if (!WebAssembly.validate(usesSimd)) {
    throw new RastergradError(
      'the wasm back end needs an engine with WebAssembly SIMD; choose the cpu back end',
    );
  }
  await allowRelaxedSimd();
  const variant: SimdVariant = WebAssembly.validate(usesRelaxedSimd) ? 'relaxed' : 'plain';
  const bytes = await bytesOf(variant);
  const module = await WebAssembly.compile(isShared(host.memory) ? withSharedMemory(bytes) : bytes);
  const instance = await WebAssembly.instantiate(module, { env: { memory: host.memory } });
  const exports = instance.exports as unknown as SimdExports;
  const scratch = new Scratch(host);
  attached?.threads.close();
  const kernels = { exports, scratch };
  attached = Object.assign(kernels, { threads: new Threads(kernels), host, module, variant });
}

/** Takes the kernels off a memory that is given up, and ends their threads. */
export function detachSimd(memory: WebAssembly.Memory): void {
  if (attached?.host.memory !== memory) return;
  attached.threads.close();
  attached = undefined;
}

/** Whether the kernels are in a memory that threads can share. */
export const canShareMemory = (): boolean => attached !== undefined && isShared(attached.host.memory);

/**
 * Has the kernels run in so many threads, the main one included.
 *
 * @throws where one does not start; there is one then
 */
export async function useThreads(count: number): Promise<void> {
  if (attached) await attached.threads.use(count, attached.module, attached.host.memory);
}

/** Which build of the kernels is at work; undefined before they are attached. */
export const simdVariant = (): SimdVariant | undefined => attached?.variant;

async function bytesOf(variant: SimdVariant): Promise<Uint8Array<ArrayBuffer>> {
  // Written out, so that bundlers see both files.
  const url =
    variant === 'plain'
      ? new URL('./kernels.wasm', import.meta.url)
      : new URL('./kernels.relaxed.wasm', import.meta.url);
  if (url.protocol !== 'file:') {
    const response = await fetch(url);
    if (!response.ok) throw new RastergradError(`${url}: cannot be loaded (${response.status})`);
    return new Uint8Array(await response.arrayBuffer());
  }
  const { readFile } = await import(/* @vite-ignore */ 'node:fs/promises');
  const file = await readFile(url).catch(() => {
    throw new RastergradError(
      `${url.pathname} is missing: build it with npm run build:kernels, or install the package again`,
    );
  });
  return new Uint8Array(file);
}

/** Node 20 has relaxed SIMD, but behind a flag; later ones have it always. */
async function allowRelaxedSimd(): Promise<void> {
  if (WebAssembly.validate(usesRelaxedSimd) || !globalThis.process?.versions?.v8?.startsWith('11.')) return;
  const { setFlagsFromString } = await import(/* @vite-ignore */ 'node:v8');
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** A module with one function of no arguments, whose body is `code`. */
const moduleOf = (...code: number[]) =>
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 2, 1, 0],
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b],
  );

// i32.const 0, i8x16.splat three times over, and the instruction in question; drop.
const vector = [0x41, 0, 0xfd, 0x0f];
const usesSimd = moduleOf(...vector, 0x1a);
const usesRelaxedSimd = moduleOf(...vector, ...vector, ...vector, 0xfd, 0x85, 0x02, 0x1a);
