// The webgpu back end in tests: on a graphics adapter, or on SwiftShader, which stands in for one in software and comes with Chromium.

import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from '../renderer/backend/index.ts';

const folder = process.env.SWIFTSHADER ?? '/usr/lib/chromium';
const driver = path.join(folder, 'vk_swiftshader_icd.json');

/** Makes webgpu the current back end. Where it does not start, says why, for tests to be skipped; in CI it must. */
export async function startWebGpu(): Promise<string | undefined> {
  if (existsSync(driver)) lendSwiftShader();
  try {
    await useBackend('webgpu');
    return undefined;
  } catch (error) {
    if (process.env.CI) throw error;
    return `${(error as Error).message} (no graphics adapter, and no ${driver})`;
  }
}

/** Loads Chromium's Vulkan loader, so that a search for one finds it, and tells it of SwiftShader. */
function lendSwiftShader(): void {
  process.env.VK_ICD_FILENAMES = driver;
  const stayLoaded = 0x1000;
  try {
    process.dlopen(
      { exports: {} },
      path.join(folder, 'libvulkan.so.1'),
      os.constants.dlopen.RTLD_NOW | stayLoaded,
    );
  } catch {
    // Node finds that it is no add-on of its own. It is loaded all the same.
  }
}

/** Runs `compute` on a back end and reads what it made. */
export async function valuesOn<Name extends string>(
  backend: 'wasm' | 'webgpu',
  compute: () => Record<Name, tf.Tensor>,
): Promise<Record<Name, Float32Array>> {
  await useBackend(backend);
  const tensors = tf.tidy(compute);
  const values: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries<tf.Tensor>(tensors)) {
    values[name] = Float32Array.from(await tensor.data());
  }
  tf.dispose(tensors);
  return values as Record<Name, Float32Array>;
}

/** How often numbers are copied from the device while `work` runs. (There is no synchronous way in Node: it throws.) */
export function readBacks(work: () => void): number {
  const backend = tf.backend() as unknown as { getBufferData(buffer: unknown): unknown };
  const { getBufferData } = backend;
  let count = 0;
  backend.getBufferData = (buffer) => {
    count++;
    return getBufferData.call(backend, buffer);
  };
  try {
    work();
  } finally {
    backend.getBufferData = getBufferData;
  }
  return count;
}
