// The safetensors format: named arrays in one file, readable by every framework. Eight bytes with the length of a JSON header
// (little-endian), the header (name → type, shape, place), then the arrays, row-major and little-endian.
// Format: https://github.com/huggingface/safetensors, README, "Format".

import { FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { readFileBytes } from '../../renderer/io/files.ts';

/** Element types and the typed arrays that hold them, in the order of their arrays in a file. BOOL is a byte, 0 or 1. */
const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};
const typeOrder = Object.keys(arrayTypes);

export type SafeTensorType = keyof typeof arrayTypes;
export type SafeTensorData =
  | Float64Array
  | Float32Array
  | Uint32Array
  | Int32Array
  | Uint16Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** An array with its shape; `data` is row-major, of the typed array that `dtype` names. */
export interface SafeTensor {
  dtype: SafeTensorType;
  shape: number[];
  data: SafeTensorData;
}

/** What a file holds: arrays, and texts about them. */
export interface SafeTensors {
  tensors: Record<string, SafeTensor>;
  metadata: Record<string, string>;
}

/** Larger headers are refused, as the reference implementation does. */
const headerLimit = 100_000_000;
const metadataKey = '__metadata__';

/**
 * The bytes of a file with these arrays. The same content gives the same bytes, those of the reference implementation: larger
 * elements first, so that every array starts at a multiple of its element size, then by name.
 *
 * @throws RangeError when an array is not of the type or length that its `dtype` and `shape` say.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const rank = ({ dtype }: SafeTensor) => typeOrder.indexOf(dtype);
  const entries = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) => rank(a) - rank(b) || (nameA < nameB ? -1 : 1),
  );
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([metadataKey, metadata]);
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    if (!(data instanceof arrayTypes[dtype]) || data.length !== sizeOf(shape)) {
      throw new RangeError(
        `tensor "${name}": ${data.constructor.name} of ${data.length} for ${dtype} [${shape}]`,
      );
    }
    header.push([name, { dtype, shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  // Spaces after the header bring the arrays to a multiple of eight.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(32, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  let place = start;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return bytes;
}

/**
 * The arrays and texts in the bytes of a file. Arrays are copies.
 *
 * @param path names the file in errors.
 * @throws FileError where the bytes are cut off, or are no safetensors file, or hold an element type that is not supported.
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafeTensors {
  const fail = (problem: string): never => {
    throw new FileError(path, problem);
  };
  if (bytes.length < 8) fail(`not a safetensors file: ${bytes.length} bytes`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > headerLimit)
    fail('not a safetensors file: it does not start with the length of a header');
  const start = 8 + headerLength;
  if (start > bytes.length) fail(`cut off: ${bytes.length} bytes, and the header alone takes ${start}`);

  const header = parseHeader(bytes.subarray(8, start)) ?? fail('the header is not a JSON object');
  const { [metadataKey]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === 'string')) {
    fail(`the header's ${metadataKey} is not an object of strings`);
  }
  const places = Object.entries(entries).map(([name, entry]) => {
    const place = checkEntry(entry);
    return typeof place === 'string' ? fail(`tensor "${name}" ${place}`) : { name, ...place };
  });
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.begin < end) fail(`tensor "${place.name}" overlaps the one before it`);
    if (place.begin > end) fail(`${place.begin - end} unused bytes before tensor "${place.name}"`);
    end = place.end;
  }
  const missing = start + end - bytes.length;
  if (missing > 0) fail(`cut off: ${missing} bytes are missing at its end`);
  if (missing < 0) fail(`${-missing} bytes too many at its end`);

  const tensors = places.map(({ name, dtype, shape, begin, end }) => {
    // A true copy, aligned: the `slice` of Node's Buffer, a Uint8Array too, would share its memory.
    const { buffer } = new Uint8Array(bytes.subarray(start + begin, start + end));
    return [name, { dtype, shape, data: new arrayTypes[dtype](buffer) }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> };
}

/** Writes a file, whole or not at all. */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await atomicWrite(path, encodeSafetensors(tensors, metadata));
}

/** @throws FileError where there is no such file, and as `decodeSafetensors`. */
export async function readSafetensors(path: string): Promise<SafeTensors> {
  return decodeSafetensors(await readFileBytes(path), path);
}

interface Place {
  dtype: SafeTensorType;
  shape: number[];
  begin: number;
  end: number;
}

/** What a header says of one tensor, or what is wrong with it. */
function checkEntry(entry: unknown): Place | string {
  if (!isObject(entry)) return 'has no description in the header';
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayTypes, dtype)) {
    return `has element type ${JSON.stringify(dtype)}; supported are ${typeOrder.join(', ')}`;
  }
  if (!isCounts(shape)) return `has shape ${JSON.stringify(shape)}, expected a list of sizes`;
  if (!isCounts(offsets) || offsets.length !== 2) {
    return `has data_offsets ${JSON.stringify(offsets)}, expected its begin and end`;
  }
  const [begin, end] = offsets;
  const type = dtype as SafeTensorType;
  const expected = sizeOf(shape) * elementBytes(type);
  if (end - begin !== expected)
    return `takes ${end - begin} bytes, but ${dtype} [${shape}] takes ${expected}`;
  return { dtype: type, shape, begin, end };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
const elementBytes = (dtype: SafeTensorType) => arrayTypes[dtype].BYTES_PER_ELEMENT;
