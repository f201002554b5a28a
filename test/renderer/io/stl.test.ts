import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { parseStl } from '../../../renderer/io/index.ts';
import { asciiStl, binaryStl } from './seeds.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('parseStl', () => {
  it.each([
    ['text', asciiStl],
    ['binary, though it begins with "solid",', binaryStl],
  ])('makes one vertex of equal corners: %s', (_, file) => {
    const { vertices, faces } = parseStl(file);
    expect([...vertices]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
  });

  it('takes several solids and words in capitals', () => {
    const text = new TextDecoder().decode(asciiStl);
    const { faces } = parseStl(bytes(text + text.toUpperCase().replaceAll('1 0 0', '2 0 0')));
    expect(faces).toHaveLength(12);
    expect(new Set(faces).size).toBe(5);
  });

  it('cuts a loop of more corners into triangles', () => {
    const loop = ['0 0 0', '2 0 0', '2 2 0', '0 2 0'].map((corner) => `vertex ${corner}\n`).join('');
    const { faces } = parseStl(
      bytes(`solid\nfacet normal 0 0 1\nouter loop\n${loop}endloop\nendfacet\nendsolid\n`),
    );
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
  });

  it('counts 0 and −0 as the same place', () => {
    const text = new TextDecoder().decode(asciiStl).replace('vertex 0 0 0', 'vertex -0 0 0');
    expect(parseStl(bytes(text)).vertices).toHaveLength(12);
  });

  it.each([
    [
      'solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n',
      'a.stl:4: ends after 0 facets without endsolid',
    ],
    ['solid a\nvertex 0 0\n', 'a.stl:2: "vertex" has 2 numbers, expected 3'],
    ['solid a\nvertex 0 0 inf\n', 'a.stl:2: "vertex" has "inf", expected a finite number'],
    ['solid a\nouter loop\nvertex 0 0 0\nendloop', 'a.stl:4: facet has 1 vertices, expected 3'],
    ['solid a\nmtllib b\n', 'a.stl:2: "mtllib" is not a word of STL files'],
    ['short', 'a.stl: byte 5: the file ends before the number of triangles'],
  ])('rejects %j', (text, message) => {
    expect(() => parseStl(bytes(text), 'a.stl')).toThrow(FileError);
    expect(() => parseStl(bytes(text), 'a.stl')).toThrow(message);
  });

  it('names the byte of what is wrong in a binary file', () => {
    const short = binaryStl.slice(0, -1);
    short[0] = 0;
    expect(() => parseStl(short, 'a.stl')).toThrow(
      'a.stl: byte 80: the file says 2 triangles, but has bytes for 1',
    );
    const broken = binaryStl.slice();
    new DataView(broken.buffer).setFloat32(100, Number.NaN, true);
    expect(() => parseStl(broken, 'a.stl')).toThrow(
      'a.stl: byte 100: coordinate NaN, expected a finite number',
    );
  });
});
