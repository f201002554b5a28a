// What a run tells while it goes on, to whoever shows it: a terminal, a notebook, a test.

/** Mean loss terms by name; `total` is what is minimised. */
export type LossTerms = Record<string, number>;

export interface StepEvent {
  /** From 1 to `steps`. */
  step: number;
  steps: number;
  losses: LossTerms;
  stepsPerSecond: number;
  secondsLeft: number;
}

export interface ValidationEvent {
  step: number;
  /** Metrics by name; see docs/conventions.md for units. */
  metrics: Record<string, number>;
}

export interface RunObserver {
  onStep?(event: StepEvent): void;
  onValidation?(event: ValidationEvent): void;
  /** Something worth a line: what is loaded, what looks wrong. */
  onNote?(text: string): void;
}
