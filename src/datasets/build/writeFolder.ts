// Writes a data set's folder whole or not at all.

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FileError } from '../../../renderer/errors.ts';
import { makeFolder, toFileError } from '../../../renderer/io/files.ts';

/** Stores one file, given its path inside of the folder. */
export type StoreFile = (path: string, data: string | Uint8Array) => Promise<void>;

/**
 * Makes the folder `output`: `write` gets a function that stores one file, given its path inside. Only when `write` is through
 * does the folder appear under its name.
 *
 * @throws FileError where `output` has files already, or cannot be written; nothing is left behind then.
 */
export async function writeFolder(output: string, write: (store: StoreFile) => Promise<void>): Promise<void> {
  await requireAbsent(output);
  const temporary = `${resolve(output)}.${randomUUID()}.tmp`;
  try {
    await makeFolder(dirname(temporary));
    await mkdir(temporary);
    await write(async (path, data) => {
      await makeFolder(dirname(join(temporary, path)));
      await writeFile(join(temporary, path), data);
    });
    await rename(temporary, output);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw toFileError(output, error);
  }
}

/** Fails where `output` exists and is not an empty folder. */
export async function requireAbsent(output: string): Promise<void> {
  let files: string[];
  try {
    files = await readdir(output);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw toFileError(output, error);
  }
  if (files.length > 0) throw new FileError(output, 'exists already; remove it or choose another folder');
}
