// Options that are counts.

import { ArgumentError } from '../../../renderer/errors.ts';

/** @throws ArgumentError unless `value` is an integer from `least` to `most` */
export function requireInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ArgumentError(`${name} is ${value}, expected an integer from ${least} to ${most}`);
}
