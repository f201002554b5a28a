// Surfaces that are kept on the disk.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KeptSurface, keptSurface } from '../../../src/datasets/keptSurfaces.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'rastergrad-surfaces-'));
});
afterAll(() => rm(scratch, { recursive: true }));

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
  process.env.RASTERGRAD_CACHE = join(scratch, 'not', 'there', 'yet');
  expect([keptSurface(mesh, 2, take), keptSurface(mesh, 2, take), taken]).toEqual([made, made, 1]);
  keptSurface(new TextEncoder().encode('v 0 0 1\n'), 2, take);
  keptSurface(mesh, 3, take);
  expect(taken).toBe(3);
  const folder = join(process.env.RASTERGRAD_CACHE, 'surfaces');
  const files = await readdir(folder);
  expect(files).toHaveLength(3);
  for (const file of files) await writeFile(join(folder, file), '');
  expect([keptSurface(mesh, 2, take), taken]).toEqual([made, 4]);
  expect([keptSurface(mesh, 2, take), taken]).toEqual([made, 4]);
  expect(await readdir(folder)).toHaveLength(3);
});

it('are taken every time where nothing can be kept', async () => {
  process.env.RASTERGRAD_CACHE = join(scratch, 'file');
  await writeFile(process.env.RASTERGRAD_CACHE, '');
  taken = 0;
  expect([keptSurface(mesh, 2, take), keptSurface(mesh, 2, take), taken]).toEqual([made, made, 2]);
});
