// Files that a mesh file refers to: material libraries, textures, buffers. A reference must not lead out of the mesh's folder, so
// that reading a mesh from somewhere else does not open what it has no business with.

import { FileError } from '../errors.ts';
import { readFileBytes } from './files.ts';

export interface ReadMeshOptions {
  /** Whether references may lead out of the folder of the mesh file: absolute ones, `..` or links. Default: no. */
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
  const refuse = (name: string): never => {
    throw new FileError(
      path,
      `refers to "${name}", outside of its folder, which is read only with the option allowOutside`,
    );
  };
  return {
    async read(name) {
      const { realpath, stat } = await import('node:fs/promises');
      const { dirname, isAbsolute, relative, resolve, sep } = await import('node:path');
      const folder = dirname(path);
      const file = resolve(folder, name.replaceAll('\\', '/'));
      const leads = (from: string, to: string) => {
        const way = relative(from, to);
        return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
      };
      const isDrive = /^[a-z]:/i.test(name);
      if (!allowOutside && (isDrive || leads(resolve(folder), file))) refuse(name);
      if (name === '' || name.includes('\0')) return undefined;
      try {
        const real = await realpath(file);
        if (!allowOutside && leads(await realpath(folder), real)) refuse(name);
        // A pipe or a device may never end.
        if (!(await stat(real)).isFile()) return undefined;
        return await readFileBytes(real);
      } catch (error) {
        if (error instanceof FileError && error.path === path) throw error;
        if (error instanceof FileError || (error as NodeJS.ErrnoException).code !== undefined)
          return undefined;
        throw error;
      }
    },
  };
}
