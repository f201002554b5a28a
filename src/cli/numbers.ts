// Numbers given as options.

import { UsageError } from './usageError.ts';

/** The value of `--name` as a number within bounds. */
export function numberOption(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= minimum && value <= maximum) return value;
  throw new UsageError(`--${name} is "${text}": expected a number from ${minimum} to ${maximum}`);
}

/** The same, for whole numbers. */
export function integerOption(name: string, text: string, minimum: number, maximum: number): number {
  const value = numberOption(name, text, minimum, maximum);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} is "${text}": expected a whole number`);
}
