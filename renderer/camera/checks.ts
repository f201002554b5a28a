// What cameras ask of numbers that people give, with errors that name them.

import { ArgumentError } from '../errors.ts';
import { shown } from '../shown.ts';

export function requireThat(holds: boolean, name: string, value: number, expected: string): void {
  if (!holds) throw new ArgumentError(`${name} must be ${expected}, but is ${shown(value)}`);
}

export function requirePositive(name: string, value: number): void {
  requireThat(value > 0 && value < Infinity, name, value, 'positive');
}

export function requireFinite(name: string, value: number): void {
  requireThat(Number.isFinite(value), name, value, 'a finite number');
}

/** Width and height of a picture in pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

export function requireSize({ width, height }: PictureSize): void {
  for (const [name, value] of Object.entries({ width, height })) {
    requireThat(Number.isInteger(value) && value > 0, name, value, 'a whole number of pixels, 1 or more');
  }
}

/** @throws ArgumentError unless `values` are `count` finite numbers. */
export function requireNumbers(name: string, values: ArrayLike<number>, count: number): void {
  const found = Array.from(values);
  if (found.length !== count || !found.every(Number.isFinite)) {
    throw new ArgumentError(`${name} must be ${count} finite numbers, but is [${found.join(', ')}]`);
  }
}
