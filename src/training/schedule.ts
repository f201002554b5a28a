// The course of the learning rate over a run.

export interface ScheduleOptions {
  learningRate: number;
  schedule: 'cosine' | 'constant';
  warmupSteps: number;
  steps: number;
}

/**
 * Learning rate of step `step` (counted from 1): a linear rise over the warm-up, then constant, or half a cosine down to 0 after
 * the last step (Loshchilov and Hutter 2017, equation 5, one period).
 */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { learningRate, schedule, warmupSteps, steps } = options;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule === 'constant') return learningRate;
  const progress = (step - warmupSteps - 1) / Math.max(steps - warmupSteps, 1);
  return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
