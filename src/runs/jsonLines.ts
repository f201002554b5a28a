// Append-only files of one JSON object a line: metrics.jsonl, timings.jsonl and bad-samples.jsonl.

import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { toFileError } from '../../renderer/io/files.ts';

const LINE_END = '\n'.charCodeAt(0);

/** A file of records, each with the step that it belongs to, if it belongs to one. */
export class JsonLines<Entry extends { step?: number }> {
  readonly path: string;
  /** Whether the file is known to end with a whole line. */
  #isWhole = false;
  #cuts = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Adds a line. It is on its way to the disk when this returns, so that a killed process loses at most a part of the last line. */
  append(entry: Entry): void {
    this.#orFileError(() => {
      this.#mend();
      appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
    });
  }

  /**
   * All whole lines; none where the file is not there yet. A last line that was cut off is left out.
   *
   * @throws FileError where another line is no JSON
   */
  read(): Entry[] {
    return this.#lines().map((line, i) => this.#parse(line, i + 1));
  }

  /** How often this has dropped lines: where `readFrom` ended before that, none need begin any more. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The whole lines from byte `start` on, and the byte at which the next one will begin. */
  readFrom(start: number): { entries: Entry[]; end: number } {
    const bytes = readTail(this.path, start);
    const whole = bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
    const lines = whole.toString('utf8').split('\n').slice(0, -1);
    const entries = lines.map((line, i) => this.#parse(line, `line ${i + 1} after byte ${start}`));
    return { entries, end: start + whole.length };
  }

  /** Keeps the lines for which `keep` holds, byte for byte, and drops the others and a last line that was cut off. */
  async filter(keep: (entry: Entry) => boolean): Promise<void> {
    if (!existsSync(this.path)) return;
    this.#cuts++;
    const kept = this.#lines().filter((line, i) => keep(this.#parse(line, i + 1)));
    await atomicWrite(this.path, kept.map((line) => `${line}\n`).join(''));
  }

  /** Length of the file in bytes, which are on the disk when this returns; 0 where it is not there yet. */
  sync(): number {
    if (!existsSync(this.path)) return 0;
    return this.#orFileError(() =>
      withFile(this.path, 'r+', (file) => {
        fsyncSync(file);
        return fstatSync(file).size;
      }),
    );
  }

  /** Cuts off what comes after the first `bytes`, as `sync` counted them. */
  truncate(bytes: number): void {
    this.#cuts++;
    this.#orFileError(() => {
      if (existsSync(this.path) && statSync(this.path).size > bytes) truncateSync(this.path, bytes);
    });
  }

  /** Forgets what came after `step`, from where a run is resumed. */
  async truncateAfterStep(step: number): Promise<void> {
    await this.filter((entry) => (entry.step ?? 0) <= step);
  }

  /** Cuts off what a killed process has left of its last line, so that a new one does not continue it. */
  #mend(): void {
    if (!this.#isWhole && existsSync(this.path)) {
      const { size } = statSync(this.path);
      if (size > 0 && readTail(this.path, size - 1)[0] !== LINE_END) {
        truncateSync(this.path, readFileSync(this.path).lastIndexOf(LINE_END) + 1);
      }
    }
    this.#isWhole = true;
  }

  #orFileError<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toFileError(this.path, error);
    }
  }

  #parse(line: string, place: number | string): Entry {
    try {
      return JSON.parse(line) as Entry;
    } catch {
      throw new FileError(`${this.path}:${place}`, 'is not a line of JSON');
    }
  }

  #lines(): string[] {
    if (!existsSync(this.path)) return [];
    // Text after the last line end is a line that was cut off: it is never whole.
    return readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
  }
}

/** The bytes of a file from `start` on; none where it is not there. */
function readTail(path: string, start: number): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  return withFile(path, 'r', (file) => {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - start));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
  });
}

function withFile<Result>(path: string, flags: string, work: (file: number) => Result): Result {
  const file = openSync(path, flags);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}
