// Errors that a user can cause. The command line prints their message as one line; everything else that is thrown is a
// defect of the library and keeps its stack trace.

/** Base of all errors caused by input: arguments, files, configurations. */
export class RastergradError extends Error {
  override name = 'RastergradError';
}

/** An argument has a value that the function cannot work with. */
export class ArgumentError extends RastergradError {
  override name = 'ArgumentError';
}

/** A file cannot be read, written or understood. `message` starts with its path (and line, where there is one). */
export class FileError extends RastergradError {
  override name = 'FileError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}
