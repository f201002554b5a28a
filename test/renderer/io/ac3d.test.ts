import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { parseAc3d, srgbToLinear } from '../../../renderer/io/index.ts';
import { ac3d } from './seeds.ts';

const [tree, strips] = ac3d;

describe('parseAc3d', () => {
  it('moves and turns objects with those that they are in', () => {
    const { vertices, faces } = parseAc3d(tree);
    // The wing is moved by (1, 0, 0), turned a quarter to the left, and moved by (10, 0, 0).
    expect([...vertices]).toEqual([10, 1, 0, 10, 2, 0, 9, 2, 0, 9, 1, 0]);
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
  });

  it('reads texture coordinates of corners, repeated and moved, and passes over lines', () => {
    const { uv, uvFaces } = parseAc3d(tree);
    expect([...uv]).toEqual([0.5, 0, 2.5, 0, 2.5, 1, 0.5, 1]);
    expect([...uvFaces]).toEqual([0, 1, 2, 0, 2, 3]);
  });

  it('makes a material of a colour and a texture', () => {
    const { materials, faceMaterials } = parseAc3d(tree);
    const half = srgbToLinear(0.5);
    expect(materials).toEqual([
      {
        name: 'hull',
        diffuse: [1, half, 0],
        specular: [half, half, half],
        shininess: 10,
        opacity: 0.75,
        creaseDegrees: 45,
        diffuseTexture: 'textures/wing.png',
      },
    ]);
    expect([...faceMaterials]).toEqual([0, 0]);
  });

  it('keeps crease angles with materials, 0 for surfaces that are flat', () => {
    const surface = (flags: string) => `SURF ${flags}\nmat 0\nrefs 3\n0 0 0\n1 0 0\n2 0 0\n`;
    const text =
      'AC3Db\nMATERIAL "a" rgb 1 1 1  amb 0 0 0  emis 0 0 0  spec 0 0 0  shi 10  trans 0\n' +
      'OBJECT world\nkids 1\nOBJECT poly\ncrease 30\nnumvert 3\n0 0 0\n1 0 0\n0 1 0\nnumsurf 3\n' +
      `${surface('0x10')}${surface('0x0')}${surface('0x30')}kids 0\n`;
    const { materials, faceMaterials } = parseAc3d(text);
    expect(materials.map(({ creaseDegrees }) => creaseDegrees)).toEqual([30, 0]);
    expect([...faceMaterials]).toEqual([0, 1, 0]);
  });

  it('reads strips and materials over several lines', () => {
    const { vertices, faces, materials, uv } = parseAc3d(strips);
    expect(vertices).toHaveLength(12);
    expect([...faces]).toEqual([0, 1, 2, 2, 1, 3]);
    expect(materials).toEqual([{ name: 'a', diffuse: [1, 1, 1], opacity: 1, creaseDegrees: 45 }]);
    expect(uv).toHaveLength(0);
  });

  it('lets pass that fewer kids come than promised', () => {
    const text = new TextDecoder().decode(strips).replace('kids 1', 'kids 5');
    expect(parseAc3d(text).faces).toHaveLength(6);
  });

  const poly = (body: string) =>
    `AC3Db\nMATERIAL "" rgb 1 1 1\nOBJECT poly\nnumvert 3\n0 0 0\n1 0 0\n0 1 0\n${body}`;

  it.each([
    ['OFF', 'a.ac:1: does not begin with AC3D'],
    ['AC3Db\nMATERIAL "a" rgb 1 x 1', 'a.ac:2: material has "rgb 1 x 1", expected 3 finite numbers'],
    ['AC3Db\nOBJECT poly\nnumvert 1000000000\n0 0 0\n', 'a.ac:4: ends after 1 of 1000000000 vertices'],
    ['AC3Db\nOBJECT poly\nnumvert 1\n0 0 nan\n', 'a.ac:4: vertex has "nan", expected a finite number'],
    [poly('kids'), 'a.ac:8: "kids" has "", expected a whole number'],
    [poly('numsurf 1\n'), 'a.ac:8: ends within the object that begins on line 3'],
    [poly('numsurf 2\nkids 0\n'), 'a.ac:9: object has 2 surfaces fewer than it says'],
    [poly('numsurf 1\nSURF 0x10\nmat 1\n'), 'a.ac:10: surface has material 1, but the file has 1'],
    [
      poly('numsurf 1\nSURF 0x10\nmat 0\nrefs 3\n0 0 0\n1 0 0\n3 0 0\n'),
      'a.ac:14: corner refers to vertex 3, but the object has 3 vertices',
    ],
  ])('rejects %j', (text, message) => {
    expect(() => parseAc3d(text, 'a.ac')).toThrow(FileError);
    expect(() => parseAc3d(text, 'a.ac')).toThrow(message);
  });
});
