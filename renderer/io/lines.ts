// Lines of the text formats OBJ and MTL: comments dropped, continued lines joined, numbers checked.

import { FileError } from '../errors.ts';

export interface Line {
  /** Of its first part, from 1. */
  number: number;
  keyword: string;
  /** What follows the keyword, trimmed. */
  rest: string;
}

/** The lines of `text` that say something. Ends of lines may be LF, CRLF or CR; a backslash at an end joins the next line. */
export function* linesOf(text: string): Generator<Line> {
  const raw = text.split(/\r\n|\n|\r/);
  for (let i = 0; i < raw.length; i++) {
    const number = i + 1;
    let line = withoutComment(raw[i]);
    while (/\\\s*$/.test(line) && i + 1 < raw.length) {
      line = `${line.replace(/\\\s*$/, '')} ${withoutComment(raw[++i])}`;
    }
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const [keyword] = trimmed.split(/\s/, 1);
    yield { number, keyword, rest: trimmed.slice(keyword.length).trim() };
  }
}

/** @throws FileError unless the first `count` words of a line are finite numbers. */
export function numbersOf({ number, keyword, rest }: Line, count: number, path: string): number[] {
  const words = rest === '' ? [] : rest.split(/\s+/);
  if (words.length < count) {
    throw new FileError(`${path}:${number}`, `"${keyword}" has ${words.length} numbers, expected ${count}`);
  }
  return words.slice(0, count).map((word) => {
    const value = Number(word);
    if (!Number.isFinite(value)) {
      throw new FileError(`${path}:${number}`, `"${keyword}" has "${word}", expected a finite number`);
    }
    return value;
  });
}

/** A comment starts at a # that begins a word, since names may contain one. */
const withoutComment = (line: string) => line.replace(/(^|\s)#.*$/, '');
