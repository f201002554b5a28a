import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { formatObj, type MeshData, materialLibraries, parseObj } from '../../../renderer/io/index.ts';

const corners = 'v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n';

const mesh = (parts: Partial<MeshData>): MeshData => {
  const faces = parts.faces ?? new Int32Array();
  return {
    vertices: new Float32Array(),
    faces,
    uv: new Float32Array(),
    uvFaces: new Int32Array(faces.length).fill(-1),
    materials: [],
    faceMaterials: new Int32Array(faces.length / 3).fill(-1),
    ...parts,
  };
};

describe('parseObj', () => {
  it('reads vertices in double precision and keeps shared ones shared', () => {
    const { vertices, faces } = parseObj(`${corners}v 0.1 -2e-3 1E2\nf 1 2 3\nf 1 3 4\n`);
    expect([...vertices.subarray(12)]).toEqual([0.1, -0.002, 100]);
    expect([...faces]).toEqual([0, 1, 2, 0, 2, 3]);
  });

  it('makes a polygon a fan around its first corner', () => {
    expect([...parseObj(`${corners}f 2 3 4 1`).faces]).toEqual([1, 2, 3, 1, 3, 0]);
  });

  it('cuts a concave polygon inside of it, wherever its vertices stand in the file', () => {
    const arrow = 'v 0 0 0\nv 2 1 0\nv 0 2 0\nv 1 1 0\n';
    expect([...parseObj(`f 1 2 3 4\n${arrow}`).faces]).toEqual([1, 2, 3, 3, 0, 1]);
  });

  it('gives each corner of a polygon its texture coordinate', () => {
    const text = `${corners}vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/4 2/3 3/2 4/1`;
    expect([...parseObj(text).uvFaces]).toEqual([3, 2, 1, 3, 1, 0]);
  });

  it('reads bytes as well as text, in UTF-8 or UTF-16', () => {
    const text = `${corners}usemtl bücherregal\nf 1 2 3`;
    const expected = parseObj(text);
    expect(expected.materials[0].name).toBe('bücherregal');
    expect(parseObj(new TextEncoder().encode(`\ufeff${text}`))).toEqual(expected);
    expect(parseObj(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')))).toEqual(expected);
  });

  it('reads a million lines in seconds', () => {
    const block = new TextEncoder().encode(`${corners}f -4 -3 -2\nf -4 -2 -1\n`);
    const bytes = new Uint8Array(170_000 * block.length);
    for (let at = 0; at < bytes.length; at += block.length) bytes.set(block, at);
    const start = performance.now();
    expect(parseObj(bytes).faces).toHaveLength(3 * 340_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('passes over faces of fewer than three corners', () => {
    expect([...parseObj(`${corners}f 1 2\nf 1\nf 1 2 3`).faces]).toEqual([0, 1, 2]);
  });

  it('counts negative indices back from the last vertex read', () => {
    expect([...parseObj(`${corners}f -4 -3 -2\nv 9 9 9\nf -1 1 2`).faces]).toEqual([0, 1, 2, 4, 0, 1]);
  });

  it('lets faces refer to vertices further down', () => {
    expect([...parseObj(`f 1 2 3\n${corners}`).faces]).toEqual([0, 1, 2]);
  });

  it.each(['1/1 2/2 3/1', '1/1/7 2/2/8 3/1/9', '1/-2 2/-1 3/-2'])(
    'reads texture coordinates of %s',
    (face) => {
      const { uv, uvFaces } = parseObj(`${corners}vt 0 0\nvt 0.5 1 0\nf ${face}`);
      expect([...uv]).toEqual([0, 0, 0.5, 1]);
      expect([...uvFaces]).toEqual([0, 1, 0]);
    },
  );

  it('marks corners without texture coordinates', () => {
    expect([...parseObj(`${corners}vt 0 0\nf 1//1 2//1 3//1\nf 1/1 2 3`).uvFaces]).toEqual([
      -1, -1, -1, 0, -1, -1,
    ]);
  });

  it('reads vertex colours as sRGB, white where there is none', () => {
    const { colors } = parseObj('v 0 0 0\nv 1 0 0 0.5 0 1\nv 0 1 0\nf 1 2 3');
    const expected = [1, 1, 1, 0.2140411, 0, 1, 1, 1, 1];
    expected.forEach((value, i) => {
      expect(colors?.[i]).toBeCloseTo(value, 6);
    });
    expect(parseObj(corners).colors).toBeUndefined();
  });

  it('gives faces their materials, known ones and others', () => {
    const oak = { name: 'oak', diffuse: [1, 0, 0] as [number, number, number], opacity: 1 };
    const { materials, faceMaterials } = parseObj(
      `${corners}f 1 2 3\nusemtl red paint\nf 1 2 3 4\nusemtl oak\nf 1 2 3`,
      [oak],
    );
    expect(materials).toEqual([oak, { name: 'red paint', diffuse: [1, 1, 1], opacity: 1 }]);
    expect([...faceMaterials]).toEqual([-1, 1, 1, 0]);
  });

  it('takes CRLF, comments, continued lines, groups and tabs as they come', () => {
    const text =
      '# made by hand\r\no thing\r\ng\r\nv\t0 0 0 # first\r\nv 1 0 0\r\nv 1 \\\r\n1 0\r\ns off\r\nvn 0 0 1\r\nf 1 2 \\\r\n 3';
    const { vertices, faces } = parseObj(text);
    expect([...vertices]).toEqual([0, 0, 0, 1, 0, 0, 1, 1, 0]);
    expect([...faces]).toEqual([0, 1, 2]);
  });

  it('reads vertices without faces', () => {
    expect(parseObj(corners).faces).toHaveLength(0);
  });

  it.each([
    [`${corners}f 1 2 5`, 'a.obj:5: face refers to vertex 5, but the file has 4 vertices'],
    [
      `${corners}f 1/1 2/1 3/1`,
      'a.obj:5: face refers to texture coordinate 1, but the file has 0 texture coordinates',
    ],
    [`${corners}f 1 2 0`, 'a.obj:5: face has the index "0", expected a whole number from 1, or −4 … −1'],
    [`${corners}f -5 1 2`, 'a.obj:5: face has the index "-5", expected a whole number from 1, or −4 … −1'],
    [`${corners}f 1 2.5 3`, 'a.obj:5: face has the index "2.5", expected a whole number from 1, or −4 … −1'],
    [`${corners}f`, 'a.obj:5: face has the index "", expected a whole number from 1, or −4 … −1'],
    ['v 0 0 0\nv 0 nan 0', 'a.obj:2: "v" has "nan", expected a finite number'],
    ['v 0 0 1e39', 'a.obj:1: "v" has "1e39", expected a finite number of single precision'],
    ['v 0 0', 'a.obj:1: "v" has 2 numbers, expected 3'],
    ['v 0 0 1,5', 'a.obj:1: "v" has "1,5", expected a finite number'],
    ['\u0000PNG', 'a.obj:1: has no vertices; is it an OBJ file?'],
    ['v 0 0 \\\n0\nv 0 0', 'a.obj:3: "v" has 2 numbers, expected 3'],
  ])('rejects %j', (text, message) => {
    expect(() => parseObj(text, [], 'a.obj')).toThrow(FileError);
    expect(() => parseObj(text, [], 'a.obj')).toThrow(message);
  });
});

describe('materialLibraries', () => {
  it('keeps the spaces of a name', () => {
    expect(materialLibraries('mtllib my chair.mtl\nv 0 0 0\nmtllib b.mtl # second\n')).toEqual([
      'my chair.mtl',
      'b.mtl',
    ]);
  });
});

describe('formatObj', () => {
  it('writes colours, texture coordinates and materials', () => {
    const text = formatObj(
      mesh({
        vertices: new Float32Array([0, 0, 0, 0.1, 0, 0, 0, 1e-7, 0]),
        colors: new Float32Array([1, 0, 0, 0, 1, 0, 0.2140411, 0, 1]),
        faces: new Int32Array([0, 1, 2]),
        uv: new Float32Array([0, 0, 1, 0.5]),
        uvFaces: new Int32Array([0, 1, -1]),
        materials: [{ name: 'oak', diffuse: [1, 1, 1], opacity: 1 }],
        faceMaterials: new Int32Array([0]),
      }),
      'chair.mtl',
    );
    expect(text.split('\n')).toEqual([
      'mtllib chair.mtl',
      'v 0 0 0 1.000000 0.000000 0.000000',
      'v 0.1 0 0 0.000000 1.000000 0.000000',
      'v 0 1e-7 0 0.500000 0.000000 1.000000',
      'vt 0 0',
      'vt 1 0.5',
      'usemtl oak',
      'f 1/1 2/2 3',
      '',
    ]);
  });

  it('keeps faces without a material apart from the ones before them', () => {
    const written = mesh({
      vertices: new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]),
      faces: new Int32Array([0, 1, 2, 0, 1, 2, 0, 1, 2]),
      materials: [{ name: 'oak', diffuse: [1, 1, 1], opacity: 1 }],
      faceMaterials: new Int32Array([-1, 0, -1]),
    });
    const read = parseObj(formatObj(written), written.materials);
    expect([...read.faceMaterials]).toEqual([-1, 0, -1]);
    expect(read.materials).toEqual(written.materials);
  });

  it('is read back unchanged', () => {
    const coordinates = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 9,
      maxLength: 30,
    });
    fc.assert(
      fc.property(coordinates, fc.array(fc.nat(2), { maxLength: 9 }), (numbers, indices) => {
        const written = mesh({
          vertices: Float32Array.from(numbers.slice(0, numbers.length - (numbers.length % 3)), (x) => x + 0),
          faces: Int32Array.from(indices.slice(0, indices.length - (indices.length % 3))),
        });
        const read = parseObj(formatObj(written));
        expect(Float32Array.from(read.vertices)).toEqual(written.vertices);
        expect(read.faces).toEqual(written.faces);
      }),
      { seed: 3 },
    );
  });

  it('names a vertex that is not a number', () => {
    const broken = mesh({ vertices: new Float32Array([0, 0, 0, 1, Number.NaN, 0]) });
    expect(() => formatObj(broken)).toThrow(
      new ArgumentError('vertices[1] is [1, NaN, 0], expected finite numbers'),
    );
  });
});
