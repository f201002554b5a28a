// The back end that benchmarks run on: WebAssembly with rastergrad's own products in one thread, whatever else the machine has. OpenBLAS and
// threads are measured by name.

import { useBackend } from '../renderer/index.ts';

export async function useWasm(): Promise<void> {
  await useBackend('wasm', { math: 'wasm', threads: 1 });
}

/** Whether products can be OpenBLAS's on this machine. */
export async function hasOpenBlas(): Promise<boolean> {
  const { loadOpenBlas, OpenBlasMissing } = await import('../renderer/backend/wasm/openBlas.ts');
  try {
    await loadOpenBlas();
    return true;
  } catch (error) {
    if (error instanceof OpenBlasMissing) return false;
    throw error;
  }
}
