import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { packageRoot } from '../../../src/packageRoot.ts';
import { decodePickle, encodePickle, NumpyArray } from '../../../src/tensor/pickle.ts';
// Written by Python's pickle.dumps of one dictionary with a field for each kind of value, by several protocols.
import pickles from './pickles.json' with { type: 'json' };

const floats = new NumpyArray([2, 3], 'float32', Float32Array.of(-1, -0.5, 0, 0.5, 1, 1.5));
/** The dictionary in pickles.json: `b` is an int64 in Fortran order and a big-endian float64, `l` refers to `a`. */
const expected = new Map<string, unknown>([
  ['a', floats],
  [
    'b',
    [
      new NumpyArray([2, 2], 'int64', Float64Array.of(1, -2, 3, 2 ** 40)),
      new NumpyArray([2], 'float64', Float64Array.of(0.1, -1e300)),
    ],
  ],
  [
    'c',
    [
      new NumpyArray([3], 'uint8', Uint8Array.of(7, 200, 255)),
      new NumpyArray([0, 3], 'int32', new Int32Array()),
      new NumpyArray([], 'int32', Int32Array.of(5)),
    ],
  ],
  ['d', [null, true, false, -1, 255, 256, 70000, -70000, 2 ** 40, -(2 ** 33), 1.5, Infinity]],
  ['e', 'é€\\u\n"\''],
  ['f', []],
  ['g', new Map()],
  ['h', [1]],
  ['i', [1, 2]],
  ['j', [1, 2, 3]],
  ['k', [1, 2, 3, 4]],
  ['l', [floats]],
]);

const decode = (text: string) => decodePickle(Buffer.from(text, 'latin1'), 'x.dat');

/** What is wrong with a pickle, as one line that names the file. */
function problem(bytes: Uint8Array | string): string {
  try {
    typeof bytes === 'string' ? decode(bytes) : decodePickle(bytes, 'x.dat');
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).message).toMatch(/^x\.dat: .*$/);
    return (error as FileError).message;
  }
  throw new Error('no error');
}

/** A pickled array of `code` with this state: shape, order and content as instructions. */
const array = (code: string, shape: string, content: string, order = '<') =>
  `cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btR(K\x01(${shape}tcnumpy\ndtype\n(U${String.fromCharCode(code.length)}${code}K\0K\x01tR(K\x03U\x01${order}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbI00\n${content}tb`;

describe('decodePickle', () => {
  it.each(pickles)('reads protocol $protocol of $writer', ({ base64 }) => {
    const value = decodePickle(Buffer.from(base64, 'base64'), 'x.dat') as Map<string, unknown>;
    expect(value).toEqual(expected);
    expect((value.get('l') as unknown[])[0]).toBe(value.get('a'));
  });

  const official = path.join(packageRoot, '../shared/data/pixel2mesh/info_ellipsoid.dat');
  it.skipIf(!existsSync(official))(`reads Pixel2Mesh's template, where ${official} is there`, () => {
    const parts = decodePickle(readFileSync(official), official) as NumpyArray[][];
    const vertices = parts[0] as unknown as NumpyArray;
    expect([vertices.dtype, vertices.shape]).toEqual(['float32', [156, 3]]);
    expect(vertices.data[0]).toBeCloseTo(-0.1475, 6);
    const [indices, values, size] = parts[3][1] as unknown as [NumpyArray, NumpyArray, number[]];
    expect([indices.shape, values.shape, size]).toEqual([[17250, 2], [17250], [2466, 2466]]);
    // Fortran order in the file. Every entry of the support lies within it, and has its mirror image.
    const places = new Set<number>();
    for (let i = 0; i < 17250; i++) places.add(2466 * indices.data[2 * i] + indices.data[2 * i + 1]);
    expect(places.size).toBe(17250);
    for (const place of places)
      expect(places.has(2466 * (place % 2466) + Math.floor(place / 2466))).toBe(true);
    expect(parts[4].map(({ shape }) => shape)).toEqual([
      [462, 2],
      [1848, 2],
    ]);
    expect(parts[7].map(({ dtype, shape }) => [dtype, ...shape])).toEqual([
      ['int64', 156, 10],
      ['int64', 618, 10],
      ['int64', 2466, 10],
    ]);
  });

  it('notices wherever a pickle is cut off', () => {
    for (const { base64 } of pickles) {
      const bytes = Buffer.from(base64, 'base64');
      for (let length = 0; length < bytes.length; length++) problem(bytes.subarray(0, length));
    }
  });

  it.each([
    ['of a function', 'cos\nsystem\n(S"echo"\ntR.', 'os.system'],
    ['of a built-in function', 'c__builtin__\neval\n(S"1"\ntR.', '__builtin__.eval'],
    ['of a class, the old way', '(ios\nsystem\n.', 'os.system'],
    ['from the stack', '\x80\x04\x8c\x05posix\x8c\x06system\x93.', 'posix.system'],
    ["of NumPy's own loader", 'cnumpy\nload\n(S"a.npy"\ntR.', 'numpy.load'],
    ['of a class', '\x80\x02c__main__\nA\n)\x81.', '__main__.A'],
    ['of an attribute', '\x80\x04\x8c\x05numpy\x8c\x0fndarray.tofile.\x93.', 'numpy.ndarray.tofile.'],
  ])('refuses the name %s', (_, text, name) => {
    expect(problem(text)).toContain(
      `refers to ${JSON.stringify(name)}, and only NumPy arrays and plain data are read`,
    );
  });

  it.each([
    ['calls of what is no function', 'S"f"\n(tR.', /calls "f" with parameters that it does not take/],
    ['calls that arrays do not make', 'cnumpy\nndarray\n(K\x01tR.', /calls numpy.ndarray with parameters/],
    ['persistent ids', '\x80\x02Pid\n.', /instruction 0x50/],
    ['extension codes', '\x80\x02\x82\x01.', /instruction 0x82/],
    ['later protocols', '\x80\x05N.', /protocol 5, expected 0 to 4/],
    ['an empty stack', '(.', /empty stack/],
    ['values below a mark', 'K\x01(\x85.', /empty stack/],
    ['an end without a beginning', 'K\x01t.', /ends a list/],
    ['values never kept', 'h\x07.', /recalls value 7/],
    ['appending to a number', 'K\x01K\x02a.', /appends to 1, expected a list/],
    ['items of a list', ']K\x01K\x02s.', /sets an item of a list of 0, expected a dictionary/],
    ['a key without a value', '}(K\x01u.', /a key and no value/],
    ['a list as a key', '}]K\x01s.', /key a list of 0/],
    ['other files', 'PNG', /is not a pickle|instruction/],
    ['long integers', 'L123456789012345678901L\n.', /integer 123456789012345678901, expected/],
    [
      'long integers in binary',
      '\x80\x02\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.',
      /integer 9223372036854775807/,
    ],
    ['huge integers', `\x80\x02\x8b\x10\0\0\0${'\x01'.repeat(16)}.`, /integer of 16 bytes/],
    ['half numbers', 'I12a\n.', /integer 12a/],
    ['no numbers', 'Fabc\n.', /"abc" where a number belongs/],
    ['text that is none', 'X\x01\0\0\0\xff.', /not UTF-8/],
    ['lengths beyond the file', 'T\xff\xff\xff\xffabc.', /cut off: 4294967291 bytes are missing/],
    ['absurd lengths', `\x80\x04\x8e${'\xff'.repeat(8)}a.`, /cut off/],
    [
      'element types',
      `${array('O8', 'K\x01', 'U\x08abcdefgh')}.`,
      /type "O8", expected one of f4, f8, i4, i8, u1/,
    ],
    [
      'wrong sizes',
      `${array('f4', 'K\x01K\x03', 'U\x08abcdefgh')}.`,
      /float32 \[1,3\] has 8 bytes, expected 12/,
    ],
    ['negative shapes', `${array('f4', 'J\xff\xff\xff\xff', 'U\x08abcdefgh')}.`, /state is not/],
    ['byte orders', `${array('f4', 'K\x02', 'U\x08abcdefgh', '?')}.`, /byte order "\?"/],
    [
      'unsafe int64',
      `${array('i8', 'K\x01', 'U\x08\0\0\0\0\0\0\0\x40')}.`,
      /int64 holds 4611686018427388000, expected/,
    ],
    [
      'empty arrays',
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btR.',
      /without content/,
    ],
    ['states of nothing', 'NK\x01b.', /something other than a new array/],
  ])('refuses %s', (_, text, expectedProblem) => {
    expect(problem(text)).toMatch(expectedProblem);
  });

  it('does not multiply what the file holds', () => {
    // One long text, made bytes again and again; one content, made an array again and again.
    const text = `X\xe8\x03\0\0${'a'.repeat(1000)}q\x01`;
    const again = 'c_codecs\nencode\n(h\x01X\x06\0\0\0latin1tR';
    expect(problem(`(${text}${again.repeat(1000)}t.`)).toMatch(/repeats texts/);
    const arrays = array('u1', 'M\xe8\x03', 'h\x01');
    expect(problem(`(${text}${arrays.repeat(100)}t.`)).toMatch(/repeats arrays/);
  });

  it('holds a list that contains itself, and lists that share lists, without going through them', () => {
    const self = decode(']q\x00h\x00a.') as unknown[];
    expect(self[0]).toBe(self);
    // Each list holds the one before twice: 2^100 ways through them.
    const nested = Array.from({ length: 100 }, (_, i) => {
      const [own, before] = [String.fromCharCode(i), String.fromCharCode(Math.max(i - 1, 0))];
      return `]q${own}(h${before}h${before}e`;
    });
    expect(decode(`${nested.join('')}.`)).toHaveLength(2);
  });

  it('ends in a value or a FileError, whatever the bytes', () => {
    const originals = pickles.map(({ base64 }) => Buffer.from(base64, 'base64'));
    const change = fc.record({ place: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    const damaged = fc
      .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 8 }))
      .map(([original, changes]) => {
        const bytes = Uint8Array.from(original);
        for (const { place, byte } of changes) bytes[place % bytes.length] = byte;
        return bytes;
      });
    const bytes = fc.oneof(damaged, fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(bytes, (sample) => {
        try {
          decodePickle(sample, 'x.dat');
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encodePickle', () => {
  it('writes arrays that come back, of every type and shape', () => {
    const shape = fc.array(fc.nat(4), { maxLength: 4 });
    const arrays = shape.chain((extents) => {
      const length = extents.reduce((product, extent) => product * extent, 1);
      const some = { minLength: length, maxLength: length };
      return fc.oneof(
        fc.float32Array(some).map((data) => new NumpyArray(extents, 'float32', data)),
        fc.float64Array(some).map((data) => new NumpyArray(extents, 'float64', data)),
        fc.int32Array(some).map((data) => new NumpyArray(extents, 'int32', data)),
        fc.uint8Array(some).map((data) => new NumpyArray(extents, 'uint8', data)),
        fc
          .array(fc.maxSafeInteger(), some)
          .map((data) => new NumpyArray(extents, 'int64', Float64Array.from(data))),
      );
    });
    fc.assert(
      fc.property(arrays, (value) => {
        expect(decodePickle(encodePickle(value), 'x.dat')).toEqual(value);
      }),
    );
  });

  it('writes bytes that NumPy has read', () => {
    // NumPy 1.16.6 under Python 2.7.18, and 2.4.6 under 3.11.7 with every `encoding`, load [[1.5, -2, 3e8]] from exactly these.
    const bytes = encodePickle(new NumpyArray([1, 3], 'float32', Float32Array.of(1.5, -2, 3e8)));
    expect(Buffer.from(bytes).toString('base64')).toBe(
      'gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApjbnVtcHkKbmRhcnJheQpLAIVVAWKHUihLAShKAQAAAEoDAAAAdGNudW1weQpkdHlwZQpVAmY0SwBLAYdSKEsDVQE8Tk5OSv////9K/////0oAAAAAdGKJY19jb2RlY3MKZW5jb2RlClgPAAAAAADDgD8AAADDgBgNwo9NWAYAAABsYXRpbjGGUnRiLg==',
    );
  });
});
