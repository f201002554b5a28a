import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { readMesh, writeMesh } from '../../../renderer/io/index.ts';
import { icosphere } from '../../../renderer/mesh/index.ts';
import { useTestBackend } from '../../backend.ts';

let folder: string;
beforeAll(async () => {
  await useTestBackend();
  folder = await mkdtemp(join(tmpdir(), 'rastergrad-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readMesh and writeMesh', () => {
  it('bring a coloured mesh back', async () => {
    const sphere = icosphere(2, { radii: 0.5 });
    const colors = sphere.vertices.add(0.5) as tf.Tensor2D;
    const path = join(folder, 'sphere.obj');
    await writeMesh(path, { ...sphere, colors });
    const read = await readMesh(path);
    expect(await read.vertices.data()).toEqual(await sphere.vertices.data());
    expect(read.topology.faces).toEqual(sphere.topology.faces);
    expect(read.colors?.sub(colors).abs().max().dataSync()[0]).toBeLessThan(1e-5);
    expect(read.materials).toBeUndefined();
    expect(read.uv).toBeUndefined();
  });

  it('come to an end where files refer to themselves and to one another', async () => {
    const path = join(folder, 'circle.obj');
    await writeFile(path, 'mtllib circle.obj circle.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\n');
    await writeFile(
      join(folder, 'circle.mtl'),
      'newmtl a\nKd 1 0 0\nmtllib circle.mtl\nnewmtl b\nKd 0 1 0\nmap_Kd circle.obj\n',
    );
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { materials, textures } = await readMesh(path);
    warn.mockRestore();
    expect(materials?.map(({ diffuse }) => diffuse)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(textures).toBeUndefined();
  });

  it('bring materials and texture coordinates back, through a file beside', async () => {
    const { vertices, topology } = icosphere(0);
    const path = join(folder, 'two materials.obj');
    await writeMesh(path, {
      vertices,
      topology,
      uv: {
        values: tf.tensor2d([
          [0, 0],
          [1, 0.25],
        ]),
        indices: new Int32Array(60).map((_, i) => i % 2),
      },
      materials: [
        { name: 'red', diffuse: [1, 0, 0], opacity: 1 },
        { name: 'wood', diffuse: [1, 1, 1], opacity: 1, diffuseTexture: 'wood.png' },
      ],
      faceMaterials: new Int32Array(20).map((_, f) => (f < 10 ? 1 : 0)),
    });
    const read = await readMesh(path);
    expect(read.materials?.map(({ name }) => name)).toEqual(['red', 'wood']);
    expect(read.materials?.[1].diffuseTexture).toBe('wood.png');
    expect([...read.faceMaterials!.slice(9, 11)]).toEqual([1, 0]);
    expect(read.uv?.values.arraySync()).toEqual([
      [0, 0],
      [1, 0.25],
    ]);
    expect([...read.uv!.indices.slice(0, 4)]).toEqual([0, 1, 0, 1]);
  });

  it('find material libraries with spaces in their names, and several on a line', async () => {
    const kd = (name: string, color: string) => `newmtl ${name}\nKd ${color}\n`;
    await writeFile(join(folder, 'my chair.mtl'), kd('a', '1 0 0'));
    await writeFile(join(folder, 'b.mtl'), kd('b', '0 1 0'));
    await writeFile(join(folder, 'c.mtl'), kd('c', '0 0 1'));
    const text =
      'mtllib my chair.mtl\nmtllib b.mtl c.mtl missing.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl c\nf 1 2 3\n';
    await writeFile(join(folder, 'chair.obj'), text);
    const { materials, faceMaterials } = await readMesh(join(folder, 'chair.obj'));
    expect(materials?.map(({ diffuse }) => diffuse)).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect([...faceMaterials!]).toEqual([2]);
  });

  it('name a file that is missing, of another format or broken', async () => {
    const missing = join(folder, 'missing.obj');
    await expect(readMesh(missing)).rejects.toThrow(new FileError(missing, 'no such file or folder'));
    await expect(readMesh(join(folder, 'mesh.blend'))).rejects.toThrow('unknown mesh format');
    const broken = join(folder, 'broken.obj');
    await writeFile(broken, 'v 0 0 0\nf 1 2 3\n');
    await expect(readMesh(broken)).rejects.toThrow(
      `${broken}:2: face refers to vertex 2, but the file has 1 vertices`,
    );
  });

  it('write nothing where the mesh is broken or the folder missing', async () => {
    const inside = join(folder, 'empty');
    await mkdir(inside);
    const { vertices, topology } = icosphere(0);
    const broken = { vertices: vertices.mul(Number.NaN) as tf.Tensor2D, topology };
    await expect(writeMesh(join(inside, 'a.obj'), broken)).rejects.toThrow('vertices[0] is [NaN, NaN, NaN]');
    await expect(writeMesh(join(inside, 'b', 'a.obj'), { vertices, topology })).rejects.toThrow(
      'no such file or folder',
    );
    expect(await readdir(inside)).toEqual([]);
  });

  it('replace an existing file', async () => {
    const path = join(folder, 'again.obj');
    await writeMesh(path, icosphere(1));
    await writeMesh(path, icosphere(0));
    expect((await readFile(path, 'utf8')).match(/^v /gm)).toHaveLength(12);
  });
});
