// The kernels on gpu.js: WebGL where there is one, else WebAssembly. They only gather, a thread an output, so results do not depend
// on the order in which threads run.

import { ArgumentError } from '../../errors.ts';
import type { Kernels } from '../kernels.ts';
import { referenceKernels } from '../reference/index.ts';
import { GpuDevice, type Work } from './device.ts';
import { findVisible } from './findVisible.ts';
import { interpolate, interpolateBackward, weightsBackward } from './interpolate.ts';
import { checkedModule, loadGpuJs } from './load.ts';
import { type GpuSoftMask, softMask, softMaskBackward } from './softMask.ts';

/** The members of `Kernels` that methods "hard" and "dibr" need: those that exist here. */
type Own = Pick<
  Kernels,
  'findVisible' | 'interpolate' | 'interpolateBackward' | 'weightsBackward' | 'softMask' | 'softMaskBackward'
>;

let device: GpuDevice | undefined;
let kernels: Kernels | undefined;

/**
 * Makes `kernel: 'gpu'` available. Calling it again is cheap.
 *
 * @param module What `await import('gpu.js')` gives; only needed where a bundler must see the import. Default: the package as
 *   installed.
 * @returns what runs the kernels: 'headlessgl', 'webgl2', 'webgl', or 'webasm' where there is no WebGL.
 * @throws RastergradError, saying what to install, where the package is not there.
 */
export async function loadGpuKernels(module?: unknown): Promise<string> {
  if (!device) {
    const gpuJs = module === undefined ? await loadGpuJs() : checkedModule(module);
    device ??= new GpuDevice(gpuJs, 'gpu');
    kernels ??= kernelsOn(device);
  }
  return device.mode;
}

/** Frees the compiled kernels and their memory; `loadGpuKernels()` brings them back. */
export async function unloadGpuKernels(): Promise<void> {
  const unloaded = device;
  device = undefined;
  kernels = undefined;
  await unloaded?.destroy();
}

/** @throws ArgumentError before `loadGpuKernels()`. */
export function gpuKernels(): Kernels {
  if (!kernels) {
    throw new ArgumentError('kernel "gpu" must be loaded first: await loadGpuKernels()');
  }
  return kernels;
}

function kernelsOn(gpu: GpuDevice): Kernels {
  const sync =
    <Arguments extends unknown[], Result>(work: (...args: Arguments) => Work<Result>) =>
    (...args: Arguments): Result =>
      gpu.run(work(...args));
  const own: Own = {
    findVisible: sync(findVisible),
    interpolate: sync(interpolate),
    interpolateBackward: sync(interpolateBackward),
    weightsBackward: sync(weightsBackward),
    softMask: sync(softMask),
    softMaskBackward: (scene, picture, state, upstream, positionGradient) =>
      gpu.run(softMaskBackward(scene, picture, state as GpuSoftMask, upstream, positionGradient)),
  };
  const absent = Object.keys(referenceKernels)
    .filter((name) => !(name in own))
    .map((name) => [name, () => failAbsent(name)]);
  return { ...(Object.fromEntries(absent) as Omit<Kernels, keyof Own>), ...own };
}

function failAbsent(name: string): never {
  throw new ArgumentError(
    `kernel "gpu" draws the methods "hard" and "dibr" only and has no ${name}; use kernel "scalar" for other methods`,
  );
}
