// Readers against damaged files: each is read to a sound mesh or refused with the place of the flaw, in little time and memory. 300 files
// a format, or 10,000 where RASTERGRAD_LONG=1.

import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import {
  type MeshData,
  parseAc3d,
  parseGltf,
  parseMtl,
  parseObj,
  parseOff,
  parsePly,
  parseStl,
} from '../../../renderer/io/index.ts';
import { drawFrom, mutated } from './mutate.ts';
import { ac3d, asciiStl, binaryStl, glb, gltf, mtl, obj, off, ply } from './seeds.ts';

const isLong = process.env.RASTERGRAD_LONG === '1';
const filesPerFormat = isLong ? 10_000 : 300;
const mostMilliseconds = 2000;
const mostBytes = 2 ** 30;

/** A mesh file has no files beside it here. */
const nothing = { read: async () => undefined };

const formats: [
  name: string,
  seeds: () => Promise<Uint8Array[]>,
  read: (bytes: Uint8Array) => Promise<MeshData>,
][] = [
  ['obj', async () => obj, async (bytes) => parseObj(bytes, [], 'file')],
  ['mtl', async () => [mtl], async (bytes) => parseObj('v 0 0 0', parseMtl(bytes, 'file'))],
  ['off', async () => off, async (bytes) => parseOff(bytes, 'file')],
  ['ply', async () => ply, async (bytes) => parsePly(bytes, 'file')],
  ['stl', async () => [asciiStl, binaryStl], async (bytes) => parseStl(bytes, 'file')],
  ['ac', async () => ac3d, async (bytes) => parseAc3d(bytes, 'file')],
  ['glb', glb, (bytes) => parseGltf(bytes, 'file', nothing)],
  ['gltf', async () => [await gltf()], (bytes) => parseGltf(bytes, 'file', nothing)],
];

beforeAll(() => {
  // Textures that cannot be decoded.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

describe.each(formats)('damaged files of %s', (_, seedsOf, read) => {
  it('are read soundly or refused at a line or byte', { timeout: 3_600_000 }, async () => {
    const seeds = await seedsOf();
    for (const seed of seeds) expect(flawOf(await read(seed))).toBeUndefined();
    let refused = 0;
    for (let i = 0; i < filesPerFormat; i++) {
      const file = mutated(seeds[i % seeds.length], drawFrom(i));
      const start = performance.now();
      try {
        const flaw = flawOf(await read(file));
        if (flaw) throw new Error(`file ${i}: ${flaw}`);
      } catch (error) {
        const isPlaced = error instanceof FileError && /^file(:\d+: |: byte \d+: )./.test(error.message);
        if (!isPlaced) throw new Error(`file ${i}: ${error}`, { cause: error });
        refused++;
      }
      expect(performance.now() - start, `milliseconds for file ${i}`).toBeLessThan(mostMilliseconds);
    }
    // Neither does everything come through nor nothing.
    expect(refused).toBeGreaterThan(filesPerFormat / 20);
    expect(refused).toBeLessThan(filesPerFormat);
    expect(process.memoryUsage().rss).toBeLessThan(mostBytes);
  });
});

/** What is wrong with a mesh that was read. */
function flawOf(mesh: MeshData): string | undefined {
  const { vertices, faces, colors, uv, uvFaces, materials, faceMaterials, textures = {} } = mesh;
  const areFinite = (values: Iterable<number>) =>
    [...values].every((value) => Number.isFinite(Math.fround(value)));
  const isUnit = (values: Iterable<number>) => [...values].every((value) => value >= 0 && value <= 1);
  const isBelow = (indices: Int32Array, least: number, end: number) =>
    indices.every((index) => index >= least && index < end);
  if (!areFinite(vertices) || vertices.length % 3 !== 0) return 'vertices';
  if (colors && (colors.length !== vertices.length || !isUnit(colors))) return 'colors';
  if (!areFinite(uv) || uv.length % 2 !== 0) return 'uv';
  if (!isBelow(faces, 0, vertices.length / 3)) return 'faces';
  if (!isBelow(uvFaces, -1, uv.length / 2) || uvFaces.length !== faces.length) return 'uvFaces';
  if (!isBelow(faceMaterials, -1, materials.length) || 3 * faceMaterials.length !== faces.length)
    return 'faceMaterials';
  for (const { diffuse, opacity, specular = [], shininess = 1 } of materials) {
    if (!isUnit([...diffuse, ...specular, opacity]) || !(shininess > 0 && Number.isFinite(shininess)))
      return 'materials';
  }
  for (const { image } of Object.values(textures)) if (image.size !== image.data.length) return 'textures';
  return undefined;
}
