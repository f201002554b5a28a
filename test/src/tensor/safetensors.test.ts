import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type SafeTensor,
  writeSafetensors,
} from '../../../src/tensor/safetensors.ts';

const tensors: Record<string, SafeTensor> = {
  a: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5) },
  b: { dtype: 'I16', shape: [3], data: Int16Array.of(1, -2, 300) },
  c: { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
  d: { dtype: 'F64', shape: [], data: Float64Array.of(0.1) },
  é: { dtype: 'U8', shape: [0, 4], data: new Uint8Array() },
};
// Written by the Python package safetensors 0.8.0 (safetensors.numpy.save) from the same arrays.
const golden = Buffer.from(
  'OAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJ0ZXN0In0sImQiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOls4LDMyXX0sImIiOnsiZHR5cGUiOiJJMTYiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlszMiwzOF19LCLDqSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlswLDRdLCJkYXRhX29mZnNldHMiOlszOCwzOF19LCJjIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzM4LDQwXX19ICCamZmZmZm5PwAAIMAAAMC/AAAAvwAAAD8AAMA/AAAgQAEA/v8sAQEA',
  'base64',
);

/** A file with the given header and `size` zero bytes of arrays. */
function withHeader(header: unknown, size = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('safetensors', () => {
  it('reads what the reference implementation writes', () => {
    expect(decodeSafetensors(golden, 'golden')).toEqual({ tensors, metadata: { format: 'test' } });
  });

  it('writes the bytes that the reference implementation writes', () => {
    expect(Buffer.from(encodeSafetensors(tensors, { format: 'test' })).toString('latin1')).toBe(
      golden.toString('latin1'),
    );
  });

  it('does not depend on the order of names', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(tensors));
  });

  it('gives back any arrays, from any place in memory', () => {
    const arrays = fc.oneof(
      fc.float32Array().map((data) => ({ dtype: 'F32' as const, shape: [data.length], data })),
      fc.float64Array().map((data) => ({ dtype: 'F64' as const, shape: [1, data.length], data })),
      fc.int32Array().map((data) => ({ dtype: 'I32' as const, shape: [data.length, 1], data })),
      fc.uint32Array().map((data) => ({ dtype: 'U32' as const, shape: [data.length], data })),
      fc.uint16Array().map((data) => ({ dtype: 'U16' as const, shape: [data.length], data })),
      fc.int8Array().map((data) => ({ dtype: 'I8' as const, shape: [data.length], data })),
    );
    const name = fc.string().filter((text) => text !== '__metadata__' && text !== '__proto__');
    fc.assert(
      fc.property(
        fc.dictionary(name, arrays),
        fc.dictionary(name, fc.string()),
        fc.nat(7),
        (given, metadata, shift) => {
          const bytes = encodeSafetensors(given, metadata);
          const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
          shifted.set(bytes);
          const read = decodeSafetensors(shifted, 'x');
          expect({ ...read.tensors }).toEqual({ ...given });
          expect({ ...read.metadata }).toEqual({ ...metadata });
        },
      ),
    );
  });

  it('refuses to write an array that is not what its type and shape say', () => {
    expect(() => encodeSafetensors({ x: { dtype: 'F32', shape: [3], data: new Float32Array(2) } })).toThrow(
      'tensor "x": Float32Array of 2 for F32 [3]',
    );
    expect(() => encodeSafetensors({ x: { dtype: 'F32', shape: [2], data: new Int32Array(2) } })).toThrow(
      RangeError,
    );
  });

  it.each<[string, Uint8Array, string]>([
    ['empty', new Uint8Array(), 'f: not a safetensors file: 0 bytes'],
    [
      'text',
      Buffer.from('{"hello": "world"}'),
      'f: not a safetensors file: it does not start with the length of a header',
    ],
    ['cut in the header', golden.subarray(0, 100), 'f: cut off: 100 bytes, and the header alone takes'],
    ['cut in the arrays', golden.subarray(0, -3), 'f: cut off: 3 bytes are missing at its end'],
    ['followed by more', Buffer.concat([golden, Buffer.from('abc')]), 'f: 3 bytes too many at its end'],
    ['not JSON', withHeader('{"a":'), 'f: the header is not a JSON object'],
    ['a list', withHeader([]), 'f: the header is not a JSON object'],
    [
      'numbers as metadata',
      withHeader({ __metadata__: { a: 1 } }),
      "f: the header's __metadata__ is not an object of strings",
    ],
    ['no description', withHeader({ a: 1 }), 'f: tensor "a" has no description in the header'],
    [
      'unknown type',
      withHeader({ a: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, 2),
      'f: tensor "a" has element type "BF16"; supported are F64, F32, U32, I32, U16, I16, I8, U8, BOOL',
    ],
    [
      'type of a prototype',
      withHeader({ a: { dtype: 'toString', shape: [], data_offsets: [0, 0] } }),
      'has element type "toString"',
    ],
    [
      'negative shape',
      withHeader({ a: f32(0, 4, [-1]) }, 4),
      'f: tensor "a" has shape [-1], expected a list of sizes',
    ],
    [
      'no offsets',
      withHeader({ a: { dtype: 'F32', shape: [1] } }),
      'f: tensor "a" has data_offsets undefined',
    ],
    ['wrong size', withHeader({ a: f32(0, 8, [3]) }, 8), 'f: tensor "a" takes 8 bytes, but F32 [3] takes 12'],
    [
      'overlapping',
      withHeader({ a: f32(0, 8), b: f32(4, 12) }, 12),
      'f: tensor "b" overlaps the one before it',
    ],
    ['with a hole', withHeader({ a: f32(0, 4), b: f32(8, 12) }, 12), 'f: 4 unused bytes before tensor "b"'],
  ])('says what is wrong with a file that is %s', (_case, bytes, message) => {
    const decode = () => decodeSafetensors(bytes, 'f');
    expect(decode).toThrow(FileError);
    expect(decode).toThrow(message);
  });

  it('never crashes on damaged bytes', () => {
    fc.assert(
      fc.property(fc.nat(golden.length - 1), fc.nat(255), (place, value) => {
        const bytes = Uint8Array.from(golden);
        bytes[place] = value;
        try {
          decodeSafetensors(bytes, 'f');
        } catch (error) {
          expect(error).toBeInstanceOf(FileError);
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  describe('files', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('come back as written, and replace others whole', async () => {
      const path = join(folder, 'x.safetensors');
      await writeFile(path, 'old');
      await writeSafetensors(path, tensors, { step: '3' });
      expect(await readSafetensors(path)).toEqual({ tensors, metadata: { step: '3' } });
      expect(await readdir(folder)).toEqual(['x.safetensors']);
    });

    it('that are missing make one clear line', async () => {
      const path = join(folder, 'missing.safetensors');
      await expect(readSafetensors(path)).rejects.toThrow(new FileError(path, 'no such file or folder'));
    });
  });
});
