import { describe, expect, it } from 'vitest';
import { describeStates } from '../../../src/cli/describeStates.ts';

describe('how tasks stand', () => {
  it('is counted, the best first', () => {
    const phases = ['lost', 'pending', 'finished', 'pending'] as const;
    expect(describeStates(phases.map((phase) => ({ phase })))).toBe('4 runs: 1 finished, 2 pending, 1 lost');
  });

  it('is in the singular for one, by whatever name', () => {
    expect(describeStates([{ phase: 'running' }], 'part')).toBe('1 part: 1 running');
  });
});
