// The implementations of the inner loops, by name.

import { ArgumentError } from '../errors.ts';
import type { Kernels } from './kernels.ts';
import { referenceKernels } from './reference/index.ts';
import { scalarKernels } from './scalar/index.ts';

export type KernelName = 'scalar' | 'reference';

const implementations: Record<KernelName, Kernels> = {
  scalar: scalarKernels,
  reference: referenceKernels,
};

/** @throws ArgumentError when there is no implementation of that name. */
export function kernelsNamed(name: KernelName): Kernels {
  if (!Object.hasOwn(implementations, name)) {
    throw new ArgumentError(
      `kernel must be one of ${Object.keys(implementations).join(', ')}, but is ${JSON.stringify(name)}`,
    );
  }
  return implementations[name];
}

export type { EdgeGradientKernels, EdgeGradientOptions } from './edgeGradient.ts';
export type {
  AttributeRows,
  Fragments,
  Kernels,
  MeshRange,
  Picture,
  RealArray,
  Scene,
  SoftMaskOptions,
  SoftMaskState,
} from './kernels.ts';
