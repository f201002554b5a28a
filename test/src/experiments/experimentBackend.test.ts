import { afterEach, describe, expect, it, vi } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { useExperimentBackend } from '../../../src/experiments/experimentBackend.ts';

afterEach(() => vi.unstubAllEnvs());

/** The same functions before any back end has been chosen. */
async function afresh() {
  vi.resetModules();
  const { threadsInUse } = await import('../../../renderer/backend/index.ts');
  return { ...(await import('../../../src/experiments/experimentBackend.ts')), threadsInUse };
}

describe('useExperimentBackend', () => {
  it('takes the back ends that experiments run on, and says so for the other one', async () => {
    expect(await useExperimentBackend('cpu')).toBe('cpu');
    expect(await useExperimentBackend('wasm')).toBe('wasm');
    await expect(useExperimentBackend('webgpu')).rejects.toThrow(ArgumentError);
    await expect(useExperimentBackend('webgpu')).rejects.toThrow(/does not run experiments yet.*"wasm"/);
  });

  it('takes from the environment what is "auto"', async () => {
    vi.stubEnv('RASTERGRAD_THREADS', 'many');
    vi.stubEnv('RASTERGRAD_MATH', 'wasm');
    const threads = await afresh();
    await expect(threads.useExperimentBackend('wasm', { threads: 'auto' })).rejects.toThrow(
      'RASTERGRAD_THREADS: threads is "many"',
    );
    vi.stubEnv('RASTERGRAD_MATH', 'abacus');
    const math = await afresh();
    await expect(math.useExperimentBackend('wasm', { math: 'auto' })).rejects.toThrow(
      'RASTERGRAD_MATH: math "abacus" is unknown',
    );
  });

  it('takes what is given, whatever the environment says', async () => {
    vi.stubEnv('RASTERGRAD_THREADS', '3');
    const { threadsInUse, useExperimentBackend } = await afresh();
    await useExperimentBackend('wasm', { math: 'wasm', threads: 1 });
    expect(threadsInUse()).toBe(1);
  });
});
