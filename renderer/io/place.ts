// Where in a file something is wrong: errors of readers name the line of a text, or the byte of a binary file.

import { FileError } from '../errors.ts';

/** Says what is wrong at a line, from 1, or at a byte, from 0. */
export type Fail = (place: number, problem: string) => never;

/** Messages `path:line: problem`. */
export function failAtLine(path: string): Fail {
  return (line, problem) => {
    throw new FileError(`${path}:${line}`, problem);
  };
}

/** Messages `path: byte offset: problem`. */
export function failAtByte(path: string): Fail {
  return (offset, problem) => {
    throw new FileError(path, `byte ${offset}: ${problem}`);
  };
}

/** What is wrong with a number that is none, not finite, or beyond single precision. */
export function flawOf(value: number, written: string): string {
  const isTooLarge = Number.isFinite(value) || /^[-+]?[\d.]+e\+?\d+$/i.test(written);
  return `"${written}", expected a finite number${isTooLarge ? ' of single precision' : ''}`;
}

/** Whether `value` is finite in single precision too: readers reject what would become infinite in a tensor. */
export const isReadable = (value: number): boolean => Number.isFinite(Math.fround(value));
