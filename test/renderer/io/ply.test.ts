import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { encodePly, parsePly, srgbToLinear } from '../../../renderer/io/index.ts';
import { asciiPly, binaryPly, painted } from './seeds.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

const head = (vertexProperties: string, count: number, rest = '') =>
  `ply\nformat ascii 1.0\nelement vertex ${count}\n${vertexProperties
    .split(' ')
    .map((property) => `property float ${property}\n`)
    .join('')}${rest}end_header\n`;

const triangle = 'element face 1\nproperty list uchar int vertex_index\n';

describe('parsePly', () => {
  it.each([
    ['ASCII', asciiPly],
    ['little-endian', binaryPly(true)],
    ['big-endian', binaryPly(false)],
  ])('reads properties of all kinds from %s files', (_, file) => {
    const { vertices, faces, colors, uv, uvFaces, materials, faceMaterials } = parsePly(file);
    expect([...vertices]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
    expect([...colors!]).toEqual([0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1]);
    expect([...uv]).toEqual([0, 0, 1, 0, 1, 1, 0, 1]);
    expect([...uvFaces]).toEqual([0, 1, 2, 0, 2, 3]);
    expect(materials[0].diffuseTexture).toBe('my wood.png');
    expect([...faceMaterials]).toEqual([0, 0]);
  });

  it.each(['s t', 'u v', 'texture_u texture_v'])('reads the texture coordinates %s of vertices', (names) => {
    const { uv, uvFaces } = parsePly(
      bytes(`${head(`x y z ${names}`, 3, triangle)}0 0 0 0 1\n1 0 0 1 1\n0 1 0 0.5 0\n3 2 1 0\n`),
    );
    expect([...uv]).toEqual([0, 1, 1, 1, 0.5, 0]);
    expect([...uvFaces]).toEqual([2, 1, 0]);
  });

  it('reads colours that are fractions as sRGB too', () => {
    const { colors } = parsePly(bytes(`${head('x y z red green blue', 1)}0 0 0 0.5 0 1\n`));
    expect([...colors!]).toEqual([srgbToLinear(0.5), 0, 1]);
  });

  it('makes materials of the colours of faces', () => {
    const paint = ['red', 'green', 'blue'].map((name) => `property uchar ${name}\n`).join('');
    const { materials, faceMaterials } = parsePly(
      bytes(`${head('x y z', 3, triangle + paint)}0 0 0\n1 0 0\n0 1 0\n3 0 1 2 255 0 0\n`),
    );
    expect(materials).toEqual([{ name: '#ff0000ff', diffuse: [1, 0, 0], opacity: 1 }]);
    expect([...faceMaterials]).toEqual([0]);
  });

  it('turns every second triangle of a strip', () => {
    const strips = 'element tristrips 1\nproperty list int int vertex_indices\n';
    const corners = '0 0 0\n1 0 0\n0 1 0\n1 1 0\n';
    const { faces } = parsePly(bytes(`${head('x y z', 4, strips)}${corners}8 0 1 2 3 -1 3 1 0\n`));
    expect([...faces]).toEqual([0, 1, 2, 2, 1, 3, 3, 1, 0]);
  });

  it.each([
    ['solid', 'a.ply:1: does not begin with "ply"'],
    ['ply\nformat ascii 1.0\n', 'a.ply:2: ends within the head'],
    ['ply\nformat zip 1.0\n', 'a.ply:2: has the format "zip"'],
    ['ply\nformat ascii 1.0\nelement vertex 1\nproperty half x\n', 'a.ply:4: property has the type "half"'],
    [head('x y', 0), 'vertices have no property "z"'],
    [`${head('x y z', 3)}0 0 0\n1 0 0\n`, 'a.ply:9: ends after 2 of 3 records of "vertex"'],
    [`${head('x y z', 1)}0 0\n`, 'a.ply:8: line has fewer numbers than the head says'],
    [`${head('x y z', 1)}0 0 nan\n`, 'a.ply:8: record has the value NaN, expected a finite number'],
    [
      `${head('x y z', 1, triangle)}0 0 0\n3 0 0 1\n`,
      'a.ply:11: face refers to vertex 2, but the file has 1',
    ],
    [`${head('x y z', 1, triangle)}0 0 0\n3 0 0 -1\n`, 'a.ply:11: face has the index -1'],
    ['ply\nformat ascii 1.0\nelement vertex 999999999\nend_header\n', 'element "vertex" has no properties'],
  ])('rejects %j', (text, message) => {
    expect(() => parsePly(bytes(text), 'a.ply')).toThrow(FileError);
    expect(() => parsePly(bytes(text), 'a.ply')).toThrow(message);
  });

  it('names the byte at which a binary file ends early', () => {
    const whole = encodePly(painted);
    const body = whole.length - 5 * 15 - 4 * 13;
    const cut = (length: number) => () => parsePly(whole.slice(0, length), 'a.ply');
    expect(cut(body + 15 + 4)).toThrow(`a.ply: byte ${body + 15 + 4}: ends within a record of "vertex"`);
    expect(cut(body + 30)).toThrow(`a.ply: byte ${body + 30}: ends after 2 of 5 records of "vertex"`);
    // A list of 2³² − 1 numbers.
    const lists = bytes(
      'ply\nformat binary_little_endian 1.0\nelement note 1\nproperty list uint float words\nelement vertex 0\nproperty float x\nproperty float y\nproperty float z\nend_header\n',
    );
    const huge = new Uint8Array([...lists, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
    expect(() => parsePly(huge, 'a.ply')).toThrow(
      `a.ply: byte ${lists.length + 8}: ends within a record of "note"`,
    );
  });
});

describe('encodePly', () => {
  it('is read back, colours within a byte', () => {
    const { vertices, faces, colors } = parsePly(encodePly(painted));
    expect(Float32Array.from(vertices)).toEqual(painted.vertices);
    expect(faces).toEqual(painted.faces);
    colors!.forEach((value, i) => {
      expect(Math.abs(value - painted.colors![i])).toBeLessThan(0.005);
    });
  });

  it('names a vertex that is not a number', () => {
    const vertices = painted.vertices.map((value, i) => (i === 4 ? Number.NaN : value));
    expect(() => encodePly({ ...painted, vertices })).toThrow('vertices[1] is [1, NaN, 0]');
  });
});
