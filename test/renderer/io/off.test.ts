import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { parseOff, srgbToLinear } from '../../../renderer/io/index.ts';

const corners = '0 0 0\n1 0 0\n1 1 0\n0 1 0\n';

describe('parseOff', () => {
  it.each([
    ['counts on their own line', `OFF\n4 1 0\n${corners}4 0 1 2 3\n`],
    ['counts beside the head', `OFF 4 1 0\n${corners}4 0 1 2 3\n`],
    [
      'no head, comments, blank lines, CRLF',
      `# made by hand\n\n4 1\n${corners}\n4 0 1 2 3 # last`.replaceAll('\n', '\r\n'),
    ],
  ])('reads a polygon with %s', (_, text) => {
    const { vertices, faces, colors, materials } = parseOff(text);
    expect([...vertices]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
    expect(colors).toBeUndefined();
    expect(materials).toEqual([]);
  });

  it('reads colours of vertices as bytes or fractions, with a C in the head or without', () => {
    const paint = (head: string, colors: string[]) =>
      parseOff(`${head}\n3 1 0\n${colors.map((color, i) => `${i} 0 0 ${color}`).join('\n')}\n3 0 1 2`).colors;
    const expected = [1, 0, 0, 0, 1, 0, 0, 0, srgbToLinear(0.2)];
    expect([...paint('COFF', ['255 0 0 255', '0 255 0 255', '0 0 51 255'])!]).toEqual(expected);
    expect([...paint('OFF', ['1 0 0', '0 1 0', '0 0 0.2'])!]).toEqual(expected);
  });

  it('tells normals, colours and texture coordinates apart', () => {
    const vertex = (x: number) => `${x} 0 0  0 0 1  1 0 0 1  0.25 ${x}`;
    const mesh = parseOff(`STCNOFF\n3 1 0\n${[0, 1, 2].map(vertex).join('\n')}\n3 0 1 2`);
    expect([...mesh.vertices]).toEqual([0, 0, 0, 1, 0, 0, 2, 0, 0]);
    expect([...mesh.colors!]).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect([...mesh.uv]).toEqual([0.25, 0, 0.25, 1, 0.25, 2]);
    expect([...mesh.uvFaces]).toEqual([0, 1, 2]);
    expect(parseOff('NOFF\n1 0 0\n1 2 3 0 0 1').colors).toBeUndefined();
  });

  it('makes materials of the colours of faces, one for each', () => {
    const faces = '3 0 1 2 255 0 0\n3 0 2 3\n3 0 1 3 0 0 255 51\n3 1 2 3 255 0 0\n';
    const { materials, faceMaterials } = parseOff(`OFF\n4 4 0\n${corners}${faces}`);
    expect(materials.map(({ diffuse, opacity }) => [...diffuse, opacity])).toEqual([
      [1, 0, 0, 1],
      [0, 0, 1, 0.2],
    ]);
    expect([...faceMaterials]).toEqual([0, -1, 1, 0]);
  });

  it.each([
    ['', 'a.off:1: is empty'],
    ['PLY\n', 'a.off:1: begins with "PLY", expected OFF'],
    ['OFF BINARY\n', 'a.off:1: has "BINARY" vertices, expected a whole number'],
    [`OFF\n1000000000 1 0\n${corners}`, 'a.off:6: ends after 4 of 1000000000 vertices'],
    [`OFF\n4 2 0\n${corners}3 0 1 2\n`, 'a.off:7: ends after 1 of 2 faces'],
    [`OFF\n4 1 0\n${corners}3 0 1 4\n`, 'a.off:7: face refers to vertex 5, but the file has 4 vertices'],
    [`OFF\n4 1 0\n${corners}3 0 1\n`, 'a.off:7: face has 2 vertices, expected 3'],
    ['OFF\n1 0 0\n0 nan 0\n', 'a.off:3: has "nan", expected a finite number'],
    ['OFF\n1 0 0\n0 1e39 0\n', 'a.off:3: has "1e39", expected a finite number'],
    ['OFF\n1 0 0\n0 1\n', 'a.off:3: vertex 0 has 2 numbers, expected at least 3'],
  ])('rejects %j', (text, message) => {
    expect(() => parseOff(text, 'a.off')).toThrow(FileError);
    expect(() => parseOff(text, 'a.off')).toThrow(message);
  });
});
