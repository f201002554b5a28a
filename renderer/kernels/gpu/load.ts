// Loading gpu.js, an optional package: nobody who draws on the processor needs it.

import { ArgumentError, RastergradError } from '../../errors.ts';
import type { GpuModule } from './device.ts';

/** The version that the kernels are tested with. */
const version = '2.24.1';

/** @throws RastergradError, saying what to install, where the package is not there. */
export async function loadGpuJs(): Promise<GpuModule> {
  const name = 'gpu.js';
  let loaded: unknown;
  try {
    loaded = await import(/* @vite-ignore */ name);
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
    throw new RastergradError(
      `kernel "gpu" needs the package gpu.js (${reason}); install it with: npm install gpu.js@${version}`,
    );
  }
  return checkedModule(loaded);
}

/** gpu.js as a bundler or Node presents it: with its exports by name, or below `default`. */
export function checkedModule(module: unknown): GpuModule {
  const { GPU, default: main } = module as Partial<GpuModule> & { default?: unknown };
  if (typeof GPU === 'function') return { GPU };
  const inner = (main as Partial<GpuModule> | undefined)?.GPU ?? main;
  if (typeof inner === 'function') return { GPU: inner as GpuModule['GPU'] };
  throw new ArgumentError('expected the module gpu.js, which exports GPU, but was given something else');
}
