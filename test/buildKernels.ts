// Before any test: the compiled kernels are as new as their sources.

import { execFileSync } from 'node:child_process';

export default function buildKernels(): void {
  execFileSync(process.execPath, ['scripts/build-kernels.mjs'], { stdio: 'inherit' });
}
