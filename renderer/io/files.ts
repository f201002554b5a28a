// Reading whole files and making folders: errors of the operating system become one line that names the file.

import { FileError } from '../errors.ts';

const reasons: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EEXIST: 'is a file, expected a folder',
  EISDIR: 'is a folder, expected a file',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'is larger than 2 GiB',
};

/** A `FileError` for an error of the operating system; any other error, a defect, as it is. */
export function toFileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const isSystemError = code !== undefined && (code in reasons || /^E[A-Z0-9]+$/.test(code));
  return isSystemError ? new FileError(path, reasons[code] ?? code) : error;
}

/** @throws FileError where the file cannot be read. */
export async function readFileBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    throw toFileError(path, error);
  }
}

/** @throws FileError where the file cannot be read. */
export async function readFileText(path: string): Promise<string> {
  return new TextDecoder().decode(await readFileBytes(path));
}

/**
 * Makes a folder and those above it, where they are not there. (Node's own way to do so never returns where the system denies that a
 * parent exists, as it does under /proc.)
 *
 * @throws FileError, which names the folder that cannot be made, or the file in its place.
 */
export async function makeFolder(folder: string): Promise<void> {
  const { mkdir, stat } = await import('node:fs/promises');
  const { dirname } = await import('node:path');
  const found = (path: string) => stat(path).catch(() => undefined);
  /** What is in the way; undefined where the folder is there now. */
  const tryOnce = async () => {
    const error = await mkdir(folder).then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason,
    );
    return error && !(await found(folder))?.isDirectory() ? error : undefined;
  };
  let error = await tryOnce();
  const parent = dirname(folder);
  if (error?.code === 'ENOENT' && parent !== folder) {
    // It may be there by now, if another makes the same folder.
    if (!(await found(parent))) await makeFolder(parent);
    error = await tryOnce();
  }
  if (error) throw toFileError(folder, error);
}
