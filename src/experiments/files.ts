// Files of a run folder, written whole or not at all; what the system refuses becomes one clear line.

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { FileError } from '../../renderer/errors.ts';

const PROBLEMS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
};

/** The system's error about `path` as a FileError; any other error unchanged. */
export function asFileError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error : new FileError(path, PROBLEMS[code] ?? `cannot be used (${code})`);
}

/** Writes a file under a passing name and then renames it, so that nobody ever sees half of it. */
export async function writeWhole(path: string, data: string | Uint8Array): Promise<void> {
  const passing = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(passing, data, { flush: true });
    await rename(passing, path);
  } catch (error) {
    await rm(passing, { force: true }).catch(() => {});
    throw asFileError(path, error);
  }
}

/** Reads a JSON file that one of our runs wrote. */
export async function readJson<Value>(path: string): Promise<Value> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Value;
  } catch (error) {
    if (error instanceof SyntaxError) throw new FileError(path, `not valid JSON: ${error.message}`);
    throw asFileError(path, error);
  }
}
