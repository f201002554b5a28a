// The two builds of the compiled kernels: plain SIMD, and with fused multiply-adds. An engine runs one of them; tests run both.

import { readFileSync } from 'node:fs';
import type { SimdExports } from '../renderer/kernels/simd/exports.ts';
import { simd } from '../renderer/kernels/simd/module.ts';
import { isShared, withSharedMemory } from '../renderer/kernels/simd/sharedMemory.ts';

export const builds = ['kernels.wasm', 'kernels.relaxed.wasm'];

/** Puts a build to work in the memory of the wasm back end, the current one. @returns what puts the usual one back */
export async function useBuild(file: string): Promise<() => void> {
  const attached = simd()!;
  const { memory } = attached.host;
  const stored = readFileSync(new URL(`../renderer/kernels/simd/${file}`, import.meta.url));
  const bytes = isShared(memory) ? withSharedMemory(new Uint8Array(stored)) : stored;
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const usual = attached.exports;
  attached.exports = instance.exports as unknown as SimdExports;
  return () => {
    attached.exports = usual;
  };
}
