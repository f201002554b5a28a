// The choice of TensorFlow.js back end: by argument, by environment, or the best one that is installed. Optional back ends
// are loaded only when asked for; one that is missing says what to install.

import * as tf from '@tensorflow/tfjs';
import { ArgumentError, RastergradError } from '../errors.ts';
import { prepareTensorflow } from './tensorflow/prepare.ts';
import { registerTensorflowKernels } from './tensorflow/register.ts';
import { checkMathName, type MathName, mathInUse, useMath } from './wasm/math.ts';
import type { WasmBackend } from './wasm/memory.ts';
import { registerWasmKernels } from './wasm/register.ts';
import { sharingMemory } from './wasm/shareMemory.ts';
import { areThreadsChosen, checkThreadCount, chooseThreads, type ThreadCount } from './wasm/threads.ts';
import { registerWebGpuKernels } from './webgpu/register.ts';

export const backendNames = ['wasm', 'tensorflow', 'webgpu', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export interface BackendOptions {
  /** In a browser: URL of the folder that serves the `.wasm` files of @tensorflow/tfjs-backend-wasm, with its last slash. */
  wasmPath?: string;
  /**
   * What computes the matrix products of the wasm back end: our own kernels ('wasm'), OpenBLAS through the package koffi ('openblas'), or
   * OpenBLAS where both are installed ('auto'). By default what is in use already; at first what the environment variable
   * RASTERGRAD_MATH says, else 'auto'. Without
   * OpenBLAS, results are the same for any split of a batch; with it, they agree to float32 rounding.
   */
  math?: MathName;
  /**
   * In how many threads the kernels of the wasm back end run, the main one included; 'auto': as many as there are cores, up to four.
   * Results are the same for any number. By default what is in use already; at first what the environment variable RASTERGRAD_THREADS
   * says, else 'auto'. A page must be cross-origin isolated for more than one. OpenBLAS has threads of its own.
   */
  threads?: ThreadCount;
}

/** Thrown when the packages behind a back end are absent, or present but unable to load. */
class MissingPackageError extends RastergradError {}

const version = tf.version_core;

/**
 * Makes a TensorFlow.js back end the current one, with the kernels that rastergrad adds to it. Calling it again is cheap.
 *
 * @param name 'wasm' (WebAssembly, comes with rastergrad), 'tensorflow' (libtensorflow, through tfjs-node-gpu or tfjs-node),
 *   'webgpu', 'cpu' (plain JavaScript), or 'auto': 'tensorflow' where it is installed and loads, else 'wasm'. By default what
 *   the environment variable RASTERGRAD_BACKEND says, else 'wasm'.
 * @returns the name of the back end now in use.
 * @throws ArgumentError for an unknown name; RastergradError, saying what to install, for a back end that is not there.
 */
export async function useBackend(
  name: BackendName | 'auto' = environmentChoice(),
  options: BackendOptions = {},
): Promise<BackendName> {
  if (name === 'auto') {
    try {
      return await useBackend('tensorflow', options);
    } catch (error) {
      if (error instanceof MissingPackageError) return useBackend('wasm', options);
      throw error;
    }
  }
  if (!backendNames.includes(name)) {
    throw new ArgumentError(`back end "${name}" is unknown; choose one of ${backendNames.join(', ')}, auto`);
  }
  if (options.math !== undefined) checkMathName(options.math);
  if (options.threads !== undefined) checkThreadCount(options.threads);
  if (tf.engine().backendName !== name) await quietly(() => start(name, options));
  // An application may have selected the back end itself.
  if (name === 'wasm') {
    await registerWasmKernels(tf.backend() as WasmBackend);
    await chooseMath(options.math);
    if (options.threads !== undefined || !areThreadsChosen())
      await chooseThreads(options.threads ?? environmentThreads());
  }
  if (name === 'tensorflow') registerTensorflowKernels();
  if (name === 'webgpu') registerWebGpuKernels();
  return name;
}

/** What is asked for; else what is in use already; else what the environment says. */
async function chooseMath(asked: MathName | undefined): Promise<void> {
  if (asked === undefined && mathInUse() !== '') return;
  const given = environment('RASTERGRAD_MATH');
  if (asked === undefined && given !== undefined) checkMathName(given, 'RASTERGRAD_MATH: ');
  await useMath(asked ?? (given as MathName | undefined) ?? 'auto');
}

/** @throws ArgumentError where the variable is no number of threads */
function environmentThreads(): ThreadCount {
  const given = environment('RASTERGRAD_THREADS') ?? 'auto';
  const count = /^\d+$/.test(given) ? Number(given) : given;
  checkThreadCount(count, 'RASTERGRAD_THREADS: ');
  return count;
}

const environmentChoice = () => (environment('RASTERGRAD_BACKEND') ?? 'wasm') as BackendName | 'auto';

/** A variable of the environment; undefined where it is empty, or where there is no environment. */
const environment = (name: string): string | undefined => globalThis.process?.env?.[name] || undefined;

async function start(name: BackendName, options: BackendOptions): Promise<void> {
  if (!tf.findBackendFactory(name)) await load[name](options);
  const set = () => tf.setBackend(name).catch(() => false);
  if (!(await (name === 'wasm' ? sharingMemory(set) : set()))) {
    throw new RastergradError(`back end "${name}" is installed but does not start on this machine`);
  }
  // The first tensor of the cpu back end prints a banner in Node: let it be one made here.
  if (name === 'cpu') tf.scalar(0).dispose();
}

/** Loads the packages that register each back end. An application may have registered one itself. */
const load: Record<BackendName, (options: BackendOptions) => Promise<void>> = {
  async cpu() {},
  async wasm({ wasmPath }) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (wasmPath !== undefined) setWasmPaths(wasmPath);
    // Not its build for threads, which isolated pages would get: shareMemory.ts says why.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  },
  async tensorflow() {
    prepareTensorflow();
    await importOptional('tensorflow', ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']);
  },
  async webgpu() {
    await provideWebGpu();
    await importOptional('webgpu', ['@tensorflow/tfjs-backend-webgpu']);
  },
};

/** Outside browsers, WebGPU comes from the npm package `webgpu` (Dawn); the back end looks for it when it is imported. */
export async function provideWebGpu(): Promise<void> {
  if (globalThis.navigator?.gpu) return;
  const { create, globals } = (await importOptional('webgpu', ['webgpu'])) as {
    create(options: string[]): unknown;
    globals: object;
  };
  Object.assign(globalThis, globals);
  const navigator = Object.create(globalThis.navigator ?? null, { gpu: { value: create([]) } });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

/** Imports the first of `packages` that loads. Bundlers leave these imports alone. */
async function importOptional(backend: BackendName, packages: readonly string[]): Promise<unknown> {
  const failures: string[] = [];
  for (const name of packages) {
    try {
      return await import(/* @vite-ignore */ name);
    } catch (error) {
      if (!isMissing(error, name))
        failures.push(`${name} is installed but does not load: ${firstLine(error)}`);
    }
  }
  const needed = packages.join(' or ');
  const pinned = packages.at(-1)!.startsWith('@tensorflow/')
    ? `${packages.at(-1)}@${version}`
    : packages.at(-1);
  throw new MissingPackageError(
    failures.length > 0
      ? `back end "${backend}": ${failures.join('; ')}`
      : `back end "${backend}" needs the package ${needed}; install it with: npm install ${pinned}`,
  );
}

/** Whether `name` itself was not found, in the words of Node, Deno or Vite; as opposed to a part that it needs. */
function isMissing(error: unknown, name: string): boolean {
  const message = firstLine(error);
  return (
    /not (find|resolve)/i.test(message) &&
    [`'${name}'`, `"${name}"`].some((quoted) => message.includes(quoted))
  );
}

const firstLine = (error: unknown) => String((error as Error)?.message ?? error).split('\n', 1)[0];

/** Keeps TensorFlow.js's greetings and warnings off the terminal while `action` runs. */
async function quietly(action: () => Promise<void>): Promise<void> {
  const before = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    await action();
  } finally {
    tf.env().set('PROD', before);
  }
}
