// A folder that appears whole or not at all.

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from '../../../../renderer/errors.ts';
import { writeFolder } from '../../../../src/datasets/build/writeFolder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-write-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('writeFolder', () => {
  it('has the files at their places, and the folders above it', async () => {
    const output = join(root, 'deep', 'set');
    await writeFolder(output, async (store) => {
      await store('list', 'a');
      await store('data/chairs/a', '1');
      await store('data/chairs/b', '2');
      expect(existsSync(output)).toBe(false);
    });
    expect((await readdir(output)).sort()).toEqual(['data', 'list']);
    expect(await readFile(join(output, 'data', 'chairs', 'b'), 'utf8')).toBe('2');
  });

  it('leaves nothing behind where writing fails', async () => {
    const output = join(root, 'set');
    const attempt = writeFolder(output, async (store) => {
      await store('a', '');
      throw new FileError('b', 'damaged');
    });
    await expect(attempt).rejects.toEqual(new FileError('b', 'damaged'));
    expect(await readdir(root)).toEqual([]);
    await writeFile(join(root, 'file'), '');
    await expect(writeFolder(join(root, 'file', 'set'), async () => {})).rejects.toThrow(
      /a part of the path is not a folder/,
    );
  });

  it.runIf(existsSync('/proc/self'))('gives up where nothing can be made', async () => {
    for (const output of ['/proc/rastergrad', '/proc/rastergrad/set']) {
      await expect(writeFolder(output, async () => {})).rejects.toEqual(
        new FileError('/proc/rastergrad', 'no such file or folder'),
      );
    }
  });
});
