// The implementations of the inner loops, by name.

import { ArgumentError } from '../errors.ts';
import { gpuKernels } from './gpu/index.ts';
import type { Kernels } from './kernels.ts';
import { referenceKernels } from './reference/index.ts';
import { scalarKernels } from './scalar/index.ts';
import { simdKernels } from './simd/index.ts';

export type KernelName = 'simd' | 'scalar' | 'reference' | 'gpu';

const implementations: Record<KernelName, () => Kernels> = {
  simd: () => simdKernels,
  scalar: () => scalarKernels,
  reference: () => referenceKernels,
  gpu: gpuKernels,
};

/** @throws ArgumentError when there is no implementation of that name, or for 'gpu' before `loadGpuKernels()`. */
export function kernelsNamed(name: KernelName): Kernels {
  if (!Object.hasOwn(implementations, name)) {
    throw new ArgumentError(
      `kernel must be one of ${Object.keys(implementations).join(', ')}, but is ${JSON.stringify(name)}`,
    );
  }
  return implementations[name]();
}

export type { AntialiasOptions, AntialiasState } from './antialias.ts';
export type { EdgeGradientOptions } from './edgeGradient.ts';
export { loadGpuKernels, unloadGpuKernels } from './gpu/index.ts';
export type { Kernels } from './kernels.ts';
export type { OutlineMaskOptions, OutlineMaskState } from './outlineMask.ts';
export {
  type AttributeRows,
  type Fragments,
  itemStartsOf,
  largestSide,
  type MeshRange,
  type Picture,
  type RealArray,
  type Scene,
} from './scene.ts';
export type { SoftOptions, SoftState } from './softAggregate.ts';
export type { SoftMaskOptions, SoftMaskState } from './softMask.ts';
