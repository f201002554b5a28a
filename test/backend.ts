// The tensor back end of a test file: `await useTestBackend()` at its top, or in `beforeAll`. Tests that name none run on the one
// that RASTERGRAD_BACKEND names, so that the whole suite can be run on another.

import { type BackendName, useBackend } from '../renderer/backend/select.ts';

export async function useTestBackend(name?: BackendName): Promise<void> {
  await useBackend(name);
}
