// The back end of experiments, which read results as they go: losses, metrics, checkpoints.

import { type BackendName, type BackendOptions, useBackend } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';

/**
 * `useBackend`, but for "webgpu". Where `math` or `threads` is 'auto', as the resolved config of a prepared run has it, the environment
 * of the process that works on the run decides, as it does where they are not given.
 *
 * @throws ArgumentError for "webgpu"
 */
export async function useExperimentBackend(
  name: BackendName | 'auto',
  { math, threads, ...options }: BackendOptions = {},
): Promise<BackendName> {
  if (name === 'webgpu') {
    throw new ArgumentError(
      'the back end "webgpu" does not run experiments yet: they read results where it would have to be waited for; choose "wasm", "tensorflow", "cpu" or "auto"',
    );
  }
  return useBackend(name, { ...options, math: unlessAuto(math), threads: unlessAuto(threads) });
}

const unlessAuto = <Value>(value: Value | 'auto') => (value === 'auto' ? undefined : value);
