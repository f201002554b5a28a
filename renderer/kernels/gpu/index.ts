// The kernels on gpu.js: synchronous on WebGL where there is one, else on WebAssembly; asynchronous on WebGPU. They only gather, a
// thread an output, so results do not depend on the order in which threads run.

import { ArgumentError } from '../../errors.ts';
import type { Kernels } from '../kernels.ts';
import { referenceKernels } from '../reference/index.ts';
import type { GpuDevice, GpuMode, Work } from './device.ts';
import { findVisible } from './findVisible.ts';
import { interpolate, interpolateBackward, weightsBackward } from './interpolate.ts';
import { destroyDevices, deviceOf, loadGpuJs, synchronousMode } from './load.ts';
import { type GpuSoftMask, softMask, softMaskBackward } from './softMask.ts';

/** The kernels that methods "hard" and "dibr" need, as host code that launches programs. */
export const gpuWorks = {
  findVisible,
  interpolate,
  interpolateBackward,
  weightsBackward,
  softMask,
  softMaskBackward: (
    ...[scene, picture, state, upstream, gradient]: Parameters<Kernels['softMaskBackward']>
  ): Work<void> => softMaskBackward(scene, picture, state as GpuSoftMask, upstream, gradient),
} satisfies Partial<{
  [Name in keyof Kernels]: (...args: Parameters<Kernels[Name]>) => Work<ReturnType<Kernels[Name]>>;
}>;

let kernels: Kernels | undefined;

/**
 * Makes `kernel: 'gpu'` available. Calling it again is cheap.
 *
 * @param module What `await import('gpu.js')` gives; only needed where a bundler must see the import. Default: the package as
 *   installed.
 * @returns what runs the kernels: 'headlessgl', 'webgl2', 'webgl', or 'webasm' where there is no WebGL.
 * @throws RastergradError, saying what to install, where the package is not there.
 */
export async function loadGpuKernels(module?: unknown): Promise<GpuMode> {
  const gpuJs = await loadGpuJs(module);
  const device = deviceOf(gpuJs, synchronousMode(gpuJs));
  kernels ??= kernelsOn(device);
  return device.mode;
}

/** Frees everything compiled so far, `rasterizeAsync`'s programs included. `loadGpuKernels()` brings `kernel: 'gpu'` back. */
export async function unloadGpuKernels(): Promise<void> {
  kernels = undefined;
  await destroyDevices();
}

/** @throws ArgumentError before `loadGpuKernels()`. */
export function gpuKernels(): Kernels {
  if (!kernels) {
    throw new ArgumentError('kernel "gpu" must be loaded first: await loadGpuKernels()');
  }
  return kernels;
}

function kernelsOn(gpu: GpuDevice): Kernels {
  const own = Object.entries(gpuWorks).map(([name, work]) => [
    name,
    (...args: unknown[]) => gpu.run((work as (...args: unknown[]) => Work<unknown>)(...args)),
  ]);
  return { ...absentKernels(), ...Object.fromEntries(own) };
}

/** Everything else that kernels offer: functions that say that it does not exist here. */
export function absentKernels(): Omit<Kernels, keyof typeof gpuWorks> {
  const absent = Object.keys(referenceKernels)
    .filter((name) => !Object.hasOwn(gpuWorks, name))
    .map((name) => [
      name,
      () => {
        throw new ArgumentError(
          `kernel "gpu" draws the methods "hard" and "dibr" only and has no ${name}; use kernel "scalar" for other methods`,
        );
      },
    ]);
  return Object.fromEntries(absent) as Omit<Kernels, keyof typeof gpuWorks>;
}
