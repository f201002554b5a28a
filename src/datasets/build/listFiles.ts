// The files in a folder and below.

import { readdir } from 'node:fs/promises';
import { toFileError } from '../../../renderer/io/files.ts';

/** Paths from `folder`, with slashes, in order. @throws FileError where there is no such folder */
export async function listFilesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true });
    return entries.map((path) => path.replaceAll('\\', '/')).sort();
  } catch (error) {
    throw toFileError(folder, error);
  }
}
