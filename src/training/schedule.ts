// The course of the learning rate over a run, as far as it follows from the number of the step.

/** How the learning rate goes after the warm-up. */
export type Schedule =
  | { type: 'cosine' }
  | { type: 'constant' }
  /** Times `factor` after each of the steps `at`. */
  | { type: 'step'; at: number[]; factor: number }
  /** Constant here: what validations find lowers it (trainingState.ts). */
  | { type: 'plateau'; patience: number; factor: number };

export interface ScheduleOptions {
  learningRate: number;
  schedule: Schedule;
  warmupSteps: number;
  steps: number;
}

/**
 * Learning rate of step `step` (counted from 1): a linear rise over the warm-up, then as the schedule says; `cosine` is half a cosine
 * down to 0 after the last step (Loshchilov and Hutter 2017, equation 5, one period).
 */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { learningRate, schedule, warmupSteps, steps } = options;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  switch (schedule.type) {
    case 'cosine': {
      const progress = (step - warmupSteps - 1) / Math.max(steps - warmupSteps, 1);
      return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
    }
    case 'step':
      return learningRate * schedule.factor ** schedule.at.filter((milestone) => milestone < step).length;
    case 'constant':
    case 'plateau':
      return learningRate;
  }
}
