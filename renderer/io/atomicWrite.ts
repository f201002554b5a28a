// Writes a file whole or not at all: into a temporary file beside it, to the disk, then renamed over it.

import { toFileError } from './files.ts';

/**
 * Replaces the file at `path` by `data`; a reader sees the old content or the new, also after a power cut. Its folder must exist.
 *
 * @throws FileError where the file cannot be written (no folder, no permission, disk full); nothing is left behind then.
 */
export async function atomicWrite(path: string, data: string | Uint8Array): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw toFileError(path, error);
  }
}

/** Brings the names in a folder to the disk, so that a file which was renamed into it is there after a power cut, too. */
export async function syncFolder(folder: string): Promise<void> {
  const { open } = await import('node:fs/promises');
  // Windows opens no folders; what is renamed there is written through.
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
