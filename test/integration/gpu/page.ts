// The script of the page that gpu.test.ts opens.

import * as gpuJs from 'gpu.js';
import { loadGpuKernels } from '../../../renderer/browser.ts';
import { asyncErrors, kernelErrors } from './checks.ts';

Object.assign(globalThis, {
  kernelErrors: () => kernelErrors(gpuJs),
  async asyncErrors() {
    await loadGpuKernels(gpuJs);
    return asyncErrors('./');
  },
});
