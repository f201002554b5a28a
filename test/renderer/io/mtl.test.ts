import { describe, expect, it } from 'vitest';
import { formatMtl, parseMtl, srgbToLinear } from '../../../renderer/io/index.ts';

describe('formatMtl', () => {
  it('gives every material a name of its own that a line can hold', () => {
    const named = (name: string) => ({ name, diffuse: [1, 1, 1] as [number, number, number], opacity: 1 });
    const text = formatMtl(['oak', 'oak', 'a\n#b', ''].map(named));
    expect(text.match(/^newmtl .*$/gm)).toEqual([
      'newmtl oak',
      'newmtl oak-2',
      'newmtl a__b',
      'newmtl material',
    ]);
  });
});

describe('parseMtl', () => {
  it('reads several materials, their colours linear', () => {
    const materials = parseMtl(
      'newmtl oak wood\r\nKa 0 0 0\r\nKd 0.5 0 1\r\nd 0.25\r\n\r\nnewmtl glass\r\nTr 0.9\r\n',
    );
    expect(materials.map(({ name }) => name)).toEqual(['oak wood', 'glass']);
    expect(materials[0].diffuse).toEqual([srgbToLinear(0.5), 0, 1]);
    expect(materials[0].opacity).toBe(0.25);
    expect(materials[1]).toMatchObject({ diffuse: [1, 1, 1], opacity: expect.closeTo(0.1, 9) });
  });

  it.each([
    ['wood.png', 'wood.png'],
    ['textures\\old wood.jpg', 'textures/old wood.jpg'],
    ['-s 2 2 1 -o 0.5 0 wood.png', 'wood.png'],
    ['-clamp on -bm 0.2 -mm 0 1 my wood.png', 'my wood.png'],
    ['-s 2 2 2.png', '2.png'],
  ])('finds the texture of map_Kd %s', (rest, expected) => {
    expect(parseMtl(`newmtl a\nmap_Kd ${rest}`)[0].diffuseTexture).toBe(expected);
  });

  it('names the line of a number that is none', () => {
    expect(() => parseMtl('newmtl a\nKd red', 'a.mtl')).toThrow(
      'a.mtl:2: "Kd" has "red", expected a finite number',
    );
    expect(() => parseMtl('newmtl a\nKd 1 0', 'a.mtl')).toThrow('a.mtl:2: "Kd" has 2 numbers, expected 3');
    expect(() => parseMtl('newmtl a\nKd 1 x 0', 'a.mtl')).toThrow(
      'a.mtl:2: "Kd" has "x", expected a finite number',
    );
  });

  it('reads Phong’s colour and exponent, and whether the texture is clamped', () => {
    const text =
      'newmtl a\nKs 0.5 0 1\nNs 32\nd -halo 0.5\nmap_Kd -clamp on a.png\nnewmtl b\nNs 0\nmap_Kd b.png';
    const [a, b] = parseMtl(text);
    expect(a).toMatchObject({
      specular: [srgbToLinear(0.5), 0, 1],
      shininess: 32,
      opacity: 0.5,
      clampTexture: true,
    });
    expect(b.shininess).toBeUndefined();
    expect(b.clampTexture).toBeUndefined();
  });

  it('takes a single number for a grey', () => {
    expect(parseMtl('newmtl a\nKd 0\nKs 1')[0]).toMatchObject({ diffuse: [0, 0, 0], specular: [1, 1, 1] });
  });

  it('cuts colours and opacities to 0 … 1', () => {
    expect(parseMtl('newmtl a\nKd -1 2 1e30\nd 7')[0]).toMatchObject({ diffuse: [0, 1, 1], opacity: 1 });
  });

  it('reads what formatMtl writes', () => {
    const materials = parseMtl('newmtl a\nKd 0.2 0.4 0.6\nd 0.5\nnewmtl b\nKd 1 1 1\nmap_Kd my wood.png');
    const again = parseMtl(formatMtl(materials));
    expect(again.map(({ name, opacity, diffuseTexture }) => [name, opacity, diffuseTexture])).toEqual([
      ['a', 0.5, undefined],
      ['b', 1, 'my wood.png'],
    ]);
    again.forEach(({ diffuse }, m) => {
      diffuse.forEach((value, k) => {
        expect(value).toBeCloseTo(materials[m].diffuse[k], 6);
      });
    });
  });
});
