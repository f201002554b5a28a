// Numbers that outlive an operation, where the compiled kernels reach them: the state of an optimiser.

import { RastergradError } from '../errors.ts';
import type { HostMemory } from '../kernels/simd/module.ts';
import { simdInUse } from './simdInUse.ts';

/**
 * Floats in the memory of the wasm back end where that is in use, in an array elsewhere. What has become garbage without `dispose` is given
 * back some time later.
 */
export class KeptFloats {
  readonly length: number;
  readonly #block: Block | undefined;
  readonly #array: Float32Array | undefined;
  #isDisposed = false;

  /**
   * Zeros.
   *
   * @throws RastergradError where the wasm back end has no room for them
   */
  constructor(length: number) {
    this.length = length;
    const host = simdInUse()?.host;
    if (host) {
      this.#block = new Block(host, 4 * length);
      abandoned.register(this, this.#block, this.#block);
      this.values.fill(0);
    } else this.#array = new Float32Array(length);
  }

  /**
   * The floats themselves, until the memory grows: to be asked for anew in every operation.
   *
   * @throws RastergradError after `dispose`
   */
  get values(): Float32Array {
    if (this.#isDisposed) throw new RastergradError('kept numbers are asked for after dispose()');
    if (!this.#block) return this.#array!;
    return new Float32Array(this.#block.host.memory.buffer, this.#block.address, this.length);
  }

  /** Gives them back. */
  dispose(): void {
    this.#isDisposed = true;
    if (!this.#block) return;
    abandoned.unregister(this.#block);
    this.#block.free();
  }
}

class Block {
  readonly host: HostMemory;
  address: number;

  constructor(host: HostMemory, bytes: number) {
    this.host = host;
    this.address = bytes < 2 ** 32 ? host.malloc(Math.max(bytes, 1)) >>> 0 : 0;
    if (this.address === 0) {
      throw new RastergradError(`the wasm back end is out of memory (${bytes} bytes wanted, to be kept)`);
    }
  }

  free(): void {
    if (this.address !== 0) this.host.free(this.address);
    this.address = 0;
  }
}

const abandoned = new FinalizationRegistry<Block>((block) => block.free());
