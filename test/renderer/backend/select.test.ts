import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useBackend } from '../../../renderer/backend/select.ts';
import { ArgumentError, RastergradError } from '../../../renderer/errors.ts';

const hasTensorflow = existsSync('node_modules/@tensorflow/tfjs-node');

afterEach(() => vi.unstubAllEnvs());

describe('useBackend', () => {
  it('takes wasm by default, what the environment says, or what it is told', async () => {
    vi.stubEnv('RASTERGRAD_BACKEND', '');
    expect(await useBackend()).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    vi.stubEnv('RASTERGRAD_BACKEND', 'cpu');
    expect(await useBackend()).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(await useBackend('wasm')).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('refuses an unknown name, listing the known ones', async () => {
    vi.stubEnv('RASTERGRAD_BACKEND', 'cuda');
    await expect(useBackend()).rejects.toThrow(ArgumentError);
    await expect(useBackend()).rejects.toThrow(
      'back end "cuda" is unknown; choose one of wasm, tensorflow, webgpu, cpu, auto',
    );
  });

  it.skipIf(hasTensorflow)('says that tensorflow is not there, and auto does without', async () => {
    await expect(useBackend('tensorflow')).rejects.toThrow(RastergradError);
    await expect(useBackend('tensorflow')).rejects.toThrow(
      /needs the package .*tfjs-node-gpu or .*tfjs-node; install it with: npm install @tensorflow\/tfjs-node@4\.22\.0/,
    );
    expect(await useBackend('auto')).toBe('wasm');
  });

  it.runIf(hasTensorflow)('takes tensorflow where it is there, also when told auto', async () => {
    expect(await useBackend('tensorflow')).toBe('tensorflow');
    expect(tf.getBackend()).toBe('tensorflow');
    await useBackend('wasm');
    expect(await useBackend('auto')).toBe('tensorflow');
    await useBackend('wasm');
  });

  it('prints nothing', () => {
    const program = `
      const { useBackend } = await import('./renderer/backend/select.ts');
      const tf = await import('@tensorflow/tfjs');
      for (const name of ['cpu', 'wasm'${hasTensorflow ? ", 'tensorflow'" : ''}]) { await useBackend(name); tf.add(1, 2).dispose(); }`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { encoding: 'utf8' },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });
});
