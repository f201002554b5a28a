import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../renderer/errors.ts';
import { useExperimentBackend } from '../../../src/experiments/experimentBackend.ts';

describe('useExperimentBackend', () => {
  it('takes the back ends that experiments run on, and says so for the other one', async () => {
    expect(await useExperimentBackend('cpu')).toBe('cpu');
    expect(await useExperimentBackend('wasm')).toBe('wasm');
    await expect(useExperimentBackend('webgpu')).rejects.toThrow(ArgumentError);
    await expect(useExperimentBackend('webgpu')).rejects.toThrow(/does not run experiments yet.*"wasm"/);
  });
});
