// The back end of experiments, which read results as they go: losses, metrics, checkpoints.

import { type BackendName, type BackendOptions, useBackend } from '../../renderer/backend/index.ts';
import { ArgumentError } from '../../renderer/errors.ts';

/** `useBackend`, but for "webgpu". @throws ArgumentError for that one */
export async function useExperimentBackend(
  name: BackendName | 'auto',
  options?: BackendOptions,
): Promise<BackendName> {
  if (name === 'webgpu') {
    throw new ArgumentError(
      'the back end "webgpu" does not run experiments yet: they read results where it would have to be waited for; choose "wasm", "tensorflow", "cpu" or "auto"',
    );
  }
  return useBackend(name, options);
}
