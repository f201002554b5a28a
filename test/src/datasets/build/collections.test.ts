// Collections of models, on look-alikes of FlightGear's aircraft and of ShapeNetCore.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../../../renderer/io/index.ts';
import { openPlanes } from '../../../../src/datasets/build/planesCollection.ts';
import { openShapenet } from '../../../../src/datasets/build/shapenetCollection.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-collections-'));
});
afterAll(() => rm(root, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, data] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), data);
  }
}

const plainPng = (...rgba: number[]) => encodePng(ndarray(Uint8Array.from(rgba), [1, 1, 4]));

describe('planes', () => {
  /** A fuselage of two triangles from the nose at x = −2 to the tail at x = 1, and a propeller with a texture of its own. */
  const ac = `AC3Db
MATERIAL "m" rgb 1 1 1 amb 1 1 1 emis 0 0 0 spec 0 0 0 shi 0 trans 0
OBJECT world
kids 2
OBJECT poly
texture "skin.png"
numvert 4
-2 0 0
1 1 0
1 0 1
1 0 -1
numsurf 2
SURF 0x20
mat 0
refs 3
0 0 0
1 1 0
2 0 1
SURF 0x20
mat 0
refs 3
0 0 0
3 1 0
1 0 1
kids 0
OBJECT poly
texture "prop.png"
numvert 3
-2 1 1
-2 1 -1
-2 -1 0
numsurf 1
SURF 0x20
mat 0
refs 3
0 0 0
1 1 0
2 0 1
kids 0
`;
  const folder = 'usr/share/games/flightgear/AI/Aircraft';

  beforeAll(async () => {
    await write({
      [`${folder}/X1/Models/x1.ac`]: ac,
      [`${folder}/X1/Models/prop.png`]: await plainPng(9, 9, 9, 20),
      [`${folder}/X1/Lights/beacon.ac`]: ac,
      [`${folder}/X1/X1-main.xml`]:
        '<PropertyList><!-- <path>Models/old.ac</path> --><description>X &amp; 1</description><author>Ann</author><path>Models/x1.ac</path></PropertyList>',
    });
    for (const [name, red] of Object.entries({ Blue: 0, Green: 1, Red: 255 })) {
      await write({
        [`${folder}/X1/X1-${name}.xml`]: `<PropertyList include="X1-main.xml"><texture-path>Textures/${name}</texture-path></PropertyList>`,
        [`${folder}/X1/Textures/${name}/skin.png`]: await plainPng(red, 0, 0, 255),
      });
    }
    await write({
      [`${folder}/X1/X1-Gone.xml`]:
        '<PropertyList include="X1-main.xml"><texture-path>Textures/Gone</texture-path></PropertyList>',
      [`${folder}/Y2/y2.ac`]: ac,
    });
  });

  it('are listed once a livery, the first of an aircraft being what the others vary', async () => {
    const { entries, leftOut } = await openPlanes(root, { liveries: 2 });
    expect(entries.map(({ id, variantOf, creator }) => [id, variantOf, creator])).toEqual([
      ['X1-x1-Blue', undefined, 'Ann'],
      ['X1-x1-Green', 'X1-x1-Blue', 'Ann'],
      ['Y2-y2', undefined, 'the FlightGear team'],
    ]);
    expect(entries[0].name).toBe('X & 1, Blue');
    expect(leftOut.map(({ id }) => id)).toEqual(['X1-beacon']);
    const all = await openPlanes(join(root, folder), { liveries: 9 });
    expect(all.entries.map(({ id }) => id)).toEqual(['X1-x1-Blue', 'X1-x1-Green', 'X1-x1-Red', 'Y2-y2']);
  });

  it('fly towards +z in their livery, without the disc of the propeller', async () => {
    const collection = await openPlanes(root, { liveries: 9 });
    const { mesh } = await collection.load(collection.entries.find(({ id }) => id === 'X1-x1-Red')!);
    expect(mesh.faces.length / 3).toBe(2);
    const [nose, top] = [0, 1].map((v) => [...mesh.vertices.subarray(3 * v, 3 * v + 3)]);
    expect(nose[2]).toBeGreaterThan(0.4);
    expect(top[1]).toBeGreaterThan(nose[1]);
    const { texture } = mesh.materials[mesh.faceMaterials[0]];
    expect([...texture!.linear]).toEqual([1, 0, 0]);
  });

  it('need AC3D files', async () => {
    await write({ 'empty/readme.txt': '' });
    await expect(openPlanes(join(root, 'empty'), { liveries: 1 })).rejects.toThrow(/empty: holds no AC3D/);
  });
});

describe('ShapeNetCore', () => {
  const obj =
    'mtllib m.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvt 0 0\nusemtl a\nf 1/1 2/1 3/1\nf 1/1 3/1 4/1\n';

  it('of both versions is listed by synset and read with its textures', async () => {
    await write({
      'core/03001627/abc/models/model_normalized.obj': obj,
      'core/03001627/abc/models/m.mtl': 'newmtl a\nKd 1 1 1\nmap_Kd ../images/t.png\n',
      'core/03001627/abc/images/t.png': await plainPng(0, 255, 0, 255),
      'core/09999999/old/model.obj': obj,
      'core/03001627/without/readme.txt': '',
      'core/taxonomy.json': '{}',
    });
    const collection = await openShapenet(join(root, 'core'), { liveries: 1 });
    expect(collection.entries.map(({ id, category }) => [id, category])).toEqual([
      ['03001627-abc', 'chair'],
      ['09999999-old', '09999999'],
    ]);
    const [textured, plain] = await Promise.all(collection.entries.map((entry) => collection.load(entry)));
    expect([...textured.mesh.materials[0].texture!.linear]).toEqual([0, 1, 0]);
    expect(plain.mesh.faces.length).toBe(6);
  });

  it('needs models', async () => {
    await expect(openShapenet(root, { liveries: 1 })).rejects.toThrow(/holds no models of ShapeNetCore/);
    await expect(openShapenet(join(root, 'gone'), { liveries: 1 })).rejects.toThrow(/gone: no such file/);
  });
});
