// Walks over the lines and words of a text file in its bytes. Nothing is copied: a file of a million lines costs no million strings.

import { decimal, wholeNumber } from './decimal.ts';
import { type Fail, failAtLine, flawOf, isReadable } from './place.ts';

export interface LineRules {
  /** Whether a # that begins a word begins a comment. Default: no. */
  comments?: boolean;
  /** Whether a backslash at the end of a line joins the next. Default: no. */
  continuations?: boolean;
}

/** Those of OBJ and MTL files. */
export const wavefrontLines: LineRules = { comments: true, continuations: true };

/** A cursor over words. Ends of lines may be LF, CRLF or CR. Words are what blanks separate. */
export class Lines {
  /** Number of the line that the cursor is in, from 1; of its first part where it is continued. */
  line = 0;
  readonly bytes: Uint8Array;
  /** The current word. */
  start = 0;
  end = 0;
  /** Says what is wrong at a line. */
  readonly failAt: Fail;
  readonly #comments: boolean;
  readonly #continuations: boolean;
  #at = 0;
  #endsPassed = 0;

  constructor(text: string | Uint8Array, path: string, { comments, continuations }: LineRules = {}) {
    this.bytes = typeof text === 'string' ? new TextEncoder().encode(text) : inUtf8(text);
    this.failAt = failAtLine(path);
    this.#comments = comments ?? false;
    this.#continuations = continuations ?? false;
    if (byteOrderMark.every((byte, i) => this.bytes[i] === byte)) this.#at = byteOrderMark.length;
  }

  /** Goes to the first word of the next line that has one; false at the end of the file, which counts as part of the last such line. */
  nextLine(): boolean {
    const last = this.line;
    if (last > 0) while (this.nextWord());
    while (this.#at < this.bytes.length) {
      if (this.line > 0) this.#passEnd();
      this.line = this.#endsPassed + 1;
      if (this.nextWord()) return true;
    }
    this.line = last;
    return false;
  }

  /** Goes to the next word of this line; false at its end. */
  nextWord(): boolean {
    const { bytes } = this;
    const { length } = bytes;
    let at = this.#at;
    for (; at < length; at++) {
      const byte = bytes[at];
      if (byte > space) {
        if (byte === hash && this.#comments) {
          while (at < length && bytes[at] !== lf && bytes[at] !== cr) at++;
          break;
        }
        if (byte !== backslash || !this.#isContinuation(at)) break;
        at = this.#at - 1;
      } else if (byte === lf || byte === cr) {
        break;
      }
    }
    this.#at = at;
    this.start = at;
    for (; at < length; at++) {
      const byte = bytes[at];
      if (byte <= space || (byte === backslash && this.#endsHere(at))) break;
    }
    this.#at = at;
    this.end = at;
    return at > this.start;
  }

  /** Passes over the next word of this line if it is `word`. */
  passOver(word: string): void {
    const [at, endsPassed] = [this.#at, this.#endsPassed];
    if (this.nextWord() && this.word === word) return;
    this.#at = at;
    this.#endsPassed = endsPassed;
  }

  /** The current word. */
  get word(): string {
    const { bytes, start, end } = this;
    // The engine keeps strings of one and two letters, as most keywords are.
    if (end - start === 1 && bytes[start] < 0x80) return String.fromCharCode(bytes[start]);
    if (end - start === 2 && (bytes[start] | bytes[start + 1]) < 0x80) {
      return String.fromCharCode(bytes[start], bytes[start + 1]);
    }
    return utf8.decode(bytes.subarray(start, end));
  }

  /** What follows the current word on its line, trimmed. */
  rest(): string {
    const passed = this.#endsPassed;
    if (!this.nextWord()) return '';
    const { start } = this;
    let { end } = this;
    while (this.nextWord()) end = this.end;
    const text = utf8.decode(this.bytes.subarray(start, end));
    return this.#endsPassed === passed ? text : text.replace(/\\\s*?(?:\r\n|\n|\r)\s*/g, ' ');
  }

  /** The current word as a number, NaN where it is none. */
  get number(): number {
    return decimal(this.bytes, this.start, this.end);
  }

  /** The current word as a whole number, cut to ±1e9; NaN where it is none. */
  get wholeNumber(): number {
    return wholeNumber(this.bytes, this.start, this.end);
  }

  /**
   * The next words of this line as numbers into `values`, as many as there are up to its length, and how many there are.
   *
   * @param name of what the numbers belong to, for errors.
   * @throws FileError where one is not a finite number, or there are fewer than `least`.
   */
  numbers(name: string, values: Float64Array, least: number): number {
    let count = 0;
    while (count < values.length && this.nextWord()) {
      const value = this.number;
      if (!isReadable(value)) this.fail(`"${name}" has ${flawOf(value, this.word)}`);
      values[count++] = value;
    }
    if (count < least) this.fail(`"${name}" has ${count} numbers, expected ${least}`);
    return count;
  }

  /** @throws FileError `path:line: problem` */
  fail(problem: string): never {
    return this.failAt(Math.max(this.line, 1), problem);
  }

  /** Goes to the start of the next line, whether it has words or not, and says which byte that is. */
  passLine(): number {
    while (this.nextWord());
    if (this.#at < this.bytes.length) this.#passEnd();
    return this.#at;
  }

  /** Passes over the next `count` bytes, ends of lines among them. */
  skipBytes(count: number): void {
    const end = Math.min(this.#at + count, this.bytes.length);
    while (this.#at < end) {
      if (this.bytes[this.#at] === lf || this.bytes[this.#at] === cr) this.#passEnd();
      else this.#at++;
    }
  }

  /** Whether the line goes on after the backslash at `at`; then the cursor is behind the line's end. */
  #isContinuation(at: number): boolean {
    if (!this.#endsHere(at)) return false;
    this.#at = at + 1;
    while (isBlank(this.bytes[this.#at])) this.#at++;
    if (this.#at < this.bytes.length) this.#passEnd();
    return true;
  }

  /** Whether nothing but blanks follows a backslash on its line. */
  #endsHere(at: number): boolean {
    if (!this.#continuations) return false;
    let next = at + 1;
    while (isBlank(this.bytes[next])) next++;
    return next >= this.bytes.length || this.bytes[next] === lf || this.bytes[next] === cr;
  }

  #passEnd(): void {
    const isPair = this.bytes[this.#at] === cr && this.bytes[this.#at + 1] === lf;
    this.#at += isPair ? 2 : 1;
    this.#endsPassed++;
  }
}

const [lf, cr, space, hash, backslash] = [0x0a, 0x0d, 0x20, 0x23, 0x5c];
const byteOrderMark = [0xef, 0xbb, 0xbf];
const utf8 = new TextDecoder();

/** Files that begin with the byte order mark of UTF-16 are in that. */
function inUtf8(bytes: Uint8Array): Uint8Array {
  const mark = (bytes[0] << 8) | bytes[1];
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined;
  return encoding ? new TextEncoder().encode(new TextDecoder(encoding).decode(bytes)) : bytes;
}

const isBlank = (byte: number) => byte <= space && byte !== lf && byte !== cr;
