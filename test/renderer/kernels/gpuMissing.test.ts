// What `loadGpuKernels` says where the optional package gpu.js does not load, or something else is given for it.

import { expect, it, vi } from 'vitest';
import { loadGpuKernels } from '../../../renderer/kernels/gpu/index.ts';

let problem = '';
vi.mock('gpu.js', () => {
  throw new Error(problem);
});

it('tells in one line what is wrong with the package', async () => {
  problem = 'a part of it\nis broken';
  await expect(loadGpuKernels()).rejects.toThrow(
    /^kernel "gpu": gpu\.js is installed but does not load: .+$/,
  );
});

it('refuses modules that are not gpu.js', async () => {
  await expect(loadGpuKernels({ name: 'another module' })).rejects.toThrow(
    'expected the module gpu.js, which exports GPU, but was given something else',
  );
});
