// The tensor back end of a test file: `await useTestBackend()` at its top, or in `beforeAll`.

import { type BackendName, useBackend } from '../renderer/backend/select.ts';

export async function useTestBackend(name: Extract<BackendName, 'wasm' | 'cpu'> = 'wasm'): Promise<void> {
  await useBackend(name);
}
