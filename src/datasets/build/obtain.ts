// Gets the raw material of a data set from a Debian package, without root: apt-get downloads it, dpkg-deb unpacks it into a cache.

import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RastergradError } from '../../../renderer/errors.ts';
import { makeFolder, toFileError } from '../../../renderer/io/files.ts';

/** `$RASTERGRAD_CACHE`, else `rastergrad` in `$XDG_CACHE_HOME`, else in `~/.cache`. */
export function cacheFolder(): string {
  const { RASTERGRAD_CACHE, XDG_CACHE_HOME } = process.env;
  return RASTERGRAD_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'rastergrad');
}

/**
 * The folder that holds the unpacked files of a Debian package: `source` itself; or, where that holds only the package's .deb file, or
 * where it is not given, a folder of the cache, into which the package is unpacked, and before that downloaded, unless it is there.
 *
 * @throws RastergradError where apt-get or dpkg-deb is missing or fails; FileError where `source` is no folder, or the cache cannot be
 * written.
 */
export async function obtainPackage(
  name: string,
  { source, onNote = () => {} }: { source?: string; onNote?: (note: string) => void } = {},
): Promise<string> {
  const archive = source === undefined ? undefined : await packedIn(source, name);
  if (source !== undefined && archive === undefined) return source;
  const cache = cacheFolder();
  const folder = join(cache, name);
  if (await isFolder(folder)) return folder;
  let work: string | undefined;
  try {
    await makeFolder(cache);
    work = await mkdtemp(join(cache, `${name}.tmp-`));
    const packed = archive ?? (await download(name, work, onNote));
    onNote(`unpacking ${name} into ${folder}`);
    const unpacked = join(work, 'unpacked');
    await runTool('dpkg-deb', ['-x', packed, unpacked], work);
    // Another process may have been faster.
    await rename(unpacked, folder).catch(async (error) => {
      if (!(await isFolder(folder))) throw error;
    });
    return folder;
  } catch (error) {
    throw toFileError(cache, error);
  } finally {
    if (work) await rm(work, { recursive: true, force: true });
  }
}

async function download(name: string, folder: string, onNote: (note: string) => void): Promise<string> {
  onNote(`downloading Debian's package ${name}`);
  await runTool('apt-get', ['download', name], folder);
  const archive = await packedIn(folder, name);
  if (archive === undefined) throw new RastergradError(`apt-get download ${name} left no .deb file`);
  return archive;
}

/** The package's .deb file in `folder`; undefined where there is none. */
async function packedIn(folder: string, name: string): Promise<string | undefined> {
  try {
    const files = await readdir(folder);
    const file = files.sort().find((found) => found.startsWith(`${name}_`) && found.endsWith('.deb'));
    return file && join(folder, file);
  } catch (error) {
    throw toFileError(folder, error);
  }
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function runTool(tool: string, parameters: readonly string[], cwd: string): Promise<void> {
  const remedy = 'give the unpacked package, or a folder with its .deb file, with --source';
  const child = spawn(tool, parameters, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (piece: Buffer) => said.push(piece));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      reject(isMissing ? new RastergradError(`${tool} is not installed; ${remedy}`) : error);
    });
  });
  if (code === 0) return;
  const lines = Buffer.concat(said).toString().trim().split('\n');
  const reason = lines.find((line) => /^(E|dpkg-deb: error):/.test(line)) ?? lines.at(-1) ?? '';
  throw new RastergradError(`${tool} ${parameters[0]} failed (${reason || `exit code ${code}`}); ${remedy}`);
}
