import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { atomicWrite } from '../../../renderer/io/atomicWrite.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('atomicWrite', () => {
  it('writes text and bytes, over what was there', async () => {
    const path = join(folder, 'file');
    await atomicWrite(path, 'first');
    await atomicWrite(path, new Uint8Array([104, 105]));
    expect(await readFile(path, 'utf8')).toBe('hi');
  });

  it('leaves nothing behind where it fails', async () => {
    const path = join(folder, 'taken');
    await mkdir(path);
    const before = await readdir(folder);
    await expect(atomicWrite(path, 'data')).rejects.toThrow(FileError);
    expect(await readdir(folder)).toEqual(before);
  });

  it('says what is wrong in one line', async () => {
    const path = join(folder, 'missing', 'file');
    await expect(atomicWrite(path, '')).rejects.toThrow(new FileError(path, 'no such file or folder'));
    await expect(atomicWrite('/dev/full/file', '')).rejects.toThrow('a part of the path is not a folder');
  });
});
