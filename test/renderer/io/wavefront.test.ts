// OBJ files with their material libraries and textures, on the disk.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  encodePng,
  fromMesh,
  type MeshData,
  readMesh,
  readMeshData,
  toMesh,
  writeMesh,
} from '../../../renderer/io/index.ts';
import { useTestBackend } from '../../backend.ts';
import { painted, tent } from './seeds.ts';

let root: string;
let folder: string;
beforeAll(async () => {
  await useTestBackend();
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'mesh-'));
});

const triangle = 'v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl a\nf 1/1 2/1 3/1\n';
const { image } = tent.textures!['cloth.png'];

const write = async (files: Record<string, string | Uint8Array>) => {
  for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data);
};

describe('reading', () => {
  it('loads the textures that materials name, and clamps where they say so', async () => {
    await mkdir(join(folder, 'my textures'));
    await write({
      'a.obj': `mtllib a.mtl\n${triangle}`,
      'a.mtl': 'newmtl a\nmap_Kd -clamp on my textures\\red wood.png\nnewmtl b\nmap_Kd b.png\n',
      'my textures/red wood.png': await encodePng(image),
      'b.png': await encodePng(image),
    });
    const { materials, textures } = await readMesh(join(folder, 'a.obj'));
    expect(materials).toEqual([
      { name: 'a', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: 'my textures/red wood.png' },
      { name: 'b', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: 'b.png' },
    ]);
    expect(textures!['my textures/red wood.png']).toMatchObject({ wrapU: 'clamp', wrapV: 'clamp' });
    expect(textures!['my textures/red wood.png'].texels.shape).toEqual([2, 3, 3]);
    expect(textures!['b.png'].wrapU).toBeUndefined();
  });

  it('looks for the textures of a library beside it', async () => {
    await mkdir(join(folder, 'materials'));
    await write({
      'a.obj': `mtllib materials/a.mtl\n${triangle}`,
      'materials/a.mtl': 'newmtl a\nmap_Kd wood.png\n',
      'materials/wood.png': await encodePng(image),
    });
    expect(Object.keys((await readMeshData(join(folder, 'a.obj'))).textures!)).toEqual([
      'materials/wood.png',
    ]);
  });

  it('takes a texture of the same name beside the mesh where there is none at its path', async () => {
    await write({
      'a.obj': `mtllib a.mtl\n${triangle}`,
      'a.mtl': 'newmtl a\nmap_Kd C:\\Users\\me\\wood.png\n',
      'wood.png': await encodePng(image),
    });
    expect(Object.keys((await readMeshData(join(folder, 'a.obj'))).textures!)).toEqual([
      'C:/Users/me/wood.png',
    ]);
  });

  it('passes over textures that are missing or no pictures, with a warning each', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await write({
      'a.obj': `mtllib a.mtl\n${triangle}`,
      'a.mtl': 'newmtl a\nKd 1 0 0\nmap_Kd none.png\nnewmtl b\nmap_Kd none.png\nnewmtl c\nmap_Kd c.tga\n',
      'c.tga': 'TGA',
    });
    const { materials, textures } = await readMesh(join(folder, 'a.obj'));
    const said = warn.mock.calls.map(([message]) => message);
    warn.mockRestore();
    expect(materials?.[0].diffuse).toEqual([1, 0, 0]);
    expect(textures).toBeUndefined();
    const path = join(folder, 'a.obj');
    expect(said).toEqual([
      `rastergrad: ${path}: the texture "none.png" is not there; its materials show their diffuse colour instead`,
      `rastergrad: ${path}: the texture "c.tga" is neither a PNG nor a JPEG picture; its materials show their diffuse colour instead`,
    ]);
  });

  it('reads libraries that name themselves or the mesh, however often', async () => {
    await write({
      'a.obj': `${'mtllib a.mtl a.obj\n'.repeat(10_000)}${triangle}`,
      'a.mtl': 'mtllib a.mtl\nnewmtl a\nKd 0 1 0\n',
    });
    expect((await readMeshData(join(folder, 'a.obj'))).materials).toHaveLength(1);
  });

  it('refuses libraries and textures outside of the folder unless allowed', async () => {
    await writeFile(join(root, 'outside.mtl'), 'newmtl a\nKd 1 0 0\n');
    await writeFile(join(root, 'outside.png'), await encodePng(image));
    await write({
      'library.obj': `mtllib ../outside.mtl\n${triangle}`,
      'texture.obj': `mtllib a.mtl\n${triangle}`,
      'a.mtl': 'newmtl a\nmap_Kd ../outside.png\n',
    });
    for (const name of ['library', 'texture']) {
      const path = join(folder, `${name}.obj`);
      await expect(readMesh(path)).rejects.toThrow(`${path}: refers to "../outside.`);
      const { materials, textures } = await readMeshData(path, { allowOutside: true });
      expect(materials[0].diffuse[1] === 0 || textures!['../outside.png']).toBeTruthy();
    }
  });
});

describe('writing', () => {
  const textured: MeshData = {
    ...tent,
    materials: [
      { name: 'a', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: 'one/Wood 1.jpg' },
      { name: 'a', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: 'two/wood 1.png' },
      { name: 'c', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: '../../etc/unknown.png' },
    ],
    textures: {
      'one/Wood 1.jpg': { image, wrapU: 'clamp', wrapV: 'clamp' },
      'two/wood 1.png': { image },
      unused: { image },
    },
  };

  it('puts textures beside under names of their own, and reads the same back', async () => {
    const path = join(folder, 'my tent.obj');
    await writeMesh(path, toMesh(textured));
    expect((await readdir(folder)).sort()).toEqual([
      'my tent-Wood_1.png',
      'my tent-wood_1-2.png',
      'my tent.mtl',
      'my tent.obj',
    ]);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { materials, textures, faceMaterials, uv, uvFaces } = await fromMesh(await readMesh(path));
    warn.mockRestore();
    expect(materials.map(({ name }) => name)).toEqual(['a', 'a-2', 'c']);
    expect(materials.map(({ diffuseTexture }) => diffuseTexture)).toEqual([
      'my tent-Wood_1.png',
      'my tent-wood_1-2.png',
      '../../etc/unknown.png',
    ]);
    expect([...faceMaterials]).toEqual([...tent.faceMaterials]);
    expect([...uv]).toEqual([...tent.uv]);
    expect([...uvFaces]).toEqual([...tent.uvFaces]);
    const first = textures!['my tent-Wood_1.png'];
    expect(first.image.data).toEqual(image.data);
    expect(first).toMatchObject({ wrapU: 'clamp', wrapV: 'clamp' });
  });

  it('keeps Phong’s colour and exponent', async () => {
    const path = join(folder, 'tent.obj');
    await writeMesh(path, toMesh({ ...painted }));
    const { materials } = await readMeshData(path);
    expect(materials[1]).toMatchObject({ specular: [1, 1, 1], shininess: 20, opacity: 0.5 });
  });

  it('leaves no file where the mesh cannot be written', async () => {
    const vertices = tent.vertices.map(() => Number.NaN);
    await expect(writeMesh(join(folder, 'a.obj'), toMesh({ ...textured, vertices }))).rejects.toThrow(
      'vertices[0]',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('writes PLY where the name ends so', async () => {
    const path = join(folder, 'tent.PLY');
    await writeMesh(path, toMesh(painted));
    expect((await readFile(path)).subarray(0, 4).toString()).toBe('ply\n');
    expect((await readMesh(path)).topology.faces).toEqual(tent.faces);
  });
});
