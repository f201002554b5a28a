// How a run tells whoever watches (the command line, a notebook, a test) what happens.

import type { ResultTable } from '../runs/results.ts';

export interface StepEvent {
  /** The step just done, from 1 to `steps`. */
  step: number;
  steps: number;
  /** The weighted terms and their sum, `total`. */
  losses: Record<string, number>;
  stepsPerSecond: number;
  secondsLeft: number;
  /** Name of the object where each has a training of its own (fit). */
  object?: string;
}

export interface ValidationEvent {
  step: number;
  values: Record<string, number>;
}

export interface RunObserver {
  onStep?(event: StepEvent): void;
  onValidation?(event: ValidationEvent): void;
  /** Something worth a line: a data set being read, a warning, a file written. */
  onNote?(text: string): void;
  onTable?(table: ResultTable): void;
}
