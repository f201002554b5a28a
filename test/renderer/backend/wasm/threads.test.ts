import { afterEach, describe, expect, it, vi } from 'vitest';
import { useBackend } from '../../../../renderer/backend/index.ts';
import { threadsInUse } from '../../../../renderer/backend/wasm/threads.ts';
import { ArgumentError } from '../../../../renderer/errors.ts';

vi.mock('../../../../renderer/kernels/simd/startWorker.ts', () => ({
  startWorker: () => Promise.reject(new Error('no more threads today')),
}));

afterEach(() => vi.unstubAllEnvs());

describe('the number of threads', () => {
  it('is one, with a warning, where a worker does not start', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await useBackend('wasm', { threads: 2 });
    expect(threadsInUse()).toBe(1);
    expect(warn.mock.calls).toEqual([
      ['rastergrad: threads: a worker does not start (no more threads today); one thread is in use'],
    ]);
    warn.mockRestore();
  });

  it.each([
    [0, '0'],
    [65, '65'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [-1, '-1'],
    [null, 'null'],
    ['2', '"2"'],
    ['two', '"two"'],
  ])('is not %j', async (threads, shown) => {
    await expect(useBackend('wasm', { threads: threads as number })).rejects.toThrow(
      `threads is ${shown}, expected auto or a whole number from 1 to 64`,
    );
    await expect(useBackend('wasm', { threads: threads as number })).rejects.toBeInstanceOf(ArgumentError);
  });

  it('is none that the environment makes up', async () => {
    vi.resetModules();
    vi.stubEnv('RASTERGRAD_THREADS', 'many');
    const fresh = await import('../../../../renderer/backend/index.ts');
    await expect(fresh.useBackend('wasm')).rejects.toThrow('RASTERGRAD_THREADS: threads is "many", expected');
  });
});
