// What becomes of samples whose files cannot be read.

import { FileError } from '../../renderer/errors.ts';

/** Stop with the error that names the file, or go on without the sample. */
export type OnBadSample = 'stop' | 'skip';

export interface BadFile {
  file: string;
  reason: string;
}

/** Reads samples, and keeps a list of the bad files that were skipped, each once. */
export class BadSamples {
  readonly #onBadSample: OnBadSample;
  readonly #files = new Map<string, BadFile>();
  #listener: (bad: BadFile) => void = () => {};

  constructor(onBadSample: OnBadSample = 'stop') {
    this.#onBadSample = onBadSample;
  }

  /** Number of bad files that were skipped so far. */
  get count(): number {
    return this.#files.size;
  }

  /** Tells `listener` of every bad file but those in `known`, which count as told of. */
  listen(listener: (bad: BadFile) => void, known: readonly BadFile[] = []): void {
    this.#listener = listener;
    for (const bad of known) this.#files.set(bad.file, bad);
  }

  /**
   * What `read` returns; undefined where a file is bad and bad samples are skipped.
   *
   * @throws FileError for a bad file where they are not
   */
  attempt<Value>(read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (this.#onBadSample === 'stop' || !(error instanceof FileError)) throw error;
      const bad = describeBadFile(error);
      if (!this.#files.has(bad.file)) {
        this.#files.set(bad.file, bad);
        this.#listener(bad);
      }
      return undefined;
    }
  }
}

export function describeBadFile({ path, message }: FileError): BadFile {
  return { file: path, reason: message.slice(path.length + 2) };
}
