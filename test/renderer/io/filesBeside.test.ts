import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { filesBeside } from '../../../renderer/io/filesBeside.ts';

let root: string;
let mesh: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
  await mkdir(join(root, 'chair/textures'), { recursive: true });
  mesh = join(root, 'chair/chair.obj');
  await writeFile(join(root, 'chair/textures/my wood.png'), 'inside');
  await writeFile(join(root, 'secret.txt'), 'outside');
  await symlink(join(root, 'secret.txt'), join(root, 'chair/link.txt'));
  await symlink('textures', join(root, 'chair/pictures'));
});
afterAll(() => rm(root, { recursive: true }));

const read = async (name: string, allowOutside?: boolean) => {
  const bytes = await filesBeside(mesh, { allowOutside }).read(name);
  return bytes && new TextDecoder().decode(bytes);
};

describe('filesBeside', () => {
  it.each([
    'textures/my wood.png',
    'textures\\my wood.png',
    './textures/../textures/my wood.png',
    '../chair/textures/my wood.png',
    'pictures/my wood.png',
  ])('reads %s', async (name) => expect(await read(name)).toBe('inside'));

  it('refuses what is outside, however it is named, unless allowed', async () => {
    for (const name of ['../secret.txt', '..\\secret.txt', join(root, 'secret.txt'), 'link.txt']) {
      await expect(read(name)).rejects.toThrow(
        new FileError(
          mesh,
          `refers to "${name}", outside of its folder, which is read only with the option allowOutside`,
        ),
      );
      expect(await read(name, true)).toBe('outside');
    }
  });

  it.each([
    'none.png',
    '',
    '.',
    'textures',
    'C:\\Users\\me\\wood.png',
    '../../none/at/all.png',
    'a\0b',
    'x'.repeat(5000),
  ])('finds nothing for %j', async (name) => expect(await read(name)).toBeUndefined());

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'chair/pipe')]);
    expect(await read('pipe')).toBeUndefined();
  });
});
