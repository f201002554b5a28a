import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // By `require`, which is faster: the file says why.
    alias: [{ find: /^@tensorflow\/tfjs$/, replacement: path.join(import.meta.dirname, 'test', 'tfjs.cjs') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/buildKernels.ts', 'test/compileProgram.ts'],
    // The same numbers on every machine; `RASTERGRAD_MATH=openblas` tests with OpenBLAS.
    env: {
      RASTERGRAD_MATH: process.env.RASTERGRAD_MATH ?? 'wasm',
      // Test files run side by side already. Tests of threads ask for them.
      RASTERGRAD_THREADS: process.env.RASTERGRAD_THREADS ?? '1',
    },
    server: { deps: { external: [/test\/tfjs\.cjs$/] } },
    testTimeout: 60_000,
    // All cores: vitest leaves one free by itself, which is half of two.
    maxWorkers: '100%',
    // What a passing test prints (TensorFlow.js greets, warnings are provoked) is nobody's concern.
    silent: 'passed-only',
    coverage: { provider: 'v8', include: ['src/**', 'renderer/**'], reporter: ['text-summary', 'html'] },
  },
});
