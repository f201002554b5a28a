// Where raw material comes from, with tools that pretend.

import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RastergradError } from '../../../../renderer/errors.ts';
import { cacheFolder, obtainPackage } from '../../../../src/datasets/build/obtain.ts';

let root: string;
let cache: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-obtain-'));
  cache = join(root, 'cache');
  await mkdir(join(root, 'bin'));
  vi.stubEnv('RASTERGRAD_CACHE', cache);
  vi.stubEnv('PATH', join(root, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function tool(name: string, script: string): Promise<void> {
  await writeFile(join(root, 'bin', name), `#!/bin/sh\n${script}\n`);
  await chmod(join(root, 'bin', name), 0o755);
}

const unpacks = () => tool('dpkg-deb', '[ "$1" = -x ] && /bin/mkdir -p "$3" && /bin/cp "$2" "$3/content"');

describe('obtainPackage', () => {
  it('downloads and unpacks into the cache, once', async () => {
    await tool('apt-get', `echo "$1 $2" >> "${root}/calls"; echo models > "$2_1.8_all.deb"`);
    await unpacks();
    const notes: string[] = [];
    const folder = await obtainPackage('chairs', { onNote: (note) => notes.push(note) });
    expect(folder).toBe(join(cache, 'chairs'));
    expect(await readFile(join(folder, 'content'), 'utf8')).toBe('models\n');
    expect(notes[0]).toBe("downloading Debian's package chairs");
    expect(await obtainPackage('chairs')).toBe(folder);
    expect(await readFile(join(root, 'calls'), 'utf8')).toBe('download chairs\n');
    expect(await readdir(cache)).toEqual(['chairs']);
  });

  it('takes a folder as it is, or the .deb file in it', async () => {
    const mirror = join(root, 'mirror');
    await mkdir(mirror);
    expect(await obtainPackage('chairs', { source: mirror })).toBe(mirror);
    await writeFile(join(mirror, 'chairs_2.0_all.deb'), 'more');
    await unpacks();
    const folder = await obtainPackage('chairs', { source: mirror });
    expect(await readFile(join(folder, 'content'), 'utf8')).toBe('more');
  });

  it('names the tool that is missing or fails, with what it said, and leaves nothing behind', async () => {
    const failing = async (problem: RegExp) => {
      const attempt = obtainPackage('chairs');
      await expect(attempt).rejects.toThrow(problem);
      await expect(attempt).rejects.toBeInstanceOf(RastergradError);
      expect(await readdir(cache)).toEqual([]);
    };
    await failing(/^apt-get is not installed; give the unpacked package/);
    await tool('apt-get', 'echo "W: slow" >&2; echo "E: Temporary failure resolving" >&2; exit 100');
    await failing(/^apt-get download failed \(E: Temporary failure resolving\); give .* --source$/);
    await tool('apt-get', 'echo models > "$2_1.8_all.deb"');
    await failing(/^dpkg-deb is not installed/);
    await expect(obtainPackage('chairs', { source: join(root, 'gone') })).rejects.toThrow(
      /gone: no such file/,
    );
  });

  it.runIf(existsSync('/proc/self'))('gives up where there can be no cache', async () => {
    vi.stubEnv('RASTERGRAD_CACHE', '/proc/rastergrad/cache');
    await expect(obtainPackage('chairs')).rejects.toThrow(/^\/proc\/rastergrad: no such file or folder$/);
  });
});

describe('cacheFolder', () => {
  it("is the user's own, else that of the system's convention", () => {
    expect(cacheFolder()).toBe(cache);
    vi.stubEnv('RASTERGRAD_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', '/var/xdg');
    expect(cacheFolder()).toBe('/var/xdg/rastergrad');
  });
});
