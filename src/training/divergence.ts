// A training that has gone astray ends with a word on why, before the optimiser takes a step on it.

import { ArgumentError } from '../../renderer/errors.ts';

/**
 * @param losses terms by name, and their sum `total`
 * @param when such as "step 12"
 * @param remedy what may help
 * @throws ArgumentError unless the sum is finite; names the terms that are not
 */
export function expectFiniteLosses(losses: Record<string, number>, when: string, remedy: string): void {
  if (Number.isFinite(losses.total)) return;
  const bad = Object.entries(losses).filter(([name, value]) => name !== 'total' && !Number.isFinite(value));
  const terms =
    bad.map(([name, value]) => `${name} = ${value}`).join(', ') || 'the sum of its losses overflowed';
  throw new ArgumentError(`the training diverged at ${when} (${terms}); ${remedy}`);
}
