import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/buildKernels.ts',
    testTimeout: 60_000,
    // What a passing test prints (TensorFlow.js greets, warnings are provoked) is nobody's concern.
    silent: 'passed-only',
    coverage: { provider: 'v8', include: ['src/**', 'renderer/**'], reporter: ['text-summary', 'html'] },
  },
});
