// Matrix products by OpenBLAS, where the machine has it and the package koffi is installed to call it: in place on the wasm memory. Node
// only. Two to four times as fast as our own product on one core; the results agree to float32 rounding.

import { RastergradError } from '../../errors.ts';

/** sgemm of BLAS, row-major: c[m, n] = op(a)·op(b) + beta·c. */
export type Sgemm = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  b: Float32Array,
  beta: number,
  c: Float32Array,
) => void;

export interface OpenBlas {
  sgemm: Sgemm;
  /** Version, kernels and threads in use, as in "OpenBLAS 0.3.21 Zen, 2 threads". */
  description: string;
}

/** Where the library lies, as Debian, Fedora, Homebrew and conda have it. */
const places = [
  'libopenblas.so.0',
  'libopenblas.so',
  'libopenblas.dylib',
  '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
  'libopenblas.dll',
];

const rowMajor = 101;
const plain = 111;
const transposed = 112;

/** Thrown where koffi or the library is not there. */
export class OpenBlasMissing extends RastergradError {}

/** @throws OpenBlasMissing; RastergradError where RASTERGRAD_OPENBLAS names something else */
export async function loadOpenBlas(): Promise<OpenBlas> {
  const koffi = await importKoffi();
  sleepSoon();
  const given = globalThis.process?.env.RASTERGRAD_OPENBLAS;
  if (given) {
    try {
      return bind(koffi.load(given));
    } catch (error) {
      throw new RastergradError(
        `RASTERGRAD_OPENBLAS: ${given} is no OpenBLAS that loads (${firstLine(error)})`,
      );
    }
  }
  for (const place of places) {
    try {
      return bind(koffi.load(place));
    } catch {
      // The next one, then.
    }
  }
  throw new OpenBlasMissing(
    'math "openblas" needs the library OpenBLAS (Debian: apt install libopenblas0-pthread), but none of ' +
      `${places.join(', ')} loads; RASTERGRAD_OPENBLAS can say where it is`,
  );
}

/**
 * Its threads look for more work for 2ⁿ clock cycles after a product before they sleep, by default for 2²⁶: all the time, in a step of many
 * products, on cores that our own threads wait for. Read when the library loads (OpenBLAS, driver/others/blas_server.c).
 */
function sleepSoon(): void {
  const { process } = globalThis;
  if (process && !process.env.OPENBLAS_THREAD_TIMEOUT) process.env.OPENBLAS_THREAD_TIMEOUT = '19';
}

interface Library {
  func(signature: string): (...args: unknown[]) => unknown;
}

/** @throws where the library lacks a function */
function bind(library: Library): OpenBlas {
  const call = library.func(
    'void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, ' +
      'void *a, int lda, void *b, int ldb, float beta, void *c, int ldc)',
  );
  const config = library.func('str openblas_get_config()') as () => string;
  const threads = library.func('int openblas_get_num_threads()') as () => number;
  const [, version, kernels] = /OpenBLAS (\S+).* (\S+) MAX_THREADS/.exec(config()) ?? [];
  const count = threads();
  return {
    sgemm(transposeA, transposeB, m, n, k, a, b, beta, c) {
      const [lda, ldb] = [transposeA ? m : k, transposeB ? k : n];
      const [orderA, orderB] = [transposeA, transposeB].map((is) => (is ? transposed : plain));
      call(rowMajor, orderA, orderB, m, n, k, 1, a, lda, b, ldb, beta, c, n);
    },
    description: `OpenBLAS ${version ?? ''} ${kernels ?? ''}, ${count} thread${count === 1 ? '' : 's'}`,
  };
}

async function importKoffi(): Promise<{ load(path: string): Library }> {
  // A variable, so that bundlers leave it alone.
  const name = 'koffi';
  try {
    return (await import(/* @vite-ignore */ name)).default;
  } catch (error) {
    const isThere = !/not (find|resolve)/i.test(firstLine(error));
    throw new OpenBlasMissing(
      isThere
        ? `math "openblas": the package koffi is installed but does not load (${firstLine(error)})`
        : 'math "openblas" needs the package koffi: install it with npm install koffi',
    );
  }
}

const firstLine = (error: unknown) => String((error as Error)?.message ?? error).split('\n', 1)[0];
