// Surfaces that are kept on the disk.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type KeptSurface, keptSurface } from '../../../src/datasets/keptSurfaces.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rastergrad-surfaces-'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(scratch, { recursive: true });
});

const made: KeptSurface = {
  points: Uint16Array.of(0, 65_535, 7, 1, 2, 3),
  normals: Int8Array.of(127, 0, 0, 0, -127, 0),
  center: [0.1, -0.2, 1 / 3],
  radius: 0.7,
};
const mesh = new TextEncoder().encode('v 0 0 0\n');
let taken = 0;
const take = () => {
  taken++;
  return made;
};

it('are taken once, and again where the mesh or the count is another, or the file is not whole', async () => {
  const cache = join(scratch, 'not', 'there', 'yet');
  vi.stubEnv('RASTERGRAD_CACHE', cache);
  expect([keptSurface(mesh, 2, take), keptSurface(mesh, 2, take), taken]).toEqual([made, made, 1]);
  keptSurface(new TextEncoder().encode('v 0 0 1\n'), 2, take);
  keptSurface(mesh, 3, take);
  expect(taken).toBe(3);
  const folder = join(cache, 'surfaces');
  const files = await readdir(folder);
  expect(files).toHaveLength(3);
  for (const file of files) await writeFile(join(folder, file), '');
  expect([keptSurface(mesh, 2, take), taken]).toEqual([made, 4]);
  expect([keptSurface(mesh, 2, take), taken]).toEqual([made, 4]);
  expect(await readdir(folder)).toHaveLength(3);
});

it('are taken every time where nothing can be kept', async () => {
  const cache = join(scratch, 'file');
  vi.stubEnv('RASTERGRAD_CACHE', cache);
  await writeFile(cache, '');
  taken = 0;
  expect([keptSurface(mesh, 2, take), keptSurface(mesh, 2, take), taken]).toEqual([made, made, 2]);
});
