// gpu.js, an optional package: imported when first asked for, with a device for each of its modes that is in use.

import { ArgumentError, RastergradError } from '../../errors.ts';
import { GpuDevice, type GpuMode, type GpuModule } from './device.ts';

/** The version that the kernels are tested with. */
const version = '2.24.1';

let gpuJs: GpuModule | undefined;
const devices = new Map<GpuMode, GpuDevice>();

/**
 * @param given The module, where a caller has imported it.
 * @throws RastergradError, saying what to install, where the package is not there.
 */
export async function loadGpuJs(given?: unknown): Promise<GpuModule> {
  gpuJs ??= checkedModule(given ?? (await importGpuJs()));
  return gpuJs;
}

/** The best of the synchronous modes that run here. */
export function synchronousMode({ GPU }: GpuModule): GpuMode {
  if (GPU.isHeadlessGLSupported) return 'headlessgl';
  if (GPU.isWebGL2Supported) return 'webgl2';
  return GPU.isWebGLSupported ? 'webgl' : 'webasm';
}

export function deviceOf(module: GpuModule, mode: GpuMode): GpuDevice {
  let device = devices.get(mode);
  if (!device) {
    device = new GpuDevice(module, mode);
    devices.set(mode, device);
  }
  return device;
}

export async function destroyDevices(): Promise<void> {
  const destroyed = [...devices.values()];
  devices.clear();
  for (const device of destroyed) await device.destroy();
}

async function importGpuJs(): Promise<unknown> {
  const name = 'gpu.js';
  try {
    return await import(/* @vite-ignore */ name);
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split('\n')[0];
    throw new RastergradError(
      /not (find|resolve)\b.*gpu\.js/i.test(reason)
        ? `kernel "gpu" needs the package gpu.js; install it with: npm install gpu.js@${version}`
        : `kernel "gpu": gpu.js is installed but does not load: ${reason}`,
    );
  }
}

/** gpu.js as Node or a bundler presents it: with its exports by name, or below `default`. */
function checkedModule(module: unknown): GpuModule {
  const { GPU, default: main } = module as Partial<GpuModule> & { default?: unknown };
  const found = GPU ?? (main as Partial<GpuModule> | undefined)?.GPU ?? main;
  if (typeof found !== 'function') {
    throw new ArgumentError('expected the module gpu.js, which exports GPU, but was given something else');
  }
  return { GPU: found as GpuModule['GPU'] };
}
