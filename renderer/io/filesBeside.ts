// Files that a mesh file refers to: material libraries, textures, buffers. A reference must not lead out of the mesh's folder, so
// that reading a mesh from somewhere else does not open what it has no business with.

import { FileError } from '../errors.ts';
import { readFileBytes } from './files.ts';

export interface ReadMeshOptions {
  /** Whether files outside of the mesh's folder may be read, to which absolute names, `..` and links can lead. Default: no. */
  allowOutside?: boolean;
}

/** What a mesh file can refer to. */
export interface FilesBeside {
  /**
   * The bytes of the file called `name`, as the mesh file writes it, with slashes or backslashes; undefined where there is no such file.
   *
   * @throws FileError where it is outside of the folder.
   */
  read(name: string): Promise<Uint8Array | undefined>;
}

/** The files in the folder of `path` and below. */
export function filesBeside(path: string, { allowOutside = false }: ReadMeshOptions = {}): FilesBeside {
  return {
    async read(name) {
      const { realpath, stat } = await import('node:fs/promises');
      const { dirname, isAbsolute, relative, resolve, sep } = await import('node:path');
      const folder = dirname(path);
      const orMissing = <T>(found: Promise<T>) =>
        found.catch((error: unknown) => {
          if (error instanceof Error && 'code' in error) return undefined;
          throw error;
        });
      // What is not there cannot be read, wherever it should have been: many files name the textures of their maker's disk.
      const file = await orMissing(realpath(resolve(folder, name.replaceAll('\\', '/'))));
      if (file === undefined) return undefined;
      const way = relative(await realpath(folder), file);
      const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
      if (isOutside && !allowOutside) {
        throw new FileError(
          path,
          `refers to "${name}", outside of its folder, which is read only with the option allowOutside`,
        );
      }
      // A pipe or a device may never end.
      const isFile = (await orMissing(stat(file)))?.isFile() ?? false;
      return isFile ? await readFileBytes(file) : undefined;
    },
  };
}
