// A memory that threads can share, for TensorFlow.js's wasm back end. Its own build for threads has a shared one too, but it starts as many
// threads as there are cores for XNNPACK alone, and not in Node; its build for one thread works in a shared memory as it is.

import { withSharedMemory } from '../../kernels/simd/sharedMemory.ts';

/**
 * Runs `start`, which instantiates the back end's module, such that its memory is shared. Where the engine, or the page, has no shared
 * memory, or none of that size, it is one that is not.
 */
export async function sharingMemory<Result>(start: () => Promise<Result>): Promise<Result> {
  if (typeof SharedArrayBuffer === 'undefined') return start();
  const engine: Partial<typeof WebAssembly> = WebAssembly;
  const { instantiate, instantiateStreaming } = WebAssembly;
  const instantiateBytes = async (module: BufferSource, imports?: WebAssembly.Imports) => {
    const bytes = ArrayBuffer.isView(module)
      ? new Uint8Array(module.buffer, module.byteOffset, module.byteLength)
      : new Uint8Array(module);
    return instantiate(withSharedMemory(bytes), imports).catch(() => instantiate(module, imports));
  };
  // The back end takes bytes where streams are not understood.
  engine.instantiateStreaming = undefined;
  engine.instantiate = instantiateBytes as typeof instantiate;
  try {
    return await start();
  } finally {
    Object.assign(engine, { instantiate, instantiateStreaming });
  }
}
