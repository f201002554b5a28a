// A training that has gone astray: how it is told, before the optimiser takes a step on it, and what is known of the step.

import { ArgumentError } from '../../renderer/errors.ts';
import type { ShownExample } from './exampleOrder.ts';

/** A step as it is found, with nothing moved. */
export interface StepFindings {
  step: number;
  /** Weighted loss terms by name, and their sum `total`. */
  losses: Record<string, number>;
  /** Euclidean norm of the gradient of each parameter, by name. */
  gradientNorms: Record<string, number>;
  examples: ShownExample[];
}

/** Thrown in place of a step that must not be done. Weights and optimiser are as they were before it. */
export class DivergenceError extends ArgumentError {
  /** What went wrong: "chamfer = NaN". */
  readonly reason: string;
  readonly findings: StepFindings;

  constructor(reason: string, findings: StepFindings) {
    const { step, examples } = findings;
    super(`the training diverged at step ${step} (${reason}) on ${namesOf(examples)}; ${remedy}`);
    this.reason = reason;
    this.findings = findings;
  }
}

/** Most samples that an error names; all of them are in its findings. */
const mostNamed = 4;

function namesOf(examples: readonly ShownExample[]): string {
  const names = examples.slice(0, mostNamed).map(({ id, view }) => `${id} view ${view}`);
  const others = examples.length - names.length;
  return names.join(', ') + (others > 0 ? ` and ${others} more` : '');
}

/** What may help a training that diverged. */
export const remedy = 'a lower training.learningRate or a training.clipNorm may help';

/**
 * What is wrong with the losses of a step; undefined where nothing is.
 *
 * @param losses terms by name, and their sum `total`
 * @param limit largest total that is not
 */
export function divergenceOf(
  losses: Record<string, number>,
  limit = Number.POSITIVE_INFINITY,
): string | undefined {
  const { total } = losses;
  if (Number.isFinite(total)) {
    return total > limit ? `total = ${total.toPrecision(4)}, above ${limit.toPrecision(4)}` : undefined;
  }
  const bad = Object.entries(losses).filter(([name, value]) => name !== 'total' && !Number.isFinite(value));
  return bad.map(([name, value]) => `${name} = ${value}`).join(', ') || 'the sum of its losses overflowed';
}

/**
 * @param losses as in `divergenceOf`
 * @param when such as "step 12"
 * @param help what may help
 * @throws ArgumentError unless the sum is finite; names the terms that are not
 */
export function expectFiniteLosses(losses: Record<string, number>, when: string, help: string): void {
  const reason = divergenceOf(losses);
  if (reason) throw new ArgumentError(`the training diverged at ${when} (${reason}); ${help}`);
}
