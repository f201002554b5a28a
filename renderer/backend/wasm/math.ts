// Which library computes the matrix products of the wasm back end.

import { ArgumentError } from '../../errors.ts';
import { simdVariant } from '../../kernels/simd/module.ts';
import { setSgemm } from './gemm.ts';
import { loadOpenBlas, OpenBlasMissing } from './openBlas.ts';

export const mathNames = ['auto', 'wasm', 'openblas'] as const;
export type MathName = (typeof mathNames)[number];

/** @throws ArgumentError, which begins with `where`, for an unknown name */
export function checkMathName(name: string, where = ''): void {
  if ((mathNames as readonly string[]).includes(name)) return;
  throw new ArgumentError(`${where}math "${name}" is unknown; choose one of ${mathNames.join(', ')}`);
}

let description = '';

/**
 * Chooses it for this process: our own kernels, OpenBLAS, or OpenBLAS where it is there.
 *
 * @throws ArgumentError for an unknown name; RastergradError, saying what to install, for an OpenBLAS that is not there
 */
export async function useMath(name: MathName): Promise<void> {
  checkMathName(name);
  if (name !== 'wasm') {
    try {
      const library = await loadOpenBlas();
      setSgemm(library.sgemm);
      description = library.description;
      return;
    } catch (error) {
      if (name === 'openblas' || !(error instanceof OpenBlasMissing)) throw error;
    }
  }
  setSgemm(undefined);
  description = simdVariant() === 'relaxed' ? 'WebAssembly with fused multiply-adds' : 'WebAssembly';
}

/** What computes matrix products, in words; empty before a wasm back end is in use. */
export const mathInUse = (): string => description;
