// gpu.js on WebGPU, which has no synchronous mode.

import { provideWebGpu } from '../../backend/select.ts';
import { RastergradError } from '../../errors.ts';
import type { GpuDevice } from './device.ts';
import { deviceOf, loadGpuJs } from './load.ts';

/**
 * The device for asynchronous work. Outside browsers, WebGPU comes from the package webgpu.
 *
 * @throws RastergradError where a package is not there or no graphics adapter answers.
 */
export async function webGpuDevice(): Promise<GpuDevice> {
  const gpuJs = await loadGpuJs();
  await provideWebGpu();
  if (!(await gpuJs.GPU.isWebGPUAvailable())) {
    throw new RastergradError('WebGPU has no graphics adapter on this machine; rasterize() needs none');
  }
  return deviceOf(gpuJs, 'webgpu');
}
