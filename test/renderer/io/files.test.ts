import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { makeFolder, toFileError } from '../../../renderer/io/files.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: …, write`), { code });

describe('toFileError', () => {
  it.each([
    ['ENOSPC', 'no space left on the device'],
    ['EACCES', 'permission denied'],
    ['EISDIR', 'is a folder, expected a file'],
    ['EXDEV', 'EXDEV'],
  ])('says %s in words', (code, words) => {
    expect(toFileError('runs/a', systemError(code))).toEqual(new FileError('runs/a', words));
  });

  it('leaves defects as they are', () => {
    const defect = new TypeError('x is not a function');
    expect(toFileError('runs/a', defect)).toBe(defect);
    const misuse = systemError('ERR_INVALID_ARG_TYPE');
    expect(toFileError('runs/a', misuse)).toBe(misuse);
  });
});

describe('makeFolder', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'rastergrad-folders-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('makes what is missing, also when several do so at once, and keeps what is there', async () => {
    const inner = join(root, 'a', 'b', 'c');
    // Often enough that one finds the parent made between its own attempt and its look at it.
    for (let i = 0; i < 100; i++) {
      const deep = join(root, `many-${i}`, 'a', 'b');
      await Promise.all(Array.from({ length: 5 }, () => makeFolder(deep)));
    }
    await makeFolder(inner);
    await writeFile(join(inner, 'file'), '');
    await makeFolder(inner);
    expect(await readdir(inner)).toEqual(['file']);
    await makeFolder(`${join(root, 'd', 'e')}/`);
    expect(await readdir(join(root, 'd'))).toEqual(['e']);
  });

  it('names the file that is in its place or above it', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(makeFolder(file)).rejects.toEqual(new FileError(file, 'is a file, expected a folder'));
    const inside = join(file, 'inside');
    await expect(makeFolder(inside)).rejects.toEqual(
      new FileError(inside, 'a part of the path is not a folder'),
    );
  });

  it.runIf(existsSync('/proc/self'))('gives up where nothing can be made', async () => {
    await expect(makeFolder('/proc/rastergrad/a/b')).rejects.toEqual(
      new FileError('/proc/rastergrad', 'no such file or folder'),
    );
  });
});
