// How many tasks stand in which way, as one line.

import type { TaskState } from '../launchers/index.ts';

const phases = ['finished', 'running', 'pending', 'interrupted', 'failed', 'lost'] as const;

/** "12 runs: 3 finished, 2 running, 7 pending"; `noun` names one of them. */
export function describeStates(states: readonly Pick<TaskState, 'phase'>[], noun = 'run'): string {
  const counts = phases
    .map((phase) => ({ phase, count: states.filter((state) => state.phase === phase).length }))
    .filter(({ count }) => count > 0);
  return `${counted(states.length, noun)}: ${counts.map(({ phase, count }) => `${count} ${phase}`).join(', ')}`;
}

/** "1 run", "2 runs" */
export const counted = (count: number, noun: string) => `${count} ${count === 1 ? noun : `${noun}s`}`;
